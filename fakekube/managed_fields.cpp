#include "fakekube/managed_fields.hpp"

#include <utility>

#include "fakekube/apply/apply.hpp"

namespace bestgres::fakekube {
namespace {

// What a write through this door cannot change.
std::vector<std::string> reset_fields(const Resource& resource, std::string_view subresource) {
    if (!resource.has_subresource("status")) {
        return {};
    }
    if (subresource == "status") {
        return {"spec"};
    }
    return {"status"};
}

Writer writer_of(const RequestContext& context, const Resource& resource) {
    const std::string& manager = context.options.field_manager;
    return {.manager = manager.empty() ? "unknown" : manager,
            .api_version = resource.api_version(),
            .subresource = context.subresource,
            .reset_fields = {}};
}

}  // namespace

void track_write(const ServerState& state, const RequestContext& context, const Resource& resource,
                 Change change) {
    Json& now = change.now;
    const Json& before = change.before;
    if (!state.options.track_managed_fields) {
        now["metadata"].erase("managedFields");
        return;
    }
    const Json nothing;
    track_update(now, {.before = before.empty() ? nothing : before,
                       .schema = resource.strategy->schema(),
                       .writer = writer_of(context, resource),
                       .now = context.now});
}

Outcome<Json> apply_fields(const RequestContext& context, const Resource& resource,
                           const Json& live, const Json& applied) {
    const Json nothing;
    Writer writer = writer_of(context, resource);
    writer.reset_fields = reset_fields(resource, context.subresource);
    return server_side_apply({.live = live.empty() ? nothing : live,
                              .applied = applied,
                              .schema = resource.strategy->schema(),
                              .writer = std::move(writer),
                              .force = context.options.force,
                              .now = context.now});
}

}  // namespace bestgres::fakekube
