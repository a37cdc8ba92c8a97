// Makes a failing scenario small: fewer faults and edits, plain triggers, round spans, no jitter.
// What is accepted fails against the same law with a sentence of the same shape: a smaller scenario
// that shows another mistake is another mistake's.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/engine/scenario.hpp"
#include "scenarios/invariants/law.hpp"

namespace bestgres::scenarios {

// A call of an operator, as a trigger could wait for it.
struct CallSeen {
    CallPattern pattern = {};
    Duration since_start{};

    bool operator==(const CallSeen&) const = default;
};

// How a run failed, and what of it helps to find smaller ones. The last two may be empty.
struct Failure {
    Violation violation = {};
    Duration since_start{};                     // of the violation
    std::vector<std::string> never_began = {};  // edits and faults, by id
    std::vector<CallSeen> calls = {};           // before the violation, in order
};

// Runs a scenario until its first violation; nothing where it has none.
using Attempt = std::function<std::optional<Failure>(const Scenario&)>;

struct Shrunk {
    Scenario scenario = {};
    Failure failure = {};
    std::uint64_t attempts = 0;
};

struct ShrinkLimits {
    std::uint64_t attempts = 2'000;
};

// `failing` must fail: nothing where it does not.
std::optional<Shrunk> shrink(const Scenario& failing, const Attempt& attempt,
                             const ShrinkLimits& limits);

// The law, and what happened without numbers: what two violations of one mistake share.
std::string shape_of(const Violation& violation);

}  // namespace bestgres::scenarios
