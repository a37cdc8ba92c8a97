// Traps about members that leave, and about volumes that outlive their members and clusters.
#pragma once

#include <vector>

#include "scenarios/mutants/traps.hpp"

namespace bestgres::mutants {

std::vector<Trap> traps_of_leavers();

}  // namespace bestgres::mutants
