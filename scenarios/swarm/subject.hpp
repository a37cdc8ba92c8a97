// What random faults of a scenario aim at: the cluster that its edits make, or the groups of the
// one that is sharded.
#pragma once

#include <string>
#include <vector>

#include "scenarios/engine/scenario.hpp"

namespace bestgres::scenarios {

struct Subject {
    std::string name;  // of the resource; it has the steps that triggers wait for
    bool sharded = false;
    std::vector<std::string> clusters;  // itself, or every group that any edit asks for

    bool operator==(const Subject&) const = default;
};

// The resource that the first edit applies. There always is one.
Subject subject_of(const Scenario& scenario);

}  // namespace bestgres::scenarios
