// The objects that are there from the start: the system namespaces, the default roles and
// bindings, the `kubernetes` Service.
#pragma once

#include "fakekube/server_state.hpp"

namespace bestgres::fakekube {

void create_default_objects(ServerState& state);

}  // namespace bestgres::fakekube
