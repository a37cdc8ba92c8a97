#pragma once

#include "scenarios/invariants/sharding.hpp"

namespace bestgres::scenarios {

struct C4Spindown {
    static constexpr LawText text{
        "C4",
        "Of a shard that is removed from a sharded cluster the operator deletes the StatefulSet "
        "and the volumes only when nothing is left of it: no placement of a distributed or "
        "single-shard table and no row of pg_dist_node on the coordinator and on every node with "
        "metadata, no prepared transaction on it, and, for volumes, none of its processes."};

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const;

private:
    std::set<GroupKey> prepared_;  // with prepared transactions when they were last seen
};

}  // namespace bestgres::scenarios
