// Roles instead of names, resolved when a fault begins or an edit is made: "the leader of db" is
// found again where another seed or another code elects somebody else.
#pragma once

#include <string>
#include <string_view>

#include "lib/base/json.hpp"
#include "scenarios/engine/truth.hpp"

namespace bestgres::scenarios {

//     the leader of CLUSTER             the pod that holds the lock
//     a replica of CLUSTER              the first other pod, by ordinal
//     another replica of CLUSTER        the second other pod
//     the synchronous standby of CLUSTER   the first that is published; else as "a replica"
//     the node of ROLE                  where the pod with that role is
// Any other text is itself. Empty where nobody has the role now. In a link ("a>b", "a=b") both ends
// are resolved.
std::string resolve_target(std::string_view target, const Truth& truth);

// `json` with every text value that names a role replaced.
Json with_roles_resolved(Json json, const Truth& truth);

}  // namespace bestgres::scenarios
