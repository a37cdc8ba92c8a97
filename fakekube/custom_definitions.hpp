// CustomResourceDefinitions in the registry: names are accepted and resources are served a moment
// after a definition was written, and vanish with it.
#pragma once

#include "fakekube/context.hpp"
#include "fakekube/resource.hpp"
#include "fakekube/server_state.hpp"
#include "lib/kube/object.hpp"

namespace bestgres::fakekube {

// To be called after every write; does something for definitions only. `gone`: it was deleted.
void definition_written(ServerState& state, const Resource& resource,
                        const kube::Object& definition, Instant now, bool gone);
// Serves what all stored definitions define: after a restore.
void serve_stored_definitions(ServerState& state);

}  // namespace bestgres::fakekube
