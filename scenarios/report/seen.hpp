// What an operator saw, against what was true: its cache beside the store, at one moment.
#pragma once

#include <string>
#include <vector>

#include "scenarios/report/difference.hpp"
#include "scenarios/report/tape.hpp"

namespace bestgres::scenarios {

struct SeenObject {
    std::string object;                         // "Pod shop/db-0"
    std::string seen_version;                   // empty: not in the cache
    std::string true_version;                   // empty: does not exist
    Duration behind{};                          // for how long the store has had something else
    std::vector<FieldChange> differences = {};  // from what was seen to what is true
};

struct SeenByOperator {
    std::string name;
    std::string when;  // "when it began DeletePod db-1", "at the violation"
    Instant at = {};
    std::size_t objects = 0;              // in the cache
    std::vector<SeenObject> out_of_date;  // but for what moves all the time
};

// Of every operator that runs. `tape` says since when.
std::vector<SeenByOperator> seen_by_operators(const World& world, const Tape& tape,
                                              const std::string& when);

}  // namespace bestgres::scenarios
