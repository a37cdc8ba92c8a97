#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "fakekube/admission.hpp"
#include "fakekube/custom_definitions.hpp"
#include "fakekube/registry.hpp"

namespace bestgres::fakekube {
namespace {

constexpr std::string_view orphan = "orphan";
constexpr std::string_view foreground = "foregroundDeletion";

Outcome<Done> check_preconditions(const Resource& resource, const kube::Object& object,
                                  const DeleteOptions& options) {
    const auto refuse = [&](std::string_view what, std::string_view wanted, std::string_view actual,
                            std::string_view guess) -> Status {
        Status status = conflict(resource, object.name());
        status.message = fmt::format(
            "Operation cannot be fulfilled on {} {}: the {} in the precondition ({}) does not "
            "match the {} in record ({}). The object might have been {}",
            resource.qualified_kind(), go_quote(object.name()), what, wanted, what, actual, guess);
        status.details["kind"] = resource.kind;
        return status;
    };
    if (options.uid && *options.uid != object.uid()) {
        return refuse("UID", *options.uid, object.uid(), "deleted and then recreated");
    }
    if (options.resource_version && *options.resource_version != object.resource_version()) {
        return refuse("ResourceVersion", *options.resource_version, object.resource_version(),
                      "modified");
    }
    return Done{};
}

bool wants_orphans(const Resource& resource, const kube::Object& object,
                   const DeleteOptions& options) {
    if (options.orphan_dependents) {
        return *options.orphan_dependents;
    }
    if (!options.propagation_policy.empty()) {
        return options.propagation_policy == "Orphan";
    }
    if (object.has_finalizer(orphan)) {
        return true;
    }
    return !object.has_finalizer(foreground) && resource.strategy->orphans_by_default();
}

bool wants_foreground(const kube::Object& object, const DeleteOptions& options) {
    if (options.orphan_dependents) {
        return false;
    }
    if (!options.propagation_policy.empty()) {
        return options.propagation_policy == "Foreground";
    }
    return object.has_finalizer(foreground);
}

// The finalizers with those two that tell the garbage collector what to do.
Json finalizers_for(const Resource& resource, const kube::Object& object,
                    const DeleteOptions& options) {
    Json finalizers = Json::array();
    for (const Json& finalizer : array_at(object.json(), {"metadata", "finalizers"})) {
        if (finalizer != orphan && finalizer != foreground) {
            finalizers.push_back(finalizer);
        }
    }
    if (wants_orphans(resource, object, options)) {
        finalizers.push_back(orphan);
    }
    if (wants_foreground(object, options)) {
        finalizers.push_back(foreground);
    }
    return finalizers;
}

void raise_generation(Json& object) {
    const std::int64_t generation = find_int(object, {"metadata", "generation"}).value_or(0);
    if (generation > 0) {
        object["metadata"]["generation"] = generation + 1;
    }
}

void mark_deleting(Json& object, Instant now, std::int64_t grace_seconds) {
    Json& meta = object["metadata"];
    if (string_at(meta, {"deletionTimestamp"}).empty()) {
        raise_generation(object);
    }
    meta["deletionTimestamp"] = format_seconds(now + std::chrono::seconds(grace_seconds));
    meta["deletionGracePeriodSeconds"] = grace_seconds;
}

enum class Grace { none, pending, starts };

// What the grace period makes of this delete; on `starts` the object has been marked.
Grace apply_grace(const RequestContext& context, const Resource& resource, Json& object,
                  const DeleteOptions& options) {
    const std::optional<std::int64_t> seconds =
        resource.strategy->graceful_seconds(object, options.grace_period_seconds);
    if (!seconds) {
        return Grace::none;
    }
    Json& meta = object["metadata"];
    const std::string deleted_at = string_at(meta, {"deletionTimestamp"});
    if (deleted_at.empty()) {
        mark_deleting(object, context.now, *seconds);
        return Grace::starts;
    }
    const std::int64_t running = find_int(meta, {"deletionGracePeriodSeconds"}).value_or(0);
    if (running == 0) {
        return Grace::none;
    }
    if (!options.grace_period_seconds || *seconds >= running) {
        return Grace::pending;
    }
    const Result<Instant> old = parse_time(deleted_at);
    const Instant start = old.ok() ? *old - std::chrono::seconds(running) : context.now;
    meta["deletionTimestamp"] = format_seconds(start + std::chrono::seconds(*seconds));
    meta["deletionGracePeriodSeconds"] = *seconds;
    return Grace::starts;
}

bool is_namespace(const Resource& resource) {
    return resource.plural == "namespaces" && resource.group.empty();
}

// A namespace stays until the namespace controller has emptied it.
void mark_namespace(Json& object, Instant now) {
    if (string_at(object, {"metadata", "deletionTimestamp"}).empty()) {
        object["metadata"]["deletionTimestamp"] = format_seconds(now);
        object["status"]["phase"] = "Terminating";
    }
}

bool must_stay(const Resource& resource, const Json& object, Grace grace) {
    if (!array_at(object, {"metadata", "finalizers"}).empty()) {
        return true;
    }
    if (is_namespace(resource)) {
        return !array_at(object, {"spec", "finalizers"}).empty();
    }
    return grace == Grace::starts &&
           find_int(object, {"metadata", "deletionGracePeriodSeconds"}).value_or(0) > 0;
}

void set_finalizers(Json& object, Json finalizers) {
    if (finalizers.empty()) {
        object["metadata"].erase("finalizers");
    } else {
        object["metadata"]["finalizers"] = std::move(finalizers);
    }
}

}  // namespace

Outcome<Done> check_delete_options(const DeleteOptions& options) {
    FieldErrors errors;
    const std::string& policy = options.propagation_policy;
    if (!policy.empty() && policy != "Foreground" && policy != "Background" && policy != "Orphan") {
        errors.push_back(not_supported("propagationPolicy", policy,
                                       {"Foreground", "Background", "Orphan", "nil"}));
    }
    if (options.orphan_dependents && !policy.empty()) {
        errors.push_back(invalid("propagationPolicy", policy,
                                 "orphanDependents and deletionPropagation cannot be both set"));
    }
    if (!errors.empty()) {
        return invalid("meta.k8s.io", "DeleteOptions", "", errors);
    }
    return Done{};
}

Outcome<Deleted> remove_object(ServerState& state, const RequestContext& context,
                               const Resource& resource, const Removal& asked) {
    const ObjectKey& key = asked.key;
    const DeleteOptions& options = asked.options;
    BG_TRY(check_delete_options(options));
    BG_TRY(admit_delete(state, context, resource, key));
    const kube::Object* found = state.store.find(storage_key(resource, key.ns, key.name));
    if (found == nullptr) {
        return not_found(resource, key.name);
    }
    kube::Object before = *found;
    BG_TRY(check_preconditions(resource, before, options));
    Json object = before.json();
    const Grace grace = apply_grace(context, resource, object, options);
    if (grace == Grace::pending) {
        return Deleted{served(resource, before), true};
    }
    set_finalizers(object, finalizers_for(resource, before, options));
    definition_deleting(resource, object, context.now);
    if (is_namespace(resource)) {
        mark_namespace(object, context.now);
    } else if (grace == Grace::none && !array_at(object, {"metadata", "finalizers"}).empty() &&
               string_at(object, {"metadata", "deletionTimestamp"}).empty()) {
        mark_deleting(object, context.now, 0);
    }
    const bool stays = must_stay(resource, object, grace);
    if (context.options.dry_run) {
        return Deleted{served(resource, kube::Object(std::move(object))), stays};
    }
    // A grace period of zero is two writes: the mark, then the deletion.
    if (object != before.json() && (stays || grace == Grace::starts)) {
        before = commit_updated(state, resource, before, std::move(object));
    }
    if (stays) {
        definition_marked(state, resource, before, context.now);
        return Deleted{served(resource, before), true};
    }
    commit_deleted(state, resource, before);
    definition_written(state, resource, {before, true}, context.now);
    return Deleted{served(resource, before), false};
}

Outcome<std::vector<Deleted>> remove_objects(ServerState& state, const RequestContext& context,
                                             const Resource& resource,
                                             const CollectionRemoval& asked) {
    const std::string_view ns = asked.ns;
    const DeleteCollection& what = asked.what;
    BG_TRY(check_delete_options(what.options));
    const Outcome<ListResult> listed = list_objects(state, resource, ns,
                                                    {.label_selector = what.label_selector,
                                                     .field_selector = what.field_selector,
                                                     .limit = what.limit});
    if (!listed.ok()) {
        return listed.error();
    }
    std::vector<Deleted> removed;
    for (const kube::Object& object : listed->items) {
        const ObjectKey key{.ns = std::string(object.ns()), .name = std::string(object.name())};
        Outcome<Deleted> one = remove_object(state, context, resource, {key, what.options});
        if (one.ok()) {
            removed.push_back(std::move(*one));
        } else if (one.error().code != 404) {
            return std::move(one).error();
        }
    }
    return removed;
}

}  // namespace bestgres::fakekube
