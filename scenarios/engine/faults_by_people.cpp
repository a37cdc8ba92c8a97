// What people do to the children of a cluster, and to what Patroni keeps in the API server.
#include "operator/manifests/names.hpp"
#include "scenarios/engine/calls.hpp"
#include "scenarios/engine/engine.hpp"
#include "scenarios/engine/fault_kinds.hpp"
#include "scenarios/engine/members.hpp"
#include "scenarios/engine/named_kinds.hpp"

namespace bestgres::scenarios {
namespace {

// "StatefulSet/db".
std::optional<kube::Ref> ref_meant(const WorldState& world, const std::string& target) {
    const std::size_t slash = target.find('/');
    const auto kind = find_kind_by_word(std::string_view(target).substr(0, slash));
    if (!kind || slash == std::string::npos) {
        return std::nullopt;
    }
    return kube::Ref{*kind, kind->namespaced ? world.scenario->topology.ns : "",
                     target.substr(slash + 1)};
}

void patch(WorldState& world, const kube::Ref& ref, Json body) {
    (void)perform_as_user(world, kube::Patch{.ref = ref,
                                             .type = kube::PatchType::merge,
                                             .body = std::move(body),
                                             .subresource = ""});
}

// What Patroni's objects of the cluster are called after.
std::string patronis_prefix(const WorldState& world, const std::string& cluster) {
    const kube::Object resource =
        stored(world, {kube::kinds::bg_cluster, world.scenario->topology.ns, cluster});
    return manifests::dcs_prefix(cluster, api::citus_of(resource));
}

kube::Ref patronis_object(const WorldState& world, std::string name) {
    return {kube::kinds::config_map, world.scenario->topology.ns, std::move(name)};
}

Json annotations(Json values) {
    return {{"metadata", {{"annotations", std::move(values)}}}};
}

// A field that the operator manages, where the kind has one that is easily changed by hand.
Json edit_of(const kube::Object& object) {
    if (object.kind() == "Service") {
        return {{"spec", {{"selector", {{"edited-by-hand", "yes"}}}}}};
    }
    if (object.kind() == "PodDisruptionBudget") {
        return {{"spec", {{"maxUnavailable", 2}}}};
    }
    return {{"metadata", {{"labels", {{"bestgres.io/cluster", nullptr}}}}}};
}

bool change_object(WorldState& world, const Fault& fault, const kube::Ref& ref) {
    switch (fault.kind) {
        case FaultKind::object_edited:
            patch(world, ref, edit_of(stored(world, ref)));
            return true;
        case FaultKind::object_deleted: {
            kube::Delete call;
            call.ref = ref;
            (void)perform_as_user(world, std::move(call));
            return true;
        }
        case FaultKind::stateful_set_scaled:
            patch(world, ref, {{"spec", {{"replicas", fault.amount}}}});
            return true;
        case FaultKind::finalizer_removed:
            patch(world, ref, {{"metadata", {{"finalizers", nullptr}}}});
            return true;
        default:  // of the neighbours
            return false;
    }
}

// By `patronictl pause` against any member that answers.
void pause_cluster(WorldState& world, const std::string& cluster, bool paused) {
    for (std::uint32_t index = 0; index < world.containers.size(); ++index) {
        if (world.containers[index].cluster == cluster && world.containers[index].runs()) {
            tell_patroni(world, index, "PATCH", {{"pause", paused ? Json(true) : Json()}});
            return;
        }
    }
}

// `kubectl apply` of the file that the cluster was made from.
void apply_old_manifest(WorldState& world, const std::string& target) {
    const std::string name = target.substr(target.find('/') + 1);
    for (const Edit& edit : world.scenario->edits) {
        const auto* apply = std::get_if<ApplyManifest>(&edit.action);
        if (apply == nullptr || string_at(apply->manifest, {"metadata", "name"}) != name) {
            continue;
        }
        const auto kind = find_kind_by_word(string_at(apply->manifest, {"kind"}));
        if (kind) {
            (void)perform_as_user(world, kube::Apply{.kind = *kind,
                                                     .object = kube::Object(apply->manifest),
                                                     .field_manager = "kubectl",
                                                     .force = true,
                                                     .subresource = ""});
        }
        return;
    }
}

}  // namespace

void end_by_people(WorldState& world, const Fault& fault, const std::string& target) {
    if (fault.kind == FaultKind::paused_by_hand) {
        pause_cluster(world, target, false);
    }
}

bool begin_by_people(WorldState& world, const Fault& fault, const std::string& target) {
    switch (fault.kind) {
        case FaultKind::dcs_config_wiped:
            patch(
                world,
                patronis_object(world, manifests::dcs_config_name(patronis_prefix(world, target))),
                annotations({{"config", nullptr}}));
            return true;
        case FaultKind::leader_object_deleted: {
            kube::Delete call;
            call.ref =
                patronis_object(world, manifests::dcs_leader_name(patronis_prefix(world, target)));
            (void)perform_as_user(world, std::move(call));
            return true;
        }
        case FaultKind::paused_by_hand:
            pause_cluster(world, target, true);
            return true;
        case FaultKind::old_manifest_applied:
            apply_old_manifest(world, target);
            return true;
        default: {
            const auto ref = ref_meant(world, target);
            return ref && change_object(world, fault, *ref);
        }
    }
}

}  // namespace bestgres::scenarios
