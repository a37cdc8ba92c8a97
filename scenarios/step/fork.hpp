// What somebody who steps through a run wants to be otherwise, in the words of replay files.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.hpp"
#include "scenarios/engine/scenario.hpp"

namespace bestgres::scenarios {

struct Fork {
    std::optional<Fault> fault = {};
    std::optional<Edit> edit = {};
    bool at_once = true;  // it names no trigger
};

// "container_crash db-0 lasts=30s amount=2", or a line of a replay file: {"fault":{...}} or
// {"edit":{...}}. `scenario` is what it becomes a part of: ids must not stand twice.
Result<Fork> read_fork(const std::vector<std::string>& words, const Scenario& scenario);

}  // namespace bestgres::scenarios
