// Where the answers may differ from those of the recorded server on purpose, each with its reason.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/json.hpp"

namespace bestgres::fakekube::corpus {

struct Deviation {
    std::string topic;  // "" everywhere
    std::string test_case;
    std::set<std::size_t> steps;  // empty: all
    std::vector<std::string> at;  // pointer prefixes within the answer; empty: all of it
    std::string reason;
};

// A list of {topic, case, steps, at, reason}; an entry without a reason is an error.
Result<std::vector<Deviation>> parse_deviations(std::string_view yaml);

struct Place {
    std::string_view topic;
    std::string_view test_case;
    std::size_t step = 0;
    std::string_view at;
};
// The first that covers the place, or null.
const Deviation* find_deviation(const std::vector<Deviation>& deviations, const Place& place);

}  // namespace bestgres::fakekube::corpus
