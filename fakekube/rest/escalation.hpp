// Nobody grants by roles and bindings what they do not hold themselves, unless the verbs escalate
// or bind are theirs.
#pragma once

#include "fakekube/rest/handler.hpp"
#include "fakekube/server_state.hpp"
#include "fakekube/status.hpp"
#include "lib/base/json.hpp"

namespace bestgres::fakekube {

// `object` as it would be written; Done for all but RBAC resources. 403 lists the missing rules.
Outcome<Done> check_escalation(const ServerState& state, const Exchange& exchange,
                               const Json& object);

}  // namespace bestgres::fakekube
