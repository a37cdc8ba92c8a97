// Scenarios that reach what workloads and recipes do not: each leads some defect to where it hurts.
#pragma once

#include <string>
#include <vector>

#include "scenarios/engine/scenario.hpp"

namespace bestgres::mutants {

struct Trap {
    std::string name;  // "trap open-session"
    scenarios::Scenario scenario;
};
std::vector<Trap> traps();

}  // namespace bestgres::mutants
