#pragma once

#include <map>
#include <string>

#include "scenarios/invariants/members.hpp"

namespace bestgres::scenarios {

struct R2ReadRouting {
    static constexpr LawText text{
        "R2",
        "Clients of the replica Service are sent to members that can answer: nobody is routed to "
        "for longer than a minute while it copies data or rewinds, and in a settled cluster each "
        "streams, no more than 16 MiB behind."};

    static constexpr Duration bound = std::chrono::minutes(1);
    static constexpr std::uint64_t most_lag = std::uint64_t{16} << 20U;

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const;

private:
    void look(const Truth& truth);
    void judge_settled(const Truth& truth, Findings& findings) const;

    std::map<std::string, Instant> useless_;  // pods that are routed to and cannot answer
    Instant looked_;
};

}  // namespace bestgres::scenarios
