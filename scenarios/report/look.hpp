// How members, operators and writers look at one moment, as a person would put it: what the bars of
// a report's lanes show.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scenarios/engine/world_state.hpp"

namespace bestgres::scenarios {

enum class Shade : std::uint8_t {
    none,     // nothing to show
    leading,  // a primary that accepts writes, an operator that may act
    well,     // a replica that streams, clients that can write
    partly,   // it runs, and does not do what it is there for
    off,      // it does not run
    bad,      // nobody can write, two can; a fault
};
std::string_view word_of(Shade shade);

// One lane's state. `text` leaves out what moves all the time.
struct Look {
    std::string lane;  // "db-0", "operator-1", "clients"
    Shade shade = Shade::none;
    std::string text;

    bool operator==(const Look&) const = default;
};

// Everybody's, in the order of lanes.
std::vector<Look> looks(const WorldState& world);

// One member with its positions: "primary, timeline 2, accepts writes, holds the lock, at ...".
std::string describe_now(const WorldState& world, const Container& container);

// The containers that a person means by a pod's name: the last one of each name, in order.
std::vector<const Container*> members_by_name(const WorldState& world);

}  // namespace bestgres::scenarios
