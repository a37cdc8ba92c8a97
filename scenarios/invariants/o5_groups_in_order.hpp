#pragma once

#include "operator/api/sharded_operation.hpp"
#include "scenarios/invariants/operations.hpp"

namespace bestgres::scenarios {

struct O5GroupsInOrder {
    static constexpr LawText text{
        "O5",
        "The groups of an operation on a sharded cluster begin in the order that was asked for, as "
        "many workers at once as were asked for and the coordinator alone, none after a failure "
        "that stops it. Each gets one BGDbOps, once the journal says that it begins, and is "
        "reported as that has ended."};

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher&) const {}
};

}  // namespace bestgres::scenarios
