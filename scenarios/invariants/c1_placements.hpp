#pragma once

#include "scenarios/invariants/sharding.hpp"

namespace bestgres::scenarios {

struct C1Placements {
    static constexpr LawText text{
        "C1",
        "Each shard of a distributed or single-shard table is placed on a registered node, and a "
        "node leaves pg_dist_node only when neither the coordinator nor any node with metadata "
        "places one there and no prepared transaction is left on it."};

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const;

private:
    void judge(const std::string& scope, const Truth& truth, Findings& findings);

    std::map<std::string, std::set<GroupId>> registered_;  // by scope
};

}  // namespace bestgres::scenarios
