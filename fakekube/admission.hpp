// The built-in admission plugins that change or refuse what a write says after its body was read:
// namespace lifecycle, service accounts of pods, and what needs other objects to decide.
#pragma once

#include <string_view>

#include "fakekube/context.hpp"
#include "fakekube/resource.hpp"
#include "fakekube/server_state.hpp"
#include "fakekube/status.hpp"
#include "lib/base/json.hpp"

namespace bestgres::fakekube {

// Before the kind's own validation; may change the object.
Outcome<Done> admit_create(ServerState& state, const RequestContext& context,
                           const Resource& resource, Json& object);
Outcome<Done> admit_update(ServerState& state, const RequestContext& context,
                           const Resource& resource, Change change);
// After validation: what is refused or allotted last (quota, cluster addresses).
Outcome<Done> finish_create(ServerState& state, const RequestContext& context,
                            const Resource& resource, Json& object);
Outcome<Done> finish_update(ServerState& state, const RequestContext& context,
                            const Resource& resource, Change change);
Outcome<Done> admit_delete(const ServerState& state, const RequestContext& context,
                           const Resource& resource, const ObjectKey& key);

// The namespace must exist and not be terminating. `name` is that of the new object.
Outcome<Done> check_namespace(const ServerState& state, const Resource& resource,
                              const ObjectKey& key);
// Service account, image pull secrets and the kube-api-access volume of a new pod.
Outcome<Done> admit_service_account(ServerState& state, const Resource& resource, Json& pod);

}  // namespace bestgres::fakekube
