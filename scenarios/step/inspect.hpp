// What a person asks about a world that stands still, as text.
#pragma once

#include <string>
#include <vector>

#include "lib/base/result.hpp"
#include "scenarios/report/tape.hpp"

namespace bestgres::scenarios {

// `get` as kubectl has it: {"pods"}, {"pods", "db-0", "-o", "yaml"}, {"pod/db-0"}.
Result<std::string> get_objects(const World& world, const std::vector<std::string>& words);

// An operator's cache: {} or {"operator-1"} lists it, {"operator-1", "pod", "db-0"} shows one
// object as the operator sees it.
Result<std::string> show_cache(const World& world, const Tape& tape,
                               const std::vector<std::string>& words);

// A member as it really is: its container, PostgreSQL, data, and what its Patroni says.
Result<std::string> show_member(const World& world, const std::string& pod);

// Everybody, a line each.
std::string show_everybody(const World& world);

// What is on its way, the next ones first.
std::string show_waiting(const World& world, std::size_t most);

// What is different between two moments, in objects and in those who act.
std::string show_difference(const World& before, const World& after);

}  // namespace bestgres::scenarios
