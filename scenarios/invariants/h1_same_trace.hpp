#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "scenarios/invariants/law.hpp"

namespace bestgres::scenarios {

// What two runs of one scenario are compared by.
struct RunTrace {
    std::uint64_t events = 0;
    std::uint64_t hash = 0;
    std::vector<std::uint64_t> blocks = {};  // the hash after each 1,024 events
    std::vector<Violation> violations = {};
};

// Told of two runs rather than of what happens in one.
struct H1SameTrace {
    static constexpr LawText text{
        "H1", "The same scenario on the same code has the same trace, event by event."};

    static std::optional<Violation> judge(const RunTrace& once, const RunTrace& again);
};

}  // namespace bestgres::scenarios
