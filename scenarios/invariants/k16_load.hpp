#pragma once

#include <map>
#include <string>

#include "scenarios/invariants/reading.hpp"

namespace bestgres::scenarios {

struct K16Load {
    static constexpr LawText text{
        "K16",
        "The operator spares the API server: a bounded number of calls a minute, no call that "
        "fails again and again without growing pauses, none before the time that a refusal "
        "names."};

    static constexpr std::uint64_t calls_a_minute = 400;  // and as many for each cluster
    static constexpr std::uint64_t failures_in_a_row = 20;
    static constexpr Duration in_no_less_than = std::chrono::seconds(10);

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const;

private:
    struct Minute {
        Instant began;
        std::uint64_t calls = 0;
    };
    struct Failing {
        Instant first;
        std::uint64_t times = 0;
        Instant not_before;
    };
    using Key = std::pair<std::string, std::string>;  // an operator and its call
    void note_arrival(const CallArrived& arrived, const Truth& truth, Findings& findings);
    void note_outcome(const CallPerformed& performed, const Truth& truth, Findings& findings);

    std::map<std::string, Minute> minutes_;
    std::map<Key, Failing> failing_;
};

}  // namespace bestgres::scenarios
