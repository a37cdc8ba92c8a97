#pragma once

#include "scenarios/invariants/members.hpp"

namespace bestgres::scenarios {

struct D7Slots {
    static constexpr LawText text{
        "D7",
        "The primary of a settled cluster has a sound slot for each member that streams from it, "
        "and no slot that nobody uses holds back more than 64 MiB of log."};

    static constexpr std::uint64_t most_held_back = std::uint64_t{64} << 20U;

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher&) const {}
};

}  // namespace bestgres::scenarios
