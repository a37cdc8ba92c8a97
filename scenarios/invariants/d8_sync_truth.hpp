#pragma once

#include "scenarios/invariants/members.hpp"

namespace bestgres::scenarios {

struct D8SyncTruth {
    static constexpr LawText text{
        "D8",
        "Whom Patroni publishes as a synchronous standby the primary really waits for: it stands "
        "in synchronous_standby_names before, and the primary itself is not among them. In quorum "
        "mode "
        "every quorum of the published has one in it that the primary has waited for."};

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher&) const {}
};

}  // namespace bestgres::scenarios
