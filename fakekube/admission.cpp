#include "fakekube/admission.hpp"

#include <fmt/format.h>

#include <utility>

#include "fakekube/kind_admission.hpp"
#include "fakekube/kinds/service_addresses.hpp"
#include "fakekube/registry.hpp"
#include "fakekube/storage_admission.hpp"
#include "fakekube/toleration_admission.hpp"

namespace bestgres::fakekube {
namespace {

bool is(const Resource& resource, const kube::Kind& kind) {
    return resource.is(kind);
}

// These may not be deleted at all.
bool is_immortal(std::string_view ns) {
    return ns == "default" || ns == "kube-system" || ns == "kube-public";
}

// Reviews are answered, not stored, so that they need no living namespace.
bool is_review(const Resource& resource) {
    return resource.group == "authorization.k8s.io";
}

// Cluster addresses and node ports of Services.
Outcome<Done> allot_addresses(const ServerState& state, const Resource& resource, Json& object,
                              const Json& before) {
    if (!is(resource, kube::kinds::service)) {
        return Done{};
    }
    const kube::Object* own =
        find_stored(state, "services.", string_at(object, {"metadata", "namespace"}),
                    string_at(object, {"metadata", "name"}));
    TakenAddresses others;
    if (own != nullptr && needs_addresses(object, before)) {
        others = *state.addresses;
        others.remove(own->json());
    }
    const FieldErrors errors = allocate_addresses(
        object, before, own == nullptr ? *state.addresses : others, state.options.service_cidr);
    if (!errors.empty()) {
        return invalid(resource, string_at(object, {"metadata", "name"}), errors);
    }
    return Done{};
}

}  // namespace

Outcome<Done> check_namespace(const ServerState& state, const Resource& resource,
                              const ObjectKey& key) {
    if (!resource.namespaced || is_review(resource)) {
        return Done{};
    }
    const kube::Object* ns = find_stored(state, "namespaces.", "", key.ns);
    if (ns == nullptr) {
        return Status{.code = 404,
                      .reason = "NotFound",
                      .message = fmt::format("namespaces {} not found", go_quote(key.ns)),
                      .details = {{"name", key.ns}, {"kind", "namespaces"}}};
    }
    if (!ns->being_deleted() && ns->text_at({"status", "phase"}) != "Terminating") {
        return Done{};
    }
    Status status = forbidden(
        resource, key.name,
        fmt::format("unable to create new content in namespace {} because it is being terminated",
                    key.ns));
    status.details["causes"] =
        Json::array({cause_json({.reason = "NamespaceTerminating",
                                 .message = fmt::format("namespace {} is being terminated", key.ns),
                                 .field = "metadata.namespace"})});
    return status;
}

Outcome<Done> admit_create(ServerState& state, const RequestContext&, const Resource& resource,
                           Json& object) {
    BG_TRY(check_namespace(state, resource,
                           {.ns = string_at(object, {"metadata", "namespace"}),
                            .name = string_at(object, {"metadata", "name"})}));
    if (is(resource, kube::kinds::pod)) {
        BG_TRY(admit_limit_ranges(state, resource, object));
        BG_TRY(admit_service_account(state, resource, object));
        BG_TRY(admit_priority(state, resource, object));
        add_default_tolerations(object);
    }
    if (is(resource, kube::kinds::node)) {
        taint_new_node(object);
    }
    if (is(resource, kube::kinds::persistent_volume_claim)) {
        set_default_class(state, object);
    }
    return Done{};
}

Outcome<Done> admit_update(ServerState& state, const RequestContext& context,
                           const Resource& resource, Change change) {
    Json& now = change.now;
    const Json& before = change.before;
    if (is(resource, kube::kinds::pod) && context.subresource.empty()) {
        add_default_tolerations(now);
    }
    if (is(resource, kube::kinds::persistent_volume_claim)) {
        return check_growth(state, resource, now, before);
    }
    return Done{};
}

Outcome<Done> finish_create(ServerState& state, const RequestContext&, const Resource& resource,
                            Json& object) {
    BG_TRY(allot_addresses(state, resource, object, nullptr));
    return admit_quota(state, resource, object);
}

Outcome<Done> finish_update(ServerState& state, const RequestContext& context,
                            const Resource& resource, Change change) {
    Json& now = change.now;
    const Json& before = change.before;
    if (!context.subresource.empty()) {
        return Done{};
    }
    return allot_addresses(state, resource, now, before);
}

Outcome<Done> admit_delete(const ServerState&, const RequestContext&, const Resource& resource,
                           const ObjectKey& key) {
    if (is(resource, kube::kinds::namespace_) && is_immortal(key.name)) {
        return forbidden(resource, key.name, "this namespace may not be deleted");
    }
    return Done{};
}

}  // namespace bestgres::fakekube
