// What the operator would do about a cluster, followed as far as it can be known: steps that only
// write objects are imagined as done and the next plan is asked; the first step whose outcome
// depends on the world ends the preview.
#pragma once

#include <string>
#include <vector>

#include "operator/plan/plan.hpp"
#include "operator/plan/view.hpp"

namespace bestgres::cmd {

struct Preview {
    std::vector<plan::Step> steps;          // in the order in which they would be performed
    std::vector<api::WaitingStatus> waits;  // of the last plan
    std::vector<api::Problem> problems;     // why the spec would not be accepted
    bool continues = false;                 // what comes next depends on what the steps bring about

    bool operator==(const Preview&) const = default;
};

Preview preview(plan::Facts facts);

// The image that stands in the cluster's StatefulSet: only the operator itself knows its own. A new
// cluster has none, and any will do.
std::string operator_image_of(const plan::Facts& facts);

// For people: numbered steps with their reasons, then what would be waited for.
std::string format_preview(const Preview& preview);

}  // namespace bestgres::cmd
