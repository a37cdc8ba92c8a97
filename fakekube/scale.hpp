// The scale subresource: one small view of replicas and selector over kinds that have them.
#pragma once

#include "fakekube/context.hpp"
#include "fakekube/resource.hpp"
#include "fakekube/server_state.hpp"
#include "fakekube/status.hpp"

namespace bestgres::fakekube {

// autoscaling/v1 Scale of an object.
Json scale_of(const Resource& resource, const kube::Object& object);
// PUT: `scale` names the object; its version and uid are preconditions. Answers the new Scale.
Outcome<Json> update_scale(ServerState& state, const RequestContext& context,
                           const Resource& resource, const Json& scale);
Outcome<Json> patch_scale(ServerState& state, const RequestContext& context,
                          const Resource& resource, const ObjectPatch& asked);

}  // namespace bestgres::fakekube
