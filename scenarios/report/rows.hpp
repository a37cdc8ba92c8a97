// The lines of a report's step-by-step part, chosen from the tape.
#pragma once

#include <vector>

#include "scenarios/report/story.hpp"

namespace bestgres::scenarios {

struct Row {
    const Entry* entry = nullptr;  // of the story's tape
    std::uint64_t event = 0;
    std::uint64_t cause = 0;  // the last event before it in the cone that has a row; 0: none
    Instant at = {};
    bool in_cone = false;
};

// What a person would tell, and everything else that is a cause and not periodic; without cones of
// their own, the last moments whole. At most so many, the last ones; the cone's go first.
std::vector<Row> rows_of(const Story& story, std::size_t most);

// Of those, what led to the violation, without what follows by itself.
std::vector<Row> causes_in(const std::vector<Row>& rows);

}  // namespace bestgres::scenarios
