#pragma once

#include <map>
#include <set>

#include "scenarios/invariants/able_operator.hpp"
#include "scenarios/invariants/members.hpp"

namespace bestgres::scenarios {

struct R3RoleLabels {
    static constexpr LawText text{
        "R3",
        "A settled cluster has one pod with the leader's label and without a fence: that of the "
        "holder of the lock. Two such pods there are for no longer than twenty seconds while an "
        "operator can fence one."};

    static constexpr Duration bound = std::chrono::seconds(20);

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const;

private:
    void judge_settled(const Truth& truth, Findings& findings) const;

    AbleOperator able_;
    std::map<ClusterId, Instant> several_;  // since when there are two
    std::set<ClusterId> told_;
};

}  // namespace bestgres::scenarios
