// What became of the search for one mutant, as workers report it and as it is kept.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "lib/base/json.hpp"

namespace bestgres::cmd::mutants {

struct Outcome {
    std::string mutant;
    std::string law;             // that noticed; empty: none did
    std::string sentence;        // in its words
    std::set<std::string> laws;  // all that the catching run broke
    std::string other_law;       // noticed, where another one was to
    std::string bait;
    std::uint64_t runs = 0;
    double seconds = 0;  // until it was caught or given up
    double shrinking = 0;
    std::uint64_t edits = 0;   // of the smallest schedule
    std::uint64_t faults = 0;  // likewise

    bool caught() const { return !law.empty(); }
    bool operator==(const Outcome&) const = default;
};

Json to_json(const Outcome& outcome);
Outcome outcome_from(const Json& json);

// By mutant. A file that is not there holds nothing; a line that cannot be read is left out.
std::map<std::string, Outcome> read_outcomes(const std::string& file);
void write_outcomes(const std::string& file, const std::map<std::string, Outcome>& outcomes);

}  // namespace bestgres::cmd::mutants
