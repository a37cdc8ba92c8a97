#include "operator/cmd/step/step.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <fstream>
#include <iostream>
#include <sstream>

#include "lib/base/command_line.hpp"
#include "operator/cmd/simulate/findings.hpp"
#include "operator/cmd/step/paused_server.hpp"

namespace bestgres::cmd {
namespace {

constexpr const char* usage =
    "usage: bestgres step FILE.bgr [--serve] [--kubeconfig FILE]\n"
    "  Walks through the run of a replay file, forwards and backwards, by commands from the\n"
    "  standard input; \"help\" lists them.\n"
    "  --serve            lets kubectl read the world wherever it is paused\n"
    "  --kubeconfig FILE  what --serve writes for kubectl (step.kubeconfig)\n";

// A person does not notice so short a wait.
constexpr std::chrono::milliseconds glance(20);

Result<scenarios::Replay> read_file(const std::string& name) {
    std::ifstream file(name);
    if (!file) {
        return Error{
            fmt::format("{}: cannot be read; bestgres simulate writes replay files", name)};
    }
    std::stringstream text;
    text << file.rdbuf();
    Result<scenarios::Replay> replay = scenarios::read_replay(text.str());
    if (!replay) {
        return std::move(replay).error().within(name);
    }
    return replay;
}

Result<Done> write_file(const std::string& name, const std::string& text) {
    std::ofstream file(name);
    file << text;
    file.close();
    if (file.fail()) {
        return Error{fmt::format("{}: cannot be written; is its folder there?", name)};
    }
    return Done{};
}

}  // namespace

namespace {

bool has_input() {
    pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    return std::cin.rdbuf()->in_avail() > 0 || poll(&input, 1, 0) != 0;
}

int walk_served(scenarios::Session& session, const std::string& kubeconfig, Walk how) {
    http::EventLoop loop;
    PausedServer server(loop, session.world().server(), session.world().now());
    Result<Done> started = server.start();
    if (started) {
        started = write_file(kubeconfig, server.kubeconfig());
    }
    if (!started) {
        fmt::print(stderr, "bestgres step --serve: {}\n", started.error().message);
        return 1;
    }
    std::cout << "kubectl --kubeconfig " << kubeconfig << " get pods reads the paused world\n";
    how.pause = [&] {
        server.show(session.world().server(), session.world().now());
        std::cout << std::flush;
        while (!loop.run_until(has_input, glance)) {
        }
    };
    walk(session, std::cin, std::cout, how);
    return 0;
}

}  // namespace

void walk(scenarios::Session& session, std::istream& lines, std::ostream& out, const Walk& how) {
    std::string line;
    out << session.where() << "\"help\" lists the commands\n";
    while (!session.done()) {
        if (how.prompt) {
            out << "step> " << std::flush;
        }
        how.pause();
        if (!std::getline(lines, line)) {
            break;
        }
        if (!how.prompt) {
            out << "step> " << line << '\n';
        }
        out << session.command(line) << std::flush;
    }
}

int step_main(const std::vector<std::string>& arguments) {
    bool serves = false;
    std::string kubeconfig = "step.kubeconfig";
    const Result<CommandLine> line = parse_command_line(
        arguments,
        {.values = {{"--kubeconfig", into(kubeconfig)}}, .switches = {{"--serve", &serves}}});
    if (!line) {
        fmt::print(stderr, "bestgres: {}\n{}", line.error().message, usage);
        return 2;
    }
    if (line->help || line->words.size() != 1) {
        fmt::print(line->help ? stdout : stderr, "{}", usage);
        return line->help ? 0 : 2;
    }
    const Result<scenarios::Replay> replay = read_file(line->words[0]);
    if (!replay) {
        fmt::print(stderr, "{}\n", replay.error().message);
        return 1;
    }
    const scenarios::Ground ground = simulate::shipped_ground();
    scenarios::Session session(ground, *replay, write_file);
    // Else it cannot be told what has been read of a line.
    std::ios::sync_with_stdio(false);
    const Walk how{.prompt = isatty(STDIN_FILENO) == 1};
    if (serves) {
        return walk_served(session, kubeconfig, how);
    }
    walk(session, std::cin, std::cout, how);
    return 0;
}

}  // namespace bestgres::cmd
