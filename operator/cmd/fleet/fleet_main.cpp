// fleet_bench: see fleet.hpp. ci/bench starts the API server and the operator that it measures.
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>

#include "operator/cmd/fleet/fleet.hpp"

namespace {

using bestgres::cmd::FleetOptions;

constexpr const char* usage =
    "usage: fleet_bench --kubeconfig FILE --operator PID --server PID [options]\n"
    "  --clusters N         how many (100)\n"
    "  --members N          of each (3)\n"
    "  --create-limit S     seconds until all must run (180)\n"
    "  --steady S           seconds of steady state to watch (60)\n"
    "  --changes N          resources changed to measure the reaction (100)\n"
    "  --change-gap MS      milliseconds between them (200)\n"
    "  --traffic yes        the members' WAL moves\n";

bool parse(int count, char** arguments, FleetOptions& options) {
    const std::map<std::string, std::function<void(const char*)>> flags = {
        {"--kubeconfig", [&](const char* text) { options.kubeconfig = text; }},
        {"--operator", [&](const char* text) { options.operator_process = std::atoi(text); }},
        {"--server", [&](const char* text) { options.server_process = std::atoi(text); }},
        {"--clusters", [&](const char* text) { options.clusters = std::atoi(text); }},
        {"--members", [&](const char* text) { options.members = std::atoi(text); }},
        {"--create-limit",
         [&](const char* text) { options.create_limit = std::chrono::seconds(std::atoi(text)); }},
        {"--steady",
         [&](const char* text) { options.steady = std::chrono::seconds(std::atoi(text)); }},
        {"--changes", [&](const char* text) { options.changes = std::atoi(text); }},
        {"--change-gap",
         [&](const char* text) {
             options.change_gap = std::chrono::milliseconds(std::atoi(text));
         }},
        {"--traffic", [&](const char* text) { options.traffic = std::string(text) == "yes"; }},
    };
    for (int i = 1; i < count; i += 2) {
        const auto found = flags.find(arguments[i]);
        if (found == flags.end() || i + 1 >= count) {
            return false;
        }
        found->second(arguments[i + 1]);
    }
    options.changes = std::min(options.changes, options.clusters);
    return !options.kubeconfig.empty() && options.clusters > 0;
}

}  // namespace

int main(int count, char** arguments) {
    FleetOptions options;
    if (!parse(count, arguments, options)) {
        std::fputs(usage, stderr);
        return 2;
    }
    auto fleet = bestgres::cmd::Fleet::make(options);
    if (!fleet) {
        std::fprintf(stderr, "fleet_bench: %s\n", fleet.error().message.c_str());
        return 1;
    }
    return (*fleet)->run() ? 0 : 1;
}
