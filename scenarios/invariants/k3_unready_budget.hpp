#pragma once

#include <map>

#include "scenarios/invariants/wishes.hpp"

namespace bestgres::scenarios {

struct K3UnreadyBudget {
    static constexpr LawText text{
        "K3",
        "Of the members of a cluster that is to run, the operator has at most one down at a time: "
        "who is taken away or restarted is ready again before it takes the next one that serves. "
        "While somebody has paused Patroni by hand it takes nobody who has a volume."};

    // What was decided before the pause was seen may still come.
    static constexpr Duration on_its_way = std::chrono::seconds(10);

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const;

private:
    struct Taken {
        std::string pod;
        std::string uid;  // of the pod that was deleted; empty: PostgreSQL was restarted
    };
    void note_pause(const ObjectChanged& changed, const Truth& truth);
    void take(const ClusterId& id, const Taken& taken, const Truth& truth, Findings& findings);
    bool is_wanted(const ClusterId& id, const std::string& pod, const Truth& truth) const;

    Wishes wishes_;
    std::map<ClusterId, Taken> down_;      // the last that the operator took
    std::map<ClusterId, Instant> paused_;  // since when
};

}  // namespace bestgres::scenarios
