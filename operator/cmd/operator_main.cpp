// The operator of production: options in, one process until a signal.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "lib/base/log.hpp"
#include "operator/cmd/operator/ending.hpp"
#include "operator/cmd/operator/options.hpp"
#include "operator/cmd/operator/process.hpp"
#include "operator/cmd/operator/release.hpp"

namespace {

using bestgres::Instant;

std::map<std::string, std::string> environment() {
    std::map<std::string, std::string> values;
    for (const char* const name : {"WATCH_NAMESPACE", "OPERATOR_IMAGE", "POD_NAME", "POD_IP"}) {
        if (const char* const value = std::getenv(name)) {
            values[name] = value;
        }
    }
    return values;
}

Instant wall_clock() {
    return Instant{std::chrono::duration_cast<std::chrono::nanoseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count()};
}

void write_line(std::string_view line) {
    std::fwrite(line.data(), 1, line.size(), stderr);
    std::fflush(stderr);
}

}  // namespace

int main(int count, char** arguments) {
    const auto options = bestgres::cmd::parse_operator_options(
        std::vector<std::string>(arguments + 1, arguments + count), environment());
    if (!options) {
        std::fprintf(stderr, "bestgres-operator: %s; see bestgres-operator --help\n",
                     options.error().message.c_str());
        return 2;
    }
    if (options->help) {
        std::fputs(std::string(bestgres::cmd::operator_usage).c_str(), stdout);
        return 0;
    }
    const bestgres::Log log(options->log_level, wall_clock, write_line);
    if (options->release) {
        return bestgres::cmd::release_main(*options, log);
    }
    auto process = bestgres::cmd::OperatorProcess::make(*options, log);
    if (!process) {
        log.error("cannot start", {{"error", process.error().message}});
        return 1;
    }
    (*process)->run();
    bestgres::cmd::end_with_namespace(*options, log);
    return 0;
}
