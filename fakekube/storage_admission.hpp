// The admission plugins of claims: DefaultStorageClass and PersistentVolumeClaimResize.
#pragma once

#include "fakekube/resource.hpp"
#include "fakekube/server_state.hpp"
#include "fakekube/status.hpp"
#include "lib/base/json.hpp"

namespace bestgres::fakekube {

// Writes the default class into a claim that names none; "" is a name.
void set_default_class(const ServerState& state, Json& claim);

// A claim may ask for more only if its class says that its volumes can grow.
Outcome<Done> check_growth(const ServerState& state, const Resource& resource, const Json& now,
                           const Json& before);

}  // namespace bestgres::fakekube
