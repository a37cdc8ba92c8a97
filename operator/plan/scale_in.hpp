// What keeps a member from leaving although fewer are wanted.
#pragma once

#include <optional>
#include <string>

#include "operator/plan/view.hpp"

namespace bestgres::plan {

struct Refusal {
    std::string reason;   // one word for programs
    std::string because;  // names the members that decide

    bool operator==(const Refusal&) const = default;
};

// Of the member that would be the next to leave. Absent where it may, and where nobody asks for
// fewer members.
std::optional<Refusal> refusal_to_scale_in(const ClusterView& view);

}  // namespace bestgres::plan
