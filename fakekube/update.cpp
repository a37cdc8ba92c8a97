#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

#include "fakekube/admission.hpp"
#include "fakekube/custom_definitions.hpp"
#include "fakekube/managed_fields.hpp"
#include "fakekube/object_meta.hpp"
#include "fakekube/registry.hpp"

namespace bestgres::fakekube {
namespace {

bool is_number(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(),
                                        [](char byte) { return byte >= '0' && byte <= '9'; });
}

// How etcd's key of the object reads in the message about a wrong uid.
std::string registry_path(const Resource& resource, std::string_view ns, std::string_view name) {
    std::string path = "/registry/";
    if (!resource.group.empty() && resource.group.find('.') != std::string::npos &&
        resource.strategy->is_custom()) {
        path += resource.group + "/";
    }
    path += resource.plural + "/";
    if (resource.namespaced) {
        path.append(ns).append(1, '/');
    }
    return path.append(name);
}

Outcome<Done> check_uid(const Resource& resource, const Json& body, const kube::Object* before) {
    const std::string uid = string_at(body, {"metadata", "uid"});
    const std::string_view actual = before == nullptr ? std::string_view() : before->uid();
    if (uid.empty() || uid == actual) {
        return Done{};
    }
    const std::string name = string_at(body, {"metadata", "name"});
    return conflict(
        resource, name,
        fmt::format("StorageError: invalid object, Code: 4, Key: {}, ResourceVersion: 0, "
                    "AdditionalErrorMsg: Precondition failed: UID in precondition: {}, UID in "
                    "object meta: {}",
                    registry_path(resource, string_at(body, {"metadata", "namespace"}), name), uid,
                    actual));
}

Outcome<Done> check_version(const Resource& resource, const Json& body,
                            const kube::Object& before) {
    const std::string version = string_at(body, {"metadata", "resourceVersion"});
    const std::string name(before.name());
    if (!version.empty() && !is_number(version)) {
        return plain_error(
            fmt::format("strconv.ParseUint: parsing {}: invalid syntax", go_quote(version)));
    }
    if (version.empty() || version == "0") {
        if (resource.strategy->unconditional_update()) {
            return Done{};
        }
        return invalid(resource.group, resource.plural, name,
                       {invalid("metadata.resourceVersion", go_value("0x0"),
                                "must be specified for an update")});
    }
    if (version != before.resource_version()) {
        return conflict(resource, name);
    }
    return Done{};
}

// A part that nobody has touched is compared, which costs less than a copy of it.
void keep_part(Json& now, const Json& before, const std::string& part) {
    const auto was = before.find(part);
    if (was == before.end()) {
        now.erase(part);
    } else if (Json& is = now[part]; is != *was) {
        is = *was;
    }
}

// What the written subresource does not reach stays as it was.
void keep_other_parts(const RequestContext& context, const Resource& resource, Json& now,
                      const Json& before) {
    if (context.subresource != "status") {
        if (resource.has_subresource("status")) {
            keep_part(now, before, "status");
        }
        return;
    }
    std::set<std::string> kept;
    for (const Json* object : {&before, static_cast<const Json*>(&now)}) {
        for (const auto& [part, value] : object->items()) {
            kept.insert(part);
        }
    }
    kept.erase("status");
    if (resource.strategy->status_takes_metadata()) {
        kept.erase("metadata");
    }
    for (const std::string& part : kept) {
        keep_part(now, before, part);
    }
}

// Only /finalize changes spec.finalizers of a namespace.
void keep_namespace_finalizers(const RequestContext& context, const Resource& resource, Json& now,
                               const Json& before) {
    if (resource.plural == "namespaces" && resource.group.empty() &&
        context.subresource != "finalize") {
        now["spec"] = object_at(before, {"spec"});
    }
}

void set_generation(const Resource& resource, Json& now, const Json& before) {
    if (resource.strategy->manages_generation() &&
        resource.strategy->changes_generation(now, before)) {
        now["metadata"]["generation"] =
            find_int(before, {"metadata", "generation"}).value_or(0) + 1;
    }
}

// Metadata is checked by the registry and again by every kind's strategy: causes come twice.
Outcome<Done> validate(const RequestContext& context, const Resource& resource, const Json& now,
                       const Json& before) {
    FieldErrors errors = validate_object_meta_update(now, before, resource);
    append(errors, FieldErrors(errors));
    append(errors, resource.strategy->validate_update(now, before, context.subresource));
    if (!errors.empty()) {
        return invalid(resource, string_at(before, {"metadata", "name"}), errors);
    }
    return Done{};
}

// The last finalizer of a terminating object went with this write.
bool is_finished(const Resource& resource, const Json& now, const Json& before) {
    if (!array_at(now, {"metadata", "finalizers"}).empty() ||
        string_at(before, {"metadata", "deletionTimestamp"}).empty()) {
        return false;
    }
    if (resource.plural == "namespaces" && resource.group.empty()) {
        return array_at(now, {"spec", "finalizers"}).empty();
    }
    return find_int(before, {"metadata", "deletionGracePeriodSeconds"}).value_or(-1) == 0;
}

}  // namespace

