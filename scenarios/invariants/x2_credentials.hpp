#pragma once

#include <map>

#include "scenarios/invariants/reading.hpp"

namespace bestgres::scenarios {

struct X2Credentials {
    static constexpr LawText text{
        "X2",
        "The operator makes the credentials of a cluster once, each user's its own: it never "
        "changes "
        "them, and never makes others while a volume of the cluster holds data that only the first "
        "ones open."};

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const;

private:
    std::map<ClusterId, std::uint64_t> published_;  // the hash of what was made first
};

}  // namespace bestgres::scenarios
