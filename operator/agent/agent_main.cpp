// bestgres-agent install DEST | run [PROGRAM ARGUMENT...] | report PROGRAM ARGUMENT...

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "operator/agent/image.hpp"
#include "operator/agent/report.hpp"
#include "operator/agent/supervisor.hpp"

namespace bestgres::agent {
namespace {

constexpr int usage_error = 2;
constexpr int cannot_start = 1;

Log make_log() {
    return Log(
        LogLevel::info,
        [] {
            const auto since = std::chrono::system_clock::now().time_since_epoch();
            return Instant{std::chrono::duration_cast<std::chrono::nanoseconds>(since).count()};
        },
        [](std::string_view line) { std::fwrite(line.data(), 1, line.size(), stderr); });
}

std::optional<std::string> environment_variable(std::string_view name) {
    const char* value = std::getenv(std::string(name).c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

int fail(const std::string& message) {
    fmt::print(stderr, "bestgres-agent: {}\n", message);
    return cannot_start;
}

int run(const std::vector<std::string>& arguments) {
    const Result<Environment> environment = read_environment(environment_variable);
    if (!environment.ok()) {
        return fail(environment.error().message);
    }
    const Result<Done> prepared =
        prepare(*environment, environment_variable("PATH").value_or("/usr/bin:/bin"));
    if (!prepared.ok()) {
        return fail(prepared.error().message);
    }
    http::EventLoop loop;
    Supervisor supervisor(loop, *environment, make_log());
    const Result<int> code = supervisor.run(program_of(*environment, arguments));
    return code.ok() ? *code : fail(code.error().message);
}

// Debian's packages have a wrapper for PostgreSQL's own clients alone: others, as pg_repack, are
// found beside the server.
void extend_path() {
    const std::string path = environment_variable("PATH").value_or("/usr/bin:/bin");
    if (const std::string own = find_bin_directory(path, ""); !own.empty()) {
        setenv("PATH", (path + ":" + own).c_str(), 1);
    }
}

int run_and_report(const std::vector<std::string>& program) {
    extend_path();
    const Result<int> code =
        report(program, {.input = environment_variable("BESTGRES_INPUT").value_or(""),
                         .is_silent = environment_variable("BESTGRES_SILENT") == "true"});
    return code.ok() ? *code : fail(code.error().message);
}

int main_of(const std::vector<std::string>& arguments) {
    if (arguments.size() == 2 && arguments[0] == "install") {
        const Result<Done> installed = install(arguments[1]);
        return installed.ok() ? 0 : fail(installed.error().message);
    }
    if (!arguments.empty() && arguments[0] == "run") {
        return run({arguments.begin() + 1, arguments.end()});
    }
    if (arguments.size() >= 2 && arguments[0] == "report") {
        return run_and_report({arguments.begin() + 1, arguments.end()});
    }
    fmt::print(stderr,
               "usage: bestgres-agent install DEST | run [PROGRAM ARGUMENT...] | report PROGRAM "
               "ARGUMENT...\n");
    return usage_error;
}

}  // namespace
}  // namespace bestgres::agent

int main(int count, char** values) {
    return bestgres::agent::main_of({values + 1, values + count});
}
