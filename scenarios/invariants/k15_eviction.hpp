#pragma once

#include <map>

#include "scenarios/invariants/reading.hpp"

namespace bestgres::scenarios {

struct K15Eviction {
    static constexpr LawText text{
        "K15",
        "A settled cluster of two members or more has one budget over all of them that lets one "
        "be away, a smaller one has none; and an eviction is not refused for longer than ten "
        "minutes."};

    static constexpr Duration longest_refusal = std::chrono::minutes(10);

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const;

private:
    void judge_budgets(const Truth& truth, Findings& findings) const;
    void note_eviction(const CallPerformed& performed, const Truth& truth, Findings& findings);

    std::map<std::string, Instant> refused_since_;  // by the pod's uid
};

}  // namespace bestgres::scenarios
