// What people do to the children of a cluster, and to what Patroni keeps in the API server.
#include "scenarios/engine/calls.hpp"
#include "scenarios/engine/engine.hpp"
#include "scenarios/engine/fault_kinds.hpp"
#include "scenarios/engine/world_conditions.hpp"

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

kube::Ref patronis_object(const WorldState& world, const std::string& name) {
    return {kube::kinds::config_map, world.scenario->topology.ns, name};
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

}  // namespace

bool begin_by_people(WorldState& world, const Fault& fault, const std::string& target) {
    switch (fault.kind) {
        case FaultKind::dcs_config_wiped:
            patch(world, patronis_object(world, target + "-config"),
                  annotations({{"config", nullptr}}));
            return true;
        case FaultKind::leader_object_deleted: {
            kube::Delete call;
            call.ref = patronis_object(world, target + "-leader");
            (void)perform_as_user(world, std::move(call));
            return true;
        }
        default: {
            const auto ref = ref_meant(world, target);
            return ref && change_object(world, fault, *ref);
        }
    }
}

}  // namespace bestgres::scenarios
