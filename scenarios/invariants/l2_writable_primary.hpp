#pragma once

#include <set>

#include "scenarios/invariants/writer_watch.hpp"

namespace bestgres::scenarios {

struct L2WritablePrimary {
    static constexpr LawText text{
        "L2",
        "A cluster with a member that can lead has a writable primary that clients reach, within "
        "ttl, "
        "two loops, half a minute for the promotion and the lag of proxies after the last fault."};

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const;

private:
    WriterWatch watch_;
    std::set<ClusterId> told_;  // until a writer is back
};

}  // namespace bestgres::scenarios
