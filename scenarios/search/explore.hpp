// Bounded exhaustive search: from one moment of a world, every order of the events that are ready
// at the same instant, as far as the orders differ. Situations that were seen are not entered
// again; of events that touch nothing in common one order stands for all (sleep sets).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/engine/world.hpp"

namespace bestgres::scenarios {

struct ExploreOptions {
    // A trigger's worth of time after which orders are tried, and for how many events.
    Duration from{};
    std::uint64_t events = 40;
    std::uint64_t most_states = 100'000;
    // Each explored leaf goes on to its end in the plain order, and the laws watch it.
    bool to_the_end = true;
};

struct Exploration {
    std::uint64_t states = 0;    // steps that were taken while orders were tried
    std::uint64_t distinct = 0;  // situations
    std::uint64_t leaves = 0;    // runs to the end
    std::uint64_t seen_again = 0;
    std::uint64_t asleep = 0;                        // orders that another one stands for
    bool complete = true;                            // the limit of states was not reached
    std::optional<Scenario> failing = std::nullopt;  // with its choices
    std::optional<Violation> violation = std::nullopt;
};

Exploration explore(const Ground& ground, const Scenario& scenario, const ExploreOptions& options);

// What an event reads or writes, as a set of entities: two events whose sets do not meet can be
// swapped. The API server is one entity, and so are its watchers.
using Footprint = std::uint64_t;
Footprint footprint_of(const Happening& happening);

}  // namespace bestgres::scenarios
