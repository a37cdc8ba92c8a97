// One run of a scenario from its beginning to its end, and what can be said of it afterwards.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "scenarios/engine/world.hpp"
#include "scenarios/shrink/shrink.hpp"

namespace bestgres::scenarios {

// Situations, and steps from one to another, that some run has been in.
struct Seen {
    std::set<std::uint64_t> situations = {};
    std::set<std::uint64_t> edges = {};

    // How many were not known before.
    std::size_t add(const Seen& other);
    std::size_t size() const { return situations.size() + edges.size(); }
};

struct RunReport {
    std::vector<Violation> violations = {};
    std::uint64_t trace = 0;
    std::vector<std::uint64_t> trace_blocks = {};  // after each 1,024 events
    std::uint64_t events = 0;
    std::uint64_t operator_calls = 0;
    Duration virtual_time{};
    bool settled = false;
    Exposure exposure = {};
    std::vector<std::string> never_triggered = {};  // ids of edits and faults
    Seen seen = {};
};

struct RunOptions {
    bool stop_at_violation = false;
    bool watch_novelty = false;  // costs time: the situation is looked at now and then
    TraceDetail detail = TraceDetail::none;
};

RunReport run_scenario(const Ground& ground, const Scenario& scenario, const RunOptions& options);
RunReport report_of(const World& world);

// Runs twice, the second time with full detail; a difference is a violation of H1 that names the
// first block of events that differs.
RunReport run_twice(const Ground& ground, const Scenario& scenario, const RunOptions& options);

// What the minimiser asks: the scenario's first violation and the calls before it.
Attempt attempt_on(const Ground& ground);

// What a replay must have found. Empty: it did.
//  - a trigger that never held: the file says something that this code does not do any more;
//  - a law that is expected to be broken and was not, or the other way round;
//  - another trace than the expected one, where one is expected.
std::vector<std::string> missed_expectations(const Scenario& scenario, const RunReport& report);

}  // namespace bestgres::scenarios
