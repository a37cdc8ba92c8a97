#include "fakekube/corpus/replay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "fakekube/corpus/deviations.hpp"
#include "fakekube/corpus/runner.hpp"

namespace bestgres::fakekube::corpus {
namespace {

struct Count {
    std::size_t agree = 0;
    std::size_t total = 0;
};

// The listed deviations, and which of them were met: one that no answer needs is a lie.
struct Allowed {
    std::vector<Deviation> listed;
    std::set<const Deviation*> met = {};

    bool covers(const Place& place) {
        const Deviation* found = find_deviation(listed, place);
        if (found != nullptr) {
            met.insert(found);
        }
        return found != nullptr;
    }
};

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

Count tell(const ReplayOptions& arguments, std::string_view topic, const CaseResult& result,
           Allowed& allowed) {
    Count count;
    for (const StepResult& step : result.steps) {
        std::vector<Difference> left = step.differences;
        std::erase_if(left, [&](const Difference& difference) {
            return allowed.covers({topic, result.name, step.number, difference.at});
        });
        ++count.total;
        count.agree += left.empty() ? 1 : 0;
        if (left.empty() || !arguments.verbose) {
            continue;
        }
        fmt::print("{}/{} step {} {}\n", topic, result.name, step.number, step.request);
        for (const Difference& difference : left) {
            fmt::print("    {}\n      want {}\n      got  {}\n", difference.at, difference.want,
                       difference.got);
        }
    }
    return count;
}

Count run_topic(const ReplayOptions& arguments, const std::string& path, Allowed& allowed,
                const TransportMaker& make) {
    const Ordered topic = Ordered::parse(read_file(path));
    Count count;
    const std::string name = topic["topic"].get<std::string>();
    const bool with_controllers = topic["phase"] == "controllers";
    RunOptions options{.variables = {},
                       .tokens = {{"admin", "admin-token"},
                                  {"nobody", "nobody-token"},
                                  {"jane", "jane-token"},
                                  {"bad", "not-a-valid-token"}}};
    options.variables = {{"policyGV", "policy/v1"}, {"cronGV", "batch/v1"}};
    for (const Ordered& test_case : topic["cases"]) {
        if (!arguments.test_case.empty() && test_case["name"] != arguments.test_case) {
            continue;
        }
        const std::unique_ptr<Transport> transport = make(with_controllers);
        const Count one = tell(arguments, name, run_case(*transport, test_case, options), allowed);
        if (arguments.verbose) {
            fmt::print("{} {}/{}: {} of {}\n", one.agree == one.total ? "ok  " : "DIFF", name,
                       test_case["name"].get<std::string>(), one.agree, one.total);
        }
        count.agree += one.agree;
        count.total += one.total;
    }
    return count;
}

std::size_t tell_unmet(const Allowed& allowed) {
    for (const Deviation& deviation : allowed.listed) {
        if (allowed.met.count(&deviation) == 0) {
            fmt::print("no answer needs the deviation of {}/{}: {}\n", deviation.topic,
                       deviation.test_case, deviation.reason);
        }
    }
    return allowed.listed.size() - allowed.met.size();
}

}  // namespace

ServerOptions recorded_server(Instant now) {
    return {.started = now,
            .kubernetes_version = "v1.20.2",  // answers differ between versions
            .advertise_address = "127.0.0.1:27443",
            .tokens = {{"admin-token", {.name = "admin", .groups = {"system:masters"}}},
                       {"nobody-token", {.name = "nobody"}},
                       {"jane-token", {.name = "jane", .groups = {"devs"}}}}};
}

controllers::ControllerManagerOptions recorded_controllers() {
    return {.lag = {},
            .without = {"node-lifecycle-controller", "pod-garbage-collector", "scheduler"},
            .record_events = true,
            .root_certificate = "-----BEGIN CERTIFICATE-----\n",
            .volumes = {},
            .nodes = {}};
}

ReplayOptions parse_replay_options(int count, char** values, ReplayOptions arguments) {
    for (int i = 1; i < count; ++i) {
        const std::string option = values[i];
        if (option == "-v") {
            arguments.verbose = true;
            continue;
        }
        const std::string value = i + 1 < count ? values[++i] : "";
        if (option == "--corpus") {
            arguments.corpus = value;
        } else if (option == "--deviations") {
            arguments.deviations = value;
        } else if (option == "--topic") {
            arguments.topic = value;
        } else if (option == "--case") {
            arguments.test_case = value;
        }
    }
    return arguments;
}

int replay(const ReplayOptions& arguments, const TransportMaker& make) {
    if (!std::filesystem::is_directory(arguments.corpus)) {
        fmt::print("SKIPPED: there is no corpus at {}\n", arguments.corpus);
        return 0;
    }
    auto deviations = parse_deviations(read_file(arguments.deviations));
    if (!deviations.ok()) {
        fmt::print(stderr, "{}\n", deviations.error().message);
        return 2;
    }
    Allowed allowed{.listed = *std::move(deviations)};
    std::vector<std::string> paths;
    for (const auto& entry : std::filesystem::directory_iterator(arguments.corpus)) {
        const std::string name = entry.path().filename().string();
        if (name.ends_with(".json") && name[0] < '9' &&
            (arguments.topic.empty() || name.starts_with(arguments.topic))) {
            paths.push_back(entry.path().string());
        }
    }
    std::sort(paths.begin(), paths.end());
    Count all;
    for (const std::string& path : paths) {
        const Count count = run_topic(arguments, path, allowed, make);
        fmt::print("{:<28} {:>4} of {:>4} steps agree\n",
                   std::filesystem::path(path).stem().string(), count.agree, count.total);
        all.agree += count.agree;
        all.total += count.total;
    }
    fmt::print("{:<28} {:>4} of {:>4} steps agree\n", "all", all.agree, all.total);
    const bool is_whole = arguments.topic.empty() && arguments.test_case.empty();
    const std::size_t unmet = is_whole ? tell_unmet(allowed) : 0;
    return all.agree == all.total && unmet == 0 ? 0 : 1;
}

}  // namespace bestgres::fakekube::corpus
