#include "scenarios/search/run.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scenarios/invariants/h1_same_trace.hpp"

namespace bestgres::scenarios {
namespace {

constexpr std::uint64_t events_between_looks = 16;

void look_around(const World& world, std::uint64_t& before, Seen& seen) {
    const std::uint64_t now = world.abstract_state();
    seen.situations.insert(now);
    if (before != now) {
        seen.edges.insert(mix(before) ^ now);
    }
    before = now;
}

void run_watching(World& world, const RunOptions& options, Seen& seen) {
    std::uint64_t before = 0;
    while (world.step() && !(options.stop_at_violation && !world.violations().empty())) {
        if (world.event() % events_between_looks == 0) {
            look_around(world, before, seen);
        }
    }
}

RunTrace trace_of(const RunReport& report) {
    return {.events = report.events,
            .hash = report.trace,
            .blocks = report.trace_blocks,
            .violations = report.violations};
}

Failure failure_of(const World& world, std::vector<CallSeen> calls) {
    const Violation& violation = world.violations().front();
    return {.violation = violation,
            .since_start = violation.at - world.start(),
            .never_began = world.never_triggered(),
            .calls = std::move(calls)};
}

CallSeen call_seen(const World& world, const OperatorCall& call) {
    return {.pattern = {.actor = call.label.actor.name,
                        .verb = std::string(call.label.verb),
                        .kind = std::string(call.label.kind),
                        .name = call.label.name},
            .since_start = world.now() - world.start()};
}

std::optional<Failure> first_failure(World world) {
    world.set_detail(TraceDetail::full);
    std::vector<CallSeen> calls;
    while (world.violations().empty() && world.step()) {
        for (std::size_t at = calls.size(); at < world.calls().size(); ++at) {
            calls.push_back(call_seen(world, world.calls()[at]));
        }
    }
    if (world.violations().empty()) {
        return std::nullopt;
    }
    return failure_of(world, std::move(calls));
}

}  // namespace

std::size_t Seen::add(const Seen& other) {
    const std::size_t before = size();
    situations.insert(other.situations.begin(), other.situations.end());
    edges.insert(other.edges.begin(), other.edges.end());
    return size() - before;
}

RunReport report_of(const World& world) {
    return {.violations = world.violations(),
            .trace = world.trace_hash(),
            .trace_blocks = world.trace_blocks(),
            .events = world.event(),
            .operator_calls = world.operator_calls(),
            .virtual_time = world.now() - world.start(),
            .settled = world.settled(),
            .exposure = world.exposure(),
            .never_triggered = world.never_triggered()};
}

RunReport run_scenario(const Ground& ground, const Scenario& scenario, const RunOptions& options) {
    World world(ground, scenario, options.detail);
    Seen seen;
    if (options.watch_novelty) {
        run_watching(world, options, seen);
    } else {
        world.run(options.stop_at_violation);
    }
    RunReport report = report_of(world);
    report.seen = std::move(seen);
    return report;
}

RunReport run_twice(const Ground& ground, const Scenario& scenario, const RunOptions& options) {
    RunReport once = run_scenario(ground, scenario, options);
    const RunReport again =
        run_scenario(ground, scenario,
                     {.stop_at_violation = options.stop_at_violation, .detail = TraceDetail::full});
    if (auto violation = H1SameTrace::judge(trace_of(once), trace_of(again))) {
        once.violations.push_back(*std::move(violation));
    }
    return once;
}

Attempt attempt_on(const Ground& ground) {
    return [&ground](const Scenario& scenario) -> std::optional<Failure> {
        // Most attempts do not fail: the calls are recorded only where one does.
        World world(ground, scenario);
        world.run(true);
        if (world.violations().empty()) {
            return std::nullopt;
        }
        return first_failure(World(ground, scenario));
    };
}

std::vector<std::string> missed_expectations(const Scenario& scenario, const RunReport& report) {
    std::vector<std::string> missed;
    for (const std::string& id : report.never_triggered) {
        missed.push_back(fmt::format("trigger never matched: {}", id));
    }
    const Expectation expected = scenario.expect.value_or(Expectation{});
    const bool broken = std::any_of(
        report.violations.begin(), report.violations.end(),
        [&expected](const Violation& violation) { return violation.law == expected.law; });
    if (!expected.law.empty() && !broken) {
        missed.push_back(fmt::format("{} was expected to be broken, and holds", expected.law));
    }
    for (const Violation& violation : report.violations) {
        if (violation.law != expected.law) {
            missed.push_back(fmt::format("{}: {}", violation.law, violation.sentence));
        }
    }
    if (expected.trace != 0 && expected.trace != report.trace) {
        missed.push_back(fmt::format("the trace is {}, expected was {}", to_hex(report.trace),
                                     to_hex(expected.trace)));
    }
    return missed;
}

}  // namespace bestgres::scenarios
