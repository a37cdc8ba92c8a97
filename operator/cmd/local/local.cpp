#include "operator/cmd/local/local.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <cstdlib>

#include "operator/cmd/local/options.hpp"
#include "operator/cmd/local/processes.hpp"
#include "operator/cmd/local/up.hpp"
#include "operator/cmd/local/world.hpp"

namespace bestgres::cmd::local {
namespace {

constexpr int usage_error = 2;
constexpr int grace_seconds = 10;

void stop_by(const std::string& pid_file, const std::string& program, int number) {
    if (const auto pid = find_running(pid_file, program)) {
        stop(*pid, number, grace_seconds);
    }
}

Result<Done> check_node(const World& world, const std::string& node) {
    const std::vector<std::string> names = world.node_names();
    if (std::find(names.begin(), names.end(), node) == names.end()) {
        return Error{fmt::format("there is no node \"{}\" here; there are {}", node,
                                 fmt::join(names, ", "))};
    }
    return Done{};
}

void print_status(const World& world) {
    const std::string program = world.path("bin/fakekube");
    const auto state = [&](const std::string& pid_file) {
        const auto pid = find_running(pid_file, program);
        return pid ? fmt::format("running, pid {}", *pid) : std::string("stopped");
    };
    const std::string served =
        world.serves() ? state(api_server_pid_file(world)) : "not of this world";
    fmt::print("{:12} {}  {}\n", "api-server", served, api_server_name(world));
    for (const std::string& node : world.node_names()) {
        fmt::print("{:12} {}\n", node, state(node_pid_file(world, node)));
    }
    fmt::print("export KUBECONFIG={}\n", world.kubeconfig());
}

void down(const World& world) {
    const std::string program = world.path("bin/fakekube");
    for (const std::string& node : world.node_names()) {
        stop_by(node_pid_file(world, node), program, SIGTERM);
    }
    stop_by(api_server_pid_file(world), program, SIGTERM);
    fmt::print("stopped; the data stays in {}: `bestgres local up` goes on with it\n",
               world.options().directory);
}

Result<Done> perform(const Options& options) {
    if (options.command == "up") {
        return up(World(options));
    }
    const Result<World> world = World::open(options);
    BG_TRY(world);
    const std::string program = world->path("bin/fakekube");
    if (!options.arguments.empty()) {
        BG_TRY(check_node(*world, options.arguments.front()));
    }
    if (options.command == "down") {
        down(*world);
    } else if (options.command == "status") {
        print_status(*world);
    } else if (options.command == "stop-node") {
        // As a power cut does: no goodbye, and everything that the node runs dies with it.
        stop_by(node_pid_file(*world, options.arguments.front()), program, SIGKILL);
    } else if (options.command == "start-node") {
        return start_node(*world, options.arguments.front());
    } else if (options.command.find("-api") != std::string::npos && !world->serves()) {
        return Error{fmt::format("{}: the API server is {}: stop and start it where it runs",
                                 options.command, api_server_name(*world))};
    } else if (options.command == "stop-api") {
        stop_by(api_server_pid_file(*world), program, SIGKILL);
    } else if (options.command == "start-api") {
        return start_api_server(*world);
    }
    return Done{};
}

}  // namespace

int local_main(const std::vector<std::string>& arguments) {
    const char* home = std::getenv("HOME");
    const Result<Options> options = parse_options(arguments, home == nullptr ? "/tmp" : home);
    if (!options.ok()) {
        fmt::print(stderr, "bestgres: local: {}; see bestgres local --help\n",
                   options.error().message);
        return usage_error;
    }
    if (options->help) {
        fmt::print("{}", usage());
        return 0;
    }
    const Result<Done> done = perform(*options);
    if (!done.ok()) {
        fmt::print(stderr, "bestgres: {}\n", done.error().message);
        return 1;
    }
    return 0;
}

}  // namespace bestgres::cmd::local
