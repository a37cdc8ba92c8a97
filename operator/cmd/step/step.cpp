#include "operator/cmd/step/step.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <iostream>
#include <sstream>

#include "lib/base/command_line.hpp"
#include "operator/cmd/simulate/findings.hpp"

namespace bestgres::cmd {
namespace {

constexpr const char* usage =
    "usage: bestgres step FILE.bgr\n"
    "  Walks through the run of a replay file, forwards and backwards, by commands from the\n"
    "  standard input; \"help\" lists them.\n";

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

void walk(scenarios::Session& session, std::istream& lines, std::ostream& out, bool prompt) {
    std::string line;
    out << session.where() << "\"help\" lists the commands\n";
    while (!session.done()) {
        if (prompt) {
            out << "step> " << std::flush;
        }
        if (!std::getline(lines, line)) {
            break;
        }
        if (!prompt) {
            out << "step> " << line << '\n';
        }
        out << session.command(line) << std::flush;
    }
}

int step_main(const std::vector<std::string>& arguments) {
    const Result<CommandLine> line = parse_command_line(arguments, {});
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
    walk(session, std::cin, std::cout, isatty(STDIN_FILENO) == 1);
    return 0;
}

}  // namespace bestgres::cmd
