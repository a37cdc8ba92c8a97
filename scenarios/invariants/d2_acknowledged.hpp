#pragma once

#include "scenarios/invariants/acknowledged.hpp"

namespace bestgres::scenarios {

struct D2Acknowledged {
    static constexpr LawText text{
        "D2",
        "Every new primary has all commits that were acknowledged under a synchronous promise. Of "
        "the others a failover loses at most maximum_lag_on_failover and what was written in the "
        "last two loops."};

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const { commits_.hash_into(hasher); }

private:
    AcknowledgedCommits commits_;
};

}  // namespace bestgres::scenarios
