// The end of a run without what must differ between two good runs: versions, uids, times, who
// leads. Two runs of one workload that end well have the same normal end, whatever went wrong on
// the way (M3, M5, M6, M11).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lib/base/json.hpp"
#include "scenarios/engine/truth.hpp"

namespace bestgres::scenarios {

// By "Kind/name".
using NormalEnd = std::map<std::string, Json>;

NormalEnd normal_end(const Truth& truth);

// "StatefulSet/db: /spec/replicas is 2 instead of 3": what `end` has otherwise than `reference`.
std::vector<std::string> differences(const NormalEnd& reference, const NormalEnd& end);

}  // namespace bestgres::scenarios
