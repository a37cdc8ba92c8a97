// Recordings of real Patroni's requests, and how far a model's requests agree with them: the same
// ones in the same order, node by node, but for what time, positions and versions make differ.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/json.hpp"
#include "scenarios/fidelity/lab.hpp"

namespace bestgres::scenarios {

struct TraceLine {
    double at = 0;          // seconds since the recording began
    std::string mark = {};  // not empty: the beginning of a test, and no request
    std::string who = {};
    std::string form = {};  // normalised
};

// One JSON object a line, as fakepatroni/traces/ holds them.
std::vector<TraceLine> read_trace(std::string_view text);
TraceLine line_of(const Sent& sent);

struct Agreement {
    std::size_t recorded = 0;
    std::size_t modelled = 0;
    std::size_t agreed = 0;  // in order, per node
    std::string differences = {};

    void add(const Agreement& other);
};

// Which node of the model plays which recorded one is chosen so that most agrees: who wins a race
// between equals is chance.
Agreement compare(const std::vector<TraceLine>& recorded, const std::vector<TraceLine>& modelled);

}  // namespace bestgres::scenarios
