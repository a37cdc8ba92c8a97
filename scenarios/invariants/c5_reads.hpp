#pragma once

#include "scenarios/invariants/sharding.hpp"

namespace bestgres::scenarios {

struct C5Reads {
    static constexpr LawText text{
        "C5",
        "A read of a whole table finds each row once, whatever moves meanwhile: all that were "
        "acknowledged before it began, and none that nobody had begun to write by its end, but for "
        "what a failover lost by D2."};

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const { lost_.hash_into(hasher); }

private:
    LostLogs lost_;
};

}  // namespace bestgres::scenarios
