// bestgres: the command line for people and scripts.

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "operator/cmd/local/local.hpp"
#include "operator/cmd/preview/commands.hpp"
#include "operator/cmd/simulate/commands.hpp"
#include "operator/cmd/step/step.hpp"
#include "operator/cmd/undelete/command.hpp"

namespace {

constexpr int usage_error = 2;

constexpr const char* usage =
    "usage: bestgres COMMAND [options]; bestgres COMMAND --help says more\n"
    "  local    an API server, nodes and the operator on this machine, without Kubernetes\n"
    "  plan     what the operator would do about a manifest, and why\n"
    "  status   a cluster's members, conditions, waits and last decisions\n"
    "  undelete brings back a cluster whose deletion is held, or volumes in quarantine\n"
    "the simulator: the same operator in a modelled world, on virtual time\n"
    "  simulate      random runs, watched by all laws\n"
    "  crash-points  every outcome at every call of the operator\n"
    "  explore       every order of events in a small world\n"
    "  shrink        makes a failing scenario small\n"
    "  replay        runs replay files and recordings of operators again\n"
    "  relations     what several runs must have in common\n"
    "  step          walks through a replay file, forwards and backwards\n"
    "  mutants       plants known defects into the operator and looks who notices\n";

// Becomes another program of this build: one that must not be part of this one.
int become(const std::string& name, std::vector<std::string> arguments) {
    std::error_code code;
    const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", code);
    const std::string program = self.parent_path() / name;
    arguments.insert(arguments.begin(), program);
    std::vector<char*> words;
    for (std::string& argument : arguments) {
        words.push_back(argument.data());
    }
    words.push_back(nullptr);
    execv(program.c_str(), words.data());
    fmt::print(stderr, "bestgres: {}: {}; cmake --build builds it by the target {}\n", program,
               std::strerror(errno), name);
    return usage_error;
}

}  // namespace

int main(int count, char** values) {
    const std::vector<std::string> arguments(values + 1, values + count);
    if (arguments.empty()) {
        fmt::print(stderr, "{}", usage);
        return usage_error;
    }
    const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
    if (arguments.front() == "local") {
        return bestgres::cmd::local::local_main(rest);
    }
    if (arguments.front() == "plan") {
        return bestgres::cmd::plan_main(rest);
    }
    if (arguments.front() == "status") {
        return bestgres::cmd::status_main(rest);
    }
    if (arguments.front() == "undelete") {
        return bestgres::cmd::undelete_main(rest);
    }
    if (arguments.front() == "step") {
        return bestgres::cmd::step_main(rest);
    }
    if (arguments.front() == "mutants") {
        return become("bestgres-mutants", rest);
    }
    if (bestgres::cmd::simulate::is_command(arguments.front())) {
        return bestgres::cmd::simulate::main(arguments.front(), rest);
    }
    if (arguments.front() == "--help" || arguments.front() == "-h" || arguments.front() == "help") {
        fmt::print("{}", usage);
        return 0;
    }
    fmt::print(stderr, "bestgres: there is no command \"{}\"; see bestgres --help\n",
               arguments.front());
    return usage_error;
}
