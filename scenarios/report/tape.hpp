// What happened in a run, event by event, in words: recorded while a world is stepped, read by
// reports and by those who step. Only what a person may want to know of has words; everything has
// its cause.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scenarios/engine/world.hpp"
#include "scenarios/report/look.hpp"

namespace bestgres::scenarios {

enum class Weight : std::uint8_t {
    periodic,  // leases, heartbeats, reports of positions, the same sentence again
    minor,     // what follows by itself, reads
    major,     // what a person would tell
};

// One line in one lane.
struct Entry {
    std::string lane;  // "users", "fault f1", "operator-1", "API server", "db-0", "clients"
    Weight weight = Weight::minor;
    std::string text;
    Shade shade = Shade::none;  // of the lane from here on; none: as before
    std::string object = {};    // that was changed: "Pod shop/db-0"
    kube::Object before = {};   // of it
    kube::Object after = {};
};

struct Beat {
    Performed of;
    std::vector<Entry> entries;
    std::vector<Violation> violations;

    bool has(Weight least) const;
};

class Tape {
public:
    // Performs the next event of a world that began with this tape, at full detail, and forgets the
    // world's own record. An event that is known already is performed only.
    bool step(World& world);
    // What somebody has just done to the world, outside of any event, belongs to its last one.
    void add_to_last(const World& world);
    // Forgets everything behind this event: the world will go another way.
    void cut(std::uint64_t event);

    // The beat of event n stands at n - 1.
    const std::vector<Beat>& beats() const { return beats_; }
    const Beat* find(std::uint64_t event) const;

private:
    void read(const Noted& noted, const World& world, Beat& beat);
    void add_looks(const World& world, Beat& beat);

    std::vector<Beat> beats_;
    std::vector<Look> looks_;                                // the last of every lane
    std::vector<std::pair<std::string, std::string>> said_;  // the last line of every process
};

// In the order of a report: users, faults, operators, the API server, members, clients.
std::vector<std::string> lanes_of(const std::vector<Beat>& beats);

// "1m23.421s" since the start.
std::string clock_text(Duration since_start);

}  // namespace bestgres::scenarios
