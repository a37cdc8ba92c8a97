#pragma once

#include "scenarios/invariants/members.hpp"

namespace bestgres::scenarios {

struct D9Eligibility {
    static constexpr LawText text{
        "D9",
        "Who takes the lock may have it: it has data, is not tagged nofailover, and in "
        "synchronous mode it was the leader or one of its published standbys."};

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher&) const {}
};

}  // namespace bestgres::scenarios
