#include "operator/cmd/simulate/commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <thread>

#include "operator/cmd/simulate/parts.hpp"

namespace bestgres::cmd::simulate {
namespace {

using Command = int (*)(const Options&);

const std::map<std::string, Command>& commands() {
    static const std::map<std::string, Command> all = {
        {"simulate", swarm},     {"crash-points", crash_points}, {"explore", explore_orders},
        {"shrink", shrink_file}, {"replay", replay_files},       {"relations", relate}};
    return all;
}

}  // namespace

bool is_command(const std::string& command) {
    return commands().count(command) == 1;
}

int main(const std::string& command, const std::vector<std::string>& arguments) {
    const auto asks_for_help = [](const std::string& word) {
        return word == "--help" || word == "-h";
    };
    if (std::any_of(arguments.begin(), arguments.end(), asks_for_help)) {
        fmt::print("{}\n", usage(command));
        return 0;
    }
    const Result<Options> options =
        parse_options(command, arguments, std::thread::hardware_concurrency());
    if (!options) {
        fmt::print(stderr, "bestgres: {}\n", options.error().message);
        return 2;
    }
    return commands().at(command)(*options);
}

}  // namespace bestgres::cmd::simulate
