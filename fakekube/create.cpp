#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "fakekube/admission.hpp"
#include "fakekube/custom_definitions.hpp"
#include "fakekube/managed_fields.hpp"
#include "fakekube/object_meta.hpp"
#include "fakekube/registry.hpp"

namespace bestgres::fakekube {
namespace {

constexpr std::size_t longest_generated_base = 58;
constexpr int name_attempts = 8;

std::string duplicate_owner_warning(const std::vector<std::string>& uids) {
    return fmt::format(
        ".metadata.ownerReferences contains duplicate entries; API server dedups owner references "
        "in 1.20+, and may reject such requests as early as 1.24; please fix your requests; "
        "duplicate UID(s) observed: {}",
        fmt::join(uids, ","));
}

void fill_metadata(ServerState& state, const RequestContext& context, const Resource& resource,
                   Json& object) {
    object["apiVersion"] = resource.api_version();
    object["kind"] = resource.kind;
    Json& meta = object["metadata"];
    for (const char* key : {"deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"}) {
        meta.erase(key);
    }
    if (!resource.namespaced) {
        meta.erase("namespace");
    }
    meta["uid"] = new_uid(state);
    meta["creationTimestamp"] = format_seconds(context.now);
    if (resource.strategy->manages_generation()) {
        meta["generation"] = 1;
    }
    if (resource.has_subresource("status")) {
        object.erase("status");
    }
}

bool exists(const ServerState& state, const Resource& resource, const Json& object,
            std::string_view name) {
    return state.store.find(storage_key(resource, string_at(object, {"metadata", "namespace"}),
                                        name)) != nullptr;
}

void generate_name(ServerState& state, const Resource& resource, Json& object) {
    std::string base = string_at(object, {"metadata", "generateName"});
    if (base.empty() || !string_at(object, {"metadata", "name"}).empty()) {
        return;
    }
    base.resize(std::min(base.size(), longest_generated_base));
    for (int attempt = 0; attempt < name_attempts; ++attempt) {
        object["metadata"]["name"] = base + new_suffix(state);
        if (!exists(state, resource, object, string_at(object, {"metadata", "name"}))) {
            return;
        }
    }
}

Outcome<Done> check_free(const ServerState& state, const Resource& resource, const Json& object) {
    const std::string name = string_at(object, {"metadata", "name"});
    const kube::Object* found =
        state.store.find(storage_key(resource, string_at(object, {"metadata", "namespace"}), name));
    if (found == nullptr) {
        return Done{};
    }
    Status taken = already_exists(resource, name);
    if (found->being_deleted()) {
        taken.message = "object is being deleted: " + taken.message;
    }
    return taken;
}

Outcome<Done> validate(const Resource& resource, const Json& object) {
    FieldErrors errors = validate_object_meta(object, resource);
    append(errors, resource.strategy->validate_create(object));
    if (!errors.empty()) {
        return invalid(resource, string_at(object, {"metadata", "name"}), errors);
    }
    return Done{};
}

Outcome<Done> check_version_absent(Json& object) {
    Json& meta = object["metadata"];
    const std::string version = string_at(meta, {"resourceVersion"});
    meta.erase("resourceVersion");
    if (!version.empty() && version != "0") {
        return plain_error("resourceVersion should not be set on objects to be created");
    }
    return Done{};
}

enum class Tracking { as_update, done };

struct Creation {
    Json body;
    Tracking tracking = Tracking::as_update;
};

Outcome<Written> create(ServerState& state, const RequestContext& context, const Resource& resource,
                        Creation creation) {
    Json& body = creation.body;
    Outcome<std::vector<std::string>> warnings = decode_body(context, resource, body, nullptr);
    if (!warnings.ok()) {
        return std::move(warnings).error();
    }
    if (!body.is_object() || !object_at(body, {"metadata"}).is_object() ||
        !body.contains("metadata") || !body["metadata"].is_object()) {
        body["metadata"] = Json::object();
    }
    const std::vector<std::string> repeated = drop_duplicate_owners(body);
    if (!repeated.empty()) {
        warnings->push_back(duplicate_owner_warning(repeated));
    }
    resource.strategy->set_defaults(body);
    if (creation.tracking == Tracking::as_update) {
        track_write(state, context, resource, {body, Json::object()});
    }
    BG_TRY(admit_create(state, context, resource, body));
    fill_metadata(state, context, resource, body);
    generate_name(state, resource, body);
    resource.strategy->prepare_create(body);
    BG_TRY(validate(resource, body));
    BG_TRY(finish_create(state, context, resource, body));
    BG_TRY(check_version_absent(body));
    BG_TRY(check_free(state, resource, body));
    if (context.options.dry_run) {
        return Written{kube::Object(std::move(body)), true, std::move(*warnings)};
    }
    Written written{commit_created(state, resource, std::move(body)), true, std::move(*warnings)};
    definition_written(state, resource, {written.object, false}, context.now);
    return written;
}

}  // namespace

Outcome<Written> create_object(ServerState& state, const RequestContext& context,
                               const Resource& resource, Json body) {
    return create(state, context, resource, {std::move(body), Tracking::as_update});
}

Outcome<Written> create_applied(ServerState& state, const RequestContext& context,
                                const Resource& resource, Json body) {
    return create(state, context, resource, {std::move(body), Tracking::done});
}

}  // namespace bestgres::fakekube
