#pragma once

#include <set>

#include "scenarios/invariants/writer_watch.hpp"

namespace bestgres::scenarios {

struct L6Core {
    static constexpr LawText text{
        "L6",
        "Faults that never end stop nothing but what they hit: where a member outside of them can "
        "lead, there is a writable primary that clients reach within the same time."};

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const;

private:
    WriterWatch watch_;
    std::set<ClusterId> told_;  // until a writer is back
};

}  // namespace bestgres::scenarios
