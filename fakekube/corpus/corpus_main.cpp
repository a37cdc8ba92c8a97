// fakekube_corpus: replays recorded requests of a real kube-apiserver against an ApiServer value
// and prints where the answers differ.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "fakekube/api_server.hpp"
#include "fakekube/controllers/controller_manager.hpp"
#include "fakekube/corpus/deviations.hpp"
#include "fakekube/corpus/in_process_transport.hpp"
#include "fakekube/corpus/runner.hpp"

namespace bestgres::fakekube::corpus {
namespace {

struct Arguments {
    std::string corpus = BESTGRES_SOURCE_DIR "/../shared/apiserver-corpus";
    std::string deviations = BESTGRES_SOURCE_DIR "/fakekube/corpus/deviations.yaml";
    std::string topic = {};
    std::string test_case = {};
    bool verbose = false;
    std::size_t least = 0;  // steps that must agree; 0: all
};

struct Count {
    std::size_t agree = 0;
    std::size_t total = 0;
};

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

ServerOptions server_options(Instant now) {
    return {.started = now,
            .kubernetes_version = "v1.20.2",  // answers differ between versions
            .advertise_address = "127.0.0.1:27443",
            .tokens = {{"admin-token", {.name = "admin", .groups = {"system:masters"}}},
                       {"nobody-token", {.name = "nobody"}},
                       {"jane-token", {.name = "jane", .groups = {"devs"}}}}};
}

// Node life-cycle and pod garbage collection did not run when the corpus was recorded.
Background controllers_background() {
    auto manager =
        std::make_shared<controllers::ControllerManager>(controllers::ControllerManagerOptions{
            .lag = {},
            .without = {"node-lifecycle-controller", "pod-garbage-collector", "scheduler"},
            .record_events = true,
            .root_certificate = "-----BEGIN CERTIFICATE-----\n",
            .volumes = {},
            .nodes = {}});
    return [manager](ApiServer& server, Instant now) {
        manager->run(server, now);
        return manager->next_due();
    };
}

struct Replay {
    const Arguments& arguments;
    const std::vector<Deviation>& deviations;
    const ApiServer& fresh;
    Instant now;
};

Count tell(const Replay& replay, std::string_view topic, const CaseResult& result) {
    const Arguments& arguments = replay.arguments;
    Count count;
    for (const StepResult& step : result.steps) {
        std::vector<Difference> left = step.differences;
        std::erase_if(left, [&](const Difference& difference) {
            return is_allowed_deviation(replay.deviations,
                                        {topic, result.name, step.number, difference.at});
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

Count run_topic(const Replay& replay, const std::string& path) {
    const Arguments& arguments = replay.arguments;
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
        InProcessTransport transport(replay.fresh, replay.now,
                                     with_controllers ? controllers_background() : Background());
        const Count one = tell(replay, name, run_case(transport, test_case, options));
        if (arguments.verbose) {
            fmt::print("{} {}/{}: {} of {}\n", one.agree == one.total ? "ok  " : "DIFF", name,
                       test_case["name"].get<std::string>(), one.agree, one.total);
        }
        count.agree += one.agree;
        count.total += one.total;
    }
    return count;
}

Arguments parse_arguments(int count, char** values) {
    Arguments arguments;
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
        } else if (option == "--least") {
            arguments.least = std::stoul(value);
        } else if (option == "--case") {
            arguments.test_case = value;
        }
    }
    return arguments;
}

int run(const Arguments& arguments) {
    if (!std::filesystem::is_directory(arguments.corpus)) {
        fmt::print("SKIPPED: there is no corpus at {}\n", arguments.corpus);
        return 0;
    }
    const auto deviations = parse_deviations(read_file(arguments.deviations));
    if (!deviations.ok()) {
        fmt::print(stderr, "{}\n", deviations.error().message);
        return 2;
    }
    std::vector<std::string> paths;
    for (const auto& entry : std::filesystem::directory_iterator(arguments.corpus)) {
        const std::string name = entry.path().filename().string();
        if (name.ends_with(".json") && name[0] < '9' &&
            (arguments.topic.empty() || name.starts_with(arguments.topic))) {
            paths.push_back(entry.path().string());
        }
    }
    std::sort(paths.begin(), paths.end());
    const Instant now{1'600'000'000'000'000'000};
    const ApiServer fresh(server_options(now));
    Count all;
    for (const std::string& path : paths) {
        const Count count = run_topic({arguments, *deviations, fresh, now}, path);
        fmt::print("{:<28} {:>4} of {:>4} steps agree\n",
                   std::filesystem::path(path).stem().string(), count.agree, count.total);
        all.agree += count.agree;
        all.total += count.total;
    }
    fmt::print("{:<28} {:>4} of {:>4} steps agree\n", "all", all.agree, all.total);
    return all.agree >= (arguments.least > 0 ? arguments.least : all.total) ? 0 : 1;
}

}  // namespace
}  // namespace bestgres::fakekube::corpus

int main(int count, char** values) {
    return bestgres::fakekube::corpus::run(
        bestgres::fakekube::corpus::parse_arguments(count, values));
}
