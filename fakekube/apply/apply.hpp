// Server-side apply and the bookkeeping of metadata.managedFields for every other write. Pure
// functions over the stored and the given object; the registry defaults, validates and stores.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fakekube/status.hpp"
#include "fakekube/type_schema.hpp"
#include "lib/base/json.hpp"
#include "lib/base/time.hpp"

namespace bestgres::fakekube {

// Who writes through which door. `api_version` is that of the request.
struct Writer {
    std::string manager;
    std::string api_version;
    std::string subresource;  // "" or "status", "scale", ...
    // Fields that a write through this door cannot change, so that nobody gets to own them: names
    // of the top level ("status" for the main resource, "spec" for the status subresource).
    std::vector<std::string> reset_fields;
};

struct ApplyInput {
    const Json& live;     // null: the object does not exist yet
    const Json& applied;  // the configuration, with apiVersion and kind
    const TypeSchema& schema;
    Writer writer;
    bool force = false;
    Instant now;
};

// The object to be written, with managedFields. Equal to `live` when nothing changes. Errors: 409
// with causes FieldManagerConflict; 500 for a configuration that does not have the kind's shape;
// 400 for managedFields in the configuration.
Outcome<Json> server_side_apply(const ApplyInput& input);

struct UpdateInput {
    const Json& before;  // null: the object is being created
    const TypeSchema& schema;
    Writer writer;
    Instant now;
};

// Sets metadata.managedFields of `object`, which is about to replace `before`: the writer owns what
// it changed. managedFields given in the object are taken as the owners so far (kubectl edits
// them); [{}] and [] forget all; absent ones are those of `before`.
void track_update(Json& object, const UpdateInput& input);

}  // namespace bestgres::fakekube
