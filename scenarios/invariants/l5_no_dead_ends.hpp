#pragma once

#include <map>

#include "scenarios/invariants/able_operator.hpp"
#include "scenarios/invariants/reading.hpp"

namespace bestgres::scenarios {

struct L5NoDeadEnds {
    static constexpr LawText text{
        "L5",
        "Whatever the operator waits for has a name and a deadline, a cluster that is not as it "
        "should be is never said to need nothing, and a new spec is looked at within two minutes "
        "in every state of the cluster."};

    static constexpr Duration bound = std::chrono::minutes(2);

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const;

private:
    void note_resource(const ObjectChanged& changed, const Truth& truth, Findings& findings);

    AbleOperator able_;
    std::map<ClusterId, Instant> asked_;  // since when a generation has not been observed
    Instant checked_;
};

}  // namespace bestgres::scenarios
