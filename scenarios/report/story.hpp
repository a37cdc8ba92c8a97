// Everything that a report says of a run, as data: the forms for a browser and for a terminal show
// the same.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "scenarios/report/seen.hpp"
#include "scenarios/report/tape.hpp"

namespace bestgres::scenarios {

// An edit or a fault.
struct Disturbance {
    std::string words;  // "f1: operator_crash of operator-1, when ..."
    bool is_fault = false;
    std::optional<Instant> at = {};  // absent: its trigger has not held
    std::string without = {};        // what happens where it is left out
};

struct Story {
    std::string file;  // of the replay
    std::string name;  // of the scenario
    std::uint64_t seed = 1;
    std::optional<Violation> violation = {};  // absent: nothing is broken
    std::string law_text = {};
    std::vector<Violation> others = {};  // that the same run finds
    std::vector<Disturbance> schedule = {};
    Tape tape = {};
    std::vector<std::string> lanes = {};
    std::set<std::uint64_t> cone = {};
    std::vector<SeenByOperator> seen = {};
    std::vector<std::string> members = {};  // the truth at the violation
    Instant start = {};
    Instant end = {};
    std::uint64_t events = 0;
    std::uint64_t trace = 0;

    std::string command() const { return "bestgres replay " + file; }
    Duration since_start(Instant at) const { return at - start; }
};

// Runs the scenario, and tells of its first violation: of the expected law where there is one. Each
// edit and fault is left out once, to see what it is for, where there are at most so many.
Story tell(const Ground& ground, const Scenario& scenario, const std::string& file,
           std::size_t most_without = 6);

}  // namespace bestgres::scenarios
