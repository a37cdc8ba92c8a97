// The causal cone of a violation: the events that led to it, by who put whom on its way.
#pragma once

#include <cstdint>
#include <set>

#include "scenarios/report/tape.hpp"

namespace bestgres::scenarios {

// Everything that these events follow from, themselves included.
std::set<std::uint64_t> causes_of(const Tape& tape, std::set<std::uint64_t> events);

// Where the cone of a violation begins: the event itself; the last changes of the objects, members
// and processes that it and its facts name; every fault and edit, since a small schedule has only
// those that it needs.
std::set<std::uint64_t> seeds_of(const Tape& tape, const Violation& violation);

std::set<std::uint64_t> causal_cone(const Tape& tape, const Violation& violation);

}  // namespace bestgres::scenarios
