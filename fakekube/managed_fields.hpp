// Who owns which field: the one place where writes meet the server-side apply machinery.
#pragma once

#include "fakekube/context.hpp"
#include "fakekube/resource.hpp"
#include "fakekube/server_state.hpp"
#include "fakekube/status.hpp"
#include "lib/base/json.hpp"

namespace bestgres::fakekube {

// metadata.managedFields of a write that is no apply; `change.before` is {} on create.
void track_write(const ServerState& state, const RequestContext& context, const Resource& resource,
                 Change change);

// The result of applying `applied` to `live` ({} if there is none), managedFields included.
Outcome<Json> apply_fields(const RequestContext& context, const Resource& resource,
                           const Json& live, const Json& applied);

}  // namespace bestgres::fakekube
