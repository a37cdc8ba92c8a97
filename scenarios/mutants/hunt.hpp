// Whether the simulator notices a planted defect: the same scenarios, in the same order, until a
// law is broken. A scenario that fails without any defect proves nothing and is left out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/engine/world.hpp"
#include "scenarios/mutants/active.hpp"

namespace bestgres::mutants {

struct Bait {
    std::string name;  // "W07-3", "recipe 12", "seed 77"
    scenarios::Scenario scenario;
};

struct HuntOptions {
    std::uint64_t seeds = 50;  // random runs after the workloads and recipes
    std::uint64_t shrink_attempts = 300;
};

// Workloads first, the fast ones before the others, then recipes, then random runs.
std::vector<Bait> baits(const HuntOptions& options);

struct Catch {
    std::string bait;
    std::uint64_t runs = 0;  // the catching one included
    scenarios::Violation violation;
    scenarios::Scenario smallest;
};

// With this mutant alone active. `sound` are the numbers of the baits that fail for nobody.
std::optional<Catch> hunt(const scenarios::Ground& ground, std::size_t mutant,
                          const std::vector<Bait>& sound, const HuntOptions& options);

// Whether the bait holds all laws when no mutant is active.
bool is_sound(const scenarios::Ground& ground, const Bait& bait);

}  // namespace bestgres::mutants
