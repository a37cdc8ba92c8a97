#pragma once

#include <map>
#include <set>

#include "scenarios/invariants/members.hpp"

namespace bestgres::scenarios {

struct D1OneWriter {
    static constexpr LawText text{
        "D1",
        "At no time do two members of a cluster accept writes of clients that can reach them or "
        "are still connected, and at no time do two whose servers run believe to hold the lock, "
        "but for the ttl of one that somebody deleted."};

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const;

private:
    void judge(const ClusterId& id, const Truth& truth, Findings& findings);
    void follow_lock(const ObjectChanged& changed, const Truth& truth);
    // Its holder believes in it until the ttl ends.
    bool was_deleted_lately(const ClusterId& id, const Truth& truth) const;

    // Clusters that are in breach: an alarm for each time, not for each event in it.
    std::set<ClusterId> two_writers_;
    std::set<ClusterId> two_locks_;
    std::map<ClusterId, Instant> deleted_;  // the lock, by somebody who is not Patroni
};

}  // namespace bestgres::scenarios
