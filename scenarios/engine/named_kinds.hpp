// The kinds that a scenario names by their word: in edits, conditions and targets of faults.
#pragma once

#include <optional>
#include <string_view>

#include "lib/kube/kind.hpp"

namespace bestgres::scenarios {

// "StatefulSet", "BGCluster".
std::optional<kube::Kind> find_kind_by_word(std::string_view word);
// The operator's own: what users ask for.
std::optional<kube::Kind> find_resource_by_word(std::string_view word);

}  // namespace bestgres::scenarios
