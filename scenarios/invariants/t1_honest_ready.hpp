#pragma once

#include <map>
#include <set>

#include "scenarios/invariants/able_operator.hpp"
#include "scenarios/invariants/writer_watch.hpp"

namespace bestgres::scenarios {

struct T1HonestReady {
    static constexpr LawText text{
        "T1",
        "A status that an able operator writes with Ready=True means that a client could write "
        "within the last minute, or can as soon as the proxies know, and that no member has been "
        "unready for a minute; and where nobody can write for three minutes while an operator is "
        "able, the status does not go on saying so."};

    // A dead node's pod stays ready in the API for forty seconds.
    static constexpr Duration when_written = std::chrono::minutes(1);
    static constexpr Duration when_standing = std::chrono::minutes(3);
    // What was kept from an operator reaches it bit by bit afterwards.
    static constexpr Duration to_catch_up = std::chrono::seconds(10);
    static constexpr Duration proxies = std::chrono::seconds(5);

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const;

private:
    void judge_members(const ObjectChanged& changed, const Truth& truth, Findings& findings) const;

    AbleOperator able_;
    WriterWatch watch_;
    std::map<ClusterId, Instant> claimed_;  // Ready was written: until when it must be true
    std::set<ClusterId> told_;
};

}  // namespace bestgres::scenarios
