// bestgres: the command line for people and scripts.

#include <fmt/format.h>

#include <string>
#include <vector>

#include "operator/cmd/local/local.hpp"

namespace {

constexpr int usage_error = 2;

int print_usage() {
    fmt::print(
        stderr,
        "usage: bestgres COMMAND ...\n"
        "  local    an API server, nodes and the operator on this machine, without Kubernetes\n");
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
    return print_usage();
}
