#include "scenarios/engine/edits.hpp"

#include <algorithm>

#include "lib/base/overloaded.hpp"
#include "lib/kube/workload.hpp"
#include "operator/api/cluster.hpp"
#include "scenarios/engine/calls.hpp"
#include "scenarios/engine/clients.hpp"
#include "scenarios/engine/endings.hpp"
#include "scenarios/engine/engine.hpp"
#include "scenarios/engine/faults.hpp"
#include "scenarios/engine/named_kinds.hpp"
#include "scenarios/engine/operators.hpp"
#include "scenarios/engine/row_clients.hpp"
#include "scenarios/engine/target.hpp"
#include "scenarios/engine/truth_view.hpp"

namespace bestgres::scenarios {
namespace {

constexpr Duration evict_again = std::chrono::seconds(5);
constexpr const char* field_manager = "kubectl";

// The resources of the operator's own are no kinds of the library's.
kube::Kind kind_of(const Json& manifest) {
    const std::string name = string_at(manifest, {"kind"});
    if (const std::optional<kube::Kind> own = find_resource_by_word(name)) {
        return *own;
    }
    // What is neither meets the schema of clusters, which refuses it.
    return kube::find_kind(string_at(manifest, {"apiVersion"}), name)
        .value_or(kube::kinds::bg_cluster);
}

void apply_manifest(WorldState& world, const ApplyManifest& apply) {
    const Json manifest = with_roles_resolved(apply.manifest, TruthView(world));
    const kube::Kind kind = kind_of(manifest);
    (void)perform_as_user(world, kube::Apply{.kind = kind,
                                             .object = kube::Object(manifest),
                                             .field_manager = field_manager,
                                             .force = true,
                                             .subresource = ""});
    if (kind == kube::kinds::bg_cluster) {
        add_clients(world, string_at(manifest, {"metadata", "name"}));
    }
}

}  // namespace

void set_cordon(WorldState& world, const std::string& node, bool cordoned) {
    (void)perform_as_user(
        world, kube::Patch{.ref = {kube::kinds::node, "", node},
                           .type = kube::PatchType::merge,
                           .body = {{"spec", {{"unschedulable", cordoned ? Json(true) : Json()}}}},
                           .subresource = ""});
}

void begin_drain(WorldState& world, const std::string& node) {
    set_cordon(world, node, true);
    Drain drain{.node = node};
    for (const kube::Object& pod : all_stored(world, kube::kinds::pod)) {
        if (kube::pod_node(pod) == node) {
            drain.pod_uids.insert(std::string(pod.uid()));
        }
    }
    world.drains.push_back(std::move(drain));
    put(world, Duration::zero(), DrainGoesOn{node});
}

void drain_goes_on(WorldState& world, const DrainGoesOn& due) {
    const auto drain = std::find_if(world.drains.begin(), world.drains.end(),
                                    [&due](const Drain& one) { return one.node == due.node; });
    if (drain == world.drains.end()) {
        return;
    }
    std::set<std::string> left;
    std::vector<kube::Object> to_evict;
    for (const kube::Object& pod : all_stored(world, kube::kinds::pod)) {
        if (!drain->pod_uids.contains(std::string(pod.uid()))) {
            continue;
        }
        left.insert(std::string(pod.uid()));
        if (!pod.being_deleted()) {
            to_evict.push_back(pod);
        }
    }
    drain->pod_uids = left;
    for (const kube::Object& pod : to_evict) {
        (void)perform_as_user(
            world,
            kube::Evict{
                .pod = {kube::kinds::pod, std::string(pod.ns()), std::string(pod.name())},
                .only_if = {.uid = std::string(pod.uid()), .resource_version = std::nullopt}});
    }
    note_effect(world);
    world.last_disturbance = world.now;
    if (left.empty()) {
        std::erase_if(world.drains, [&due](const Drain& one) { return one.node == due.node; });
    } else {
        put(world, evict_again, due);
    }
}

void make_edit(WorldState& world, std::uint32_t number) {
    const Edit& edit = world.scenario->edits[number];
    world.edits[number].made = true;
    world.last_disturbance = world.now;
    world.states_changed = true;
    note_effect(world);
    const auto resolved = [&world](const std::string& text) {
        return resolve_target(text, TruthView(world));
    };
    std::visit(
        Overloaded{
            [&](const ApplyManifest& apply) { apply_manifest(world, apply); },
            [&](const MergePatch& patch) {
                kube::Ref ref = patch.ref;
                ref.name = resolved(ref.name);
                (void)perform_as_user(
                    world, kube::Patch{.ref = std::move(ref),
                                       .type = kube::PatchType::merge,
                                       .body = with_roles_resolved(patch.body, TruthView(world)),
                                       .subresource = ""});
            },
            [&](const DeleteResource& remove) {
                kube::Delete call;
                call.ref = remove.ref;
                call.ref.name = resolved(call.ref.name);
                call.propagation = remove.propagation;
                (void)perform_as_user(world, std::move(call));
                if (remove.ref.kind == kube::kinds::namespace_) {
                    begin_looks(world);
                }
            },
            [&](const DrainNode& drain) { begin_drain(world, resolved(drain.node)); },
            [&](const UncordonNode& node) { set_cordon(world, resolved(node.node), false); },
            [&](const UpgradeOperator& upgrade) { upgrade_operators(world, upgrade.revision); },
            [&](const EndOperators& end) { end_operators(world, end); },
            [&](const MakeTable& make) { add_row_client(world, make); }},
        edit.action);
    tell(world, EditMade{edit.id});
}

}  // namespace bestgres::scenarios
