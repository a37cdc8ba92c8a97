// Whether the simulator notices a planted defect: scenarios, one after the other, until a law is
// broken. A scenario that fails without any defect proves nothing and is left out.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "scenarios/engine/world.hpp"
#include "scenarios/mutants/active.hpp"

namespace bestgres::mutants {

struct Bait {
    std::string name;  // "W07-3-async", "trap open-session", "recipe 12", "seed 77"
    scenarios::Scenario scenario;
    std::uint64_t events = 0;  // of a run without a defect
};

struct HuntOptions {
    std::uint64_t seeds = 50;  // random runs after workloads, traps and recipes
    std::uint64_t shrink_attempts = 300;
    // Asked between runs and now and then in one.
    std::function<bool()> is_over = [] { return false; };
};

// Everything that a defect may be looked for with.
std::vector<Bait> baits(const HuntOptions& options);

// How long its run is when no mutant is active; nothing where a law is broken even then.
std::optional<std::uint64_t> sound_events(const scenarios::Ground& ground, const Bait& bait);

// The order of the search for this mutant: its own bait, then the others, the shortest runs first,
// without those that cost as much as dozens.
std::vector<const Bait*> in_order(const Mutant& mutant, const std::vector<Bait>& sound);

struct Catch {
    const Bait* bait = nullptr;
    scenarios::Violation violation;
    std::set<std::string> laws = {};  // all that the catching run broke
};

struct Hunted {
    std::optional<Catch> caught = std::nullopt;
    std::uint64_t runs = 0;  // the catching one included
    // What noticed although another law was to: of the first such run.
    std::string other_law = {};
};

// With this mutant alone active.
Hunted hunt(const scenarios::Ground& ground, std::size_t mutant,
            const std::vector<const Bait*>& baits, const HuntOptions& options);

// The smallest scenario that was found in which the same law still notices in the same words.
scenarios::Scenario made_small(const scenarios::Ground& ground, std::size_t mutant,
                               const Catch& caught, const HuntOptions& options);

}  // namespace bestgres::mutants
