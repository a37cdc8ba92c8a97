#pragma once

#include <map>

#include "scenarios/invariants/able_operator.hpp"
#include "scenarios/invariants/reading.hpp"

namespace bestgres::scenarios {

struct L8LostPartners {
    static constexpr LawText text{
        "L8",
        "A member that never answers is given up: a minute and a half after the deadline of a "
        "call to Patroni or PostgreSQL the operator has turned to its cluster again."};

    static constexpr Duration slack = std::chrono::seconds(90);

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const;

private:
    struct Asked {
        std::string what;
        Instant due;
        // The pod of a mere question: one that gets its answer obliges to nothing.
        std::string question_to;
    };
    void ask(const ClusterId& id, Asked asked);
    void note_sent(const SqlSent& sent, const Truth& truth);
    void note_answer(const std::string& pod_uid);
    void heard_of(const ClusterId& id) { asked_.erase(id); }
    void check(const Truth& truth, Findings& findings);

    AbleOperator able_;
    std::map<ClusterId, Asked> asked_;
};

}  // namespace bestgres::scenarios
