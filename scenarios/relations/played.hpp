// What relations compare of a run: its end without what may differ, and what the operator did on
// the way, in words.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "scenarios/engine/world.hpp"
#include "scenarios/search/normal_end.hpp"

namespace bestgres::scenarios::relations {

struct Deed {
    Instant at;
    std::string cluster;  // "shop/db" of a step; empty otherwise
    std::string what;     // "DeletePod: db-1 is on an old template", "patch StatefulSet shop/db"

    bool operator==(const Deed&) const = default;
};

struct Played {
    std::string scenario;
    NormalEnd end = {};
    bool settled = false;
    std::vector<Violation> violations = {};  // of laws
    std::vector<std::string> never_triggered = {};
    Exposure exposure = {};

    std::vector<Deed> steps = {};        // that operators began, with their reasons
    std::vector<Deed> writes = {};       // of operators, but for their lease
    std::vector<Deed> disruptions = {};  // pods deleted or evicted, claims deleted, Patroni told to
                                         // restart, switch over or copy anew: by operators
    std::vector<Deed> templates = {};    // StatefulSets whose pod template changed
    std::map<std::string, Instant> began = {};  // edits and faults by their ids

    Instant since(const std::string& id) const;
    bool operator==(const Played&) const = default;
};

Played play(const Ground& ground, const Scenario& scenario);
// Of a run that has been recorded with TraceDetail::full.
Played played(const World& world);

// Those after this moment, in words.
std::vector<std::string> after(const std::vector<Deed>& deeds, Instant at);

}  // namespace bestgres::scenarios::relations
