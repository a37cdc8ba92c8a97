// CustomResourceDefinitions in the registry: names are accepted and resources are served a moment
// after a definition was written, and vanish with it.
#pragma once

#include "fakekube/context.hpp"
#include "fakekube/resource.hpp"
#include "fakekube/server_state.hpp"
#include "lib/kube/object.hpp"

namespace bestgres::fakekube {

struct WrittenObject {
    const kube::Object& object;
    bool gone = false;  // it was deleted
};

// To be called after every write; does something for definitions and for
// objects whose definition is terminating. `gone`: it was deleted.
void definition_written(ServerState& state, const Resource& resource, const WrittenObject& written,
                        Instant now);
// Before a delete is written: a definition gets the finalizer that waits for its objects, and the
// condition that tells of it.
void definition_deleting(const Resource& resource, Json& definition, Instant now);
// After it: the objects are deleted, and with the last of them the definition. Both do nothing for
// other resources.
void definition_marked(ServerState& state, const Resource& resource, const kube::Object& definition,
                       Instant now);
// Serves what all stored definitions define: after a restore.
void serve_stored_definitions(ServerState& state);

}  // namespace bestgres::fakekube
