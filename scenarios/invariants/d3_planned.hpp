#pragma once

#include "scenarios/invariants/acknowledged.hpp"

namespace bestgres::scenarios {

struct D3Planned {
    static constexpr LawText text{
        "D3",
        "A change of primary that no fault explains loses no acknowledged commit, synchronous or "
        "not."};

    // A fault explains what happens until so long after it.
    static constexpr Duration aftermath = std::chrono::minutes(3);

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const;

private:
    AcknowledgedCommits commits_;
    std::optional<Instant> last_fault_;
};

}  // namespace bestgres::scenarios
