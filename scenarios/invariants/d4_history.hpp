#pragma once

#include <map>
#include <set>

#include "scenarios/invariants/able_operator.hpp"
#include "scenarios/invariants/members.hpp"

namespace bestgres::scenarios {

struct D4History {
    static constexpr LawText text{
        "D4",
        "The timeline of a cluster's primary never decreases, and the status of a settled cluster "
        "says it. A replica that streams has a prefix of what it streams from; one whose history "
        "parted is not ready for longer than two minutes."};

    static constexpr Duration bound = std::chrono::minutes(2);

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const;

private:
    void judge_primary(const ClusterId& id, const MemberTruth& member, Findings& findings);
    void judge_replica(const ClusterId& id, const MemberTruth& member, const Truth& truth,
                       Findings& findings);
    void judge_status(const Truth& truth, Findings& findings) const;
    void check_parted(const Truth& truth, Findings& findings);

    AbleOperator able_;  // only then the status is due
    std::map<ClusterId, std::int64_t> timelines_;
    std::map<std::string, Instant> parted_;  // pods that are ready with a history of their own
};

}  // namespace bestgres::scenarios