Outcome<Written> replace_object(ServerState& state, const RequestContext& context,
                                const Resource& resource, Replacement replacement) {
    Json& now = replacement.now;
    const kube::Object before = served(resource, replacement.before);
    const Json& old = before.json();
    if (!now.contains("metadata") || !now["metadata"].is_object()) {
        now["metadata"] = Json::object();
    }
    drop_duplicate_owners(now);
    now["apiVersion"] = resource.api_version();
    now["kind"] = resource.kind;
    take_old_metadata(now, old);
    keep_other_parts(context, resource, now, old);
    now["metadata"]["resourceVersion"] = before.resource_version();
    if (!replacement.managed_fields_done) {
        track_write(state, context, resource, {now, old});
    }
    BG_TRY(admit_update(state, context, resource, {now, old}));
    keep_namespace_finalizers(context, resource, now, old);
    resource.strategy->prepare_update(now, old, context.subresource);
    set_generation(resource, now, old);
    BG_TRY(validate(context, resource, now, old));
    BG_TRY(finish_update(state, context, resource, {now, old}));
    const bool finished = is_finished(resource, now, old);
    if (context.options.dry_run || (!finished && now == old)) {
        return Written{now == old ? before : kube::Object(std::move(now)), false, {}};
    }
    if (finished) {
        commit_deleted(state, resource, replacement.before);
        definition_written(state, resource, {before, true}, context.now);
        return Written{kube::Object(std::move(now)), false, {}};
    }
    Written written{commit_updated(state, resource, replacement.before, std::move(now)), false, {}};
    definition_written(state, resource, {written.object, false}, context.now);
    return written;
}

Outcome<Written> update_object(ServerState& state, const RequestContext& context,
                               const Resource& resource, Json body) {
    const kube::Object* found =
        state.store.find(storage_key(resource, string_at(body, {"metadata", "namespace"}),
                                     string_at(body, {"metadata", "name"})));
    const kube::Object before = found == nullptr ? kube::Object() : *found;
    const kube::Object stored = found == nullptr ? before : served(resource, before);
    Outcome<std::vector<std::string>> warnings =
        decode_body(context, resource, body, found == nullptr ? nullptr : &stored.json());
    if (!warnings.ok()) {
        return std::move(warnings).error();
    }
    BG_TRY(check_uid(resource, body, found));
    if (found == nullptr) {
        if (resource.strategy->create_on_update() && context.subresource.empty()) {
            body["metadata"].erase("resourceVersion");
            return create_object(state, context, resource, std::move(body));
        }
        return not_found(resource, string_at(body, {"metadata", "name"}));
    }
    BG_TRY(check_version(resource, body, before));
    resource.strategy->set_update_defaults(body, stored.json());
    Outcome<Written> written =
        replace_object(state, context, resource, {.before = before, .now = std::move(body)});
    if (written.ok()) {
        written->warnings = std::move(*warnings);
    }
    return written;
}

}  // namespace bestgres::fakekube
