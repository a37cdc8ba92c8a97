#include "operator/cmd/local/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "lib/base/command_line.hpp"

namespace bestgres::cmd::local {
namespace {

constexpr int most_nodes = 100;

struct Command {
    std::string_view name;
    std::size_t arguments;
};

constexpr std::array<Command, 7> commands = {{{"up", 0},
                                              {"down", 0},
                                              {"status", 0},
                                              {"stop-node", 1},
                                              {"start-node", 1},
                                              {"stop-api", 0},
                                              {"start-api", 0}}};

Result<Done> check_command(const Options& options) {
    if (options.command.empty()) {
        return Error{"a command is missing"};
    }
    const auto* known = std::find_if(commands.begin(), commands.end(), [&](const Command& one) {
        return one.name == options.command;
    });
    if (known == commands.end()) {
        return Error{fmt::format("there is no command \"{}\"", options.command)};
    }
    if (options.arguments.size() == known->arguments) {
        return Done{};
    }
    return Error{
        options.arguments.size() > known->arguments
            ? fmt::format("{} does not take \"{}\"", options.command, options.arguments.back())
            : fmt::format("{} needs the name of a node", options.command)};
}

}  // namespace

Result<Options> parse_options(const std::vector<std::string>& arguments, const std::string& home) {
    Options options;
    options.directory = home + "/.bestgres/local";
    const Result<CommandLine> line = parse_command_line(
        arguments, {.values = {{"--dir", into(options.directory)},
                               {"--pod-network", into(options.pod_network)},
                               {"--service-cidr", into(options.service_cidr)},
                               {"--patroni-4", into(options.patroni_4)},
                               {"--images", into(options.images)},
                               {"--kubeconfig", into(options.kubeconfig)},
                               {"--namespace", into(options.ns)},
                               {"--port", into(options.port)},
                               {"--nodes", into(options.nodes, most_nodes)}},
                    .switches = {{"--without-operator", &options.without_operator}}});
    BG_TRY(line);
    if (line->help || (!line->words.empty() && line->words.front() == "help")) {
        options.help = true;
        return options;
    }
    if (!line->words.empty()) {
        options.command = line->words.front();
        options.arguments.assign(line->words.begin() + 1, line->words.end());
    }
    BG_TRY(check_command(options));
    return options;
}

std::string usage() {
    return R"(usage: bestgres local COMMAND [options]

A world on this machine: an API server, nodes that run pods as processes, and the operator as a
Deployment. Everything of it is in one directory.

  up                start it, or what of it is down
  down              stop it; its data stays in the directory
  status            what runs, and how to reach it
  stop-node NODE    as a power cut does: everything on the node dies
  start-node NODE
  stop-api          kill the API server; pods go on
  start-api

  --dir DIR             of the world (default: ~/.bestgres/local)

Of `up` alone; the world remembers them:
  --port N              of the API server on 127.0.0.1; 0: any (default: 6443)
  --nodes N             (default: 3)
  --namespace NS        of the operator and what it watches (default: default)
  --without-operator    the API server and the nodes only
  --patroni-4 FOLDER    with Patroni 4 as a Python path: adds images *-patroni-4
  --images FILE         image table, instead of the made one
  --kubeconfig FILE     of an API server that runs already, instead of one of the world's own;
                        it must reach the pods, see kind/control-plane
  --pod-network A.B     pods' addresses begin so (default: 127.64)
  --service-cidr CIDR   of Services (default: 127.96.0.0/16)
)";
}

}  // namespace bestgres::cmd::local
