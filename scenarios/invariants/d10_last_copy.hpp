#pragma once

#include "scenarios/invariants/members.hpp"
#include "scenarios/invariants/wishes.hpp"

namespace bestgres::scenarios {

struct D10LastCopy {
    static constexpr LawText text{
        "D10",
        "The operator deletes or reinitializes no copy of the data, and lets no member leave with "
        "one, unless another is as far: on no older timeline, with as much of it flushed. Only a "
        "cluster that its user deletes with its volumes loses the last."};

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const { wishes_.hash_into(hasher); }

private:
    struct Removal {
        ClusterId cluster;
        std::string claim_uid;
        std::string what;
    };
    void judge(const Removal& removal, const Truth& truth, Findings& findings) const;
    void judge_leave(const CallArrived& arrived, const Truth& truth, Findings& findings) const;

    Wishes wishes_;
};

}  // namespace bestgres::scenarios
