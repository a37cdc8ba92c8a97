#pragma once

#include <map>
#include <string>

#include "scenarios/invariants/reading.hpp"

namespace bestgres::scenarios {

struct H3Bounded {
    static constexpr LawText text{
        "H3",
        "What the operator produces is bounded: steps a minute for a cluster, log lines a minute, "
        "bytes of a status."};

    static constexpr std::uint64_t steps_a_minute = 60;
    static constexpr std::uint64_t lines_a_minute = 600;
    static constexpr std::size_t status_bytes = 64 * 1024;

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const;

private:
    struct Minute {
        Instant began;
        std::uint64_t count = 0;
    };
    // Whether this one is the first beyond the limit of its minute.
    bool exceeds(const std::string& what, std::uint64_t limit, Instant now);

    std::map<std::string, Minute> minutes_;
};

}  // namespace bestgres::scenarios
