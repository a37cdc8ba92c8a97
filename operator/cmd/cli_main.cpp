// bestgres: the command line for people and scripts.

#include <fmt/format.h>

#include <string>
#include <vector>

#include "operator/cmd/local/local.hpp"
#include "operator/cmd/preview/commands.hpp"

namespace {

constexpr int usage_error = 2;

int print_usage() {
    fmt::print(
        stderr,
        "usage: bestgres COMMAND ...\n"
        "  local    an API server, nodes and the operator on this machine, without Kubernetes\n"
        "  plan     what the operator would do about a manifest, and why\n"
        "  status   a cluster's members, conditions, waits and last decisions\n");
    return usage_error;
}

}  // namespace

int main(int count, char** values) {
    const std::vector<std::string> arguments(values + 1, values + count);
    if (arguments.empty()) {
        return print_usage();
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
    return print_usage();
}
