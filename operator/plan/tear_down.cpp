// Deletion, in order and by uid, whatever cascade was asked for: our objects carry no
// ownerReference, so that the garbage collector cannot overtake this rule. Where volumes are
// retained, everything that the data needs is: Secret and Patroni's ConfigMaps stay with them.
#include <array>

#include "lib/kube/workload.hpp"
#include "operator/manifests/labels.hpp"
#include "operator/manifests/names.hpp"
#include "operator/plan/compose.hpp"
#include "operator/plan/left_volumes.hpp"
#include "operator/plan/retained.hpp"
#include "operator/plan/rules.hpp"

namespace bestgres::plan {
namespace {

Step remove(const kube::Ref& ref, const kube::Object& object, std::string because) {
    return {.effect = DeleteObject{.ref = ref,
                                   .uid = std::string(object.uid()),
                                   .resource_version = std::string(object.resource_version())},
            .rule = RuleId::tear_down,
            .because = std::move(because)};
}

Opinion wait(std::string because, Duration patience) {
    return just(
        Waiting{.rule = RuleId::tear_down, .because = std::move(because), .patience = patience});
}

// Of the kind, in the order of names; null where none is left. Names that are not ours are never
// looked at: everything here carries the cluster's label.
Opinion remove_one(const ClusterView& view, const kube::Kind& kind, std::string_view only) {
    for (const auto& [ref, object] : view.facts.objects) {
        if (ref.kind != kind || (!only.empty() && ref.name != only)) {
            continue;
        }
        if (object.being_deleted()) {
            return wait(to_string(ref) + " is being deleted", std::chrono::minutes(5));
        }
        return just(remove(ref, object, "the cluster is being deleted"));
    }
    return {};
}

Opinion stop_members(const ClusterView& view) {
    // The programs of operations have nobody to talk to soon.
    if (Opinion clients = remove_one(view, kube::kinds::job, ""); !clients.empty()) {
        return clients;
    }
    const Opinion set =
        remove_one(view, kube::kinds::stateful_set, manifests::stateful_set_name(view.name));
    if (!set.steps.empty()) {
        return set;
    }
    for (const Member& member : view.members) {
        if (!member.has_pod()) {
            continue;
        }
        // Left by a StatefulSet that was deleted without its pods.
        if (!member.pod.being_deleted() && !member.pod.controller() && set.empty()) {
            return just(Step{
                .effect = DeletePod{.pod = member.name,
                                    .uid = std::string(member.pod.uid()),
                                    .resource_version = std::string(member.pod.resource_version())},
                .rule = RuleId::tear_down,
                .because = "the cluster is being deleted"});
        }
        return wait(member.name + " is stopping", std::chrono::minutes(5));
    }
    return set;
}

Opinion remove_data(const ClusterView& view) {
    if (!view.spec || view.spec->volume.retention.when_deleted != api::VolumePolicy::remove) {
        return {};
    }
    Opinion opinion = remove_one(view, kube::kinds::persistent_volume_claim, "");
    for (const std::string& name : manifests::dcs_names(view.dcs_prefix)) {
        if (opinion.empty()) {
            opinion = remove_one(view, kube::kinds::config_map, name);
        }
    }
    // Other groups of the scope need it still.
    if (!opinion.empty() || view.facts.siblings.exist) {
        return opinion;
    }
    return remove_one(view, kube::kinds::secret,
                      manifests::secret_name(view.name, view.input.identity.citus));
}

// Who makes a cluster of the name again is to find out whether they are its own.
Opinion label_retained(const ClusterView& view) {
    const bool retains =
        view.spec && view.spec->volume.retention.when_deleted == api::VolumePolicy::retain;
    for (const auto& [ref, claim] : view.facts.objects) {
        if (ref.kind != kube::kinds::persistent_volume_claim || claim.being_deleted()) {
            continue;
        }
        const Json annotations = retains ? belonging(view, claim) : Json::object();
        // Nobody is left who would delete it when its time is over.
        Json metadata = retains ? without_quarantine(claim) : Json::object();
        if (says(claim, annotations) && metadata.empty()) {
            continue;
        }
        metadata["annotations"].update(annotations);
        return just(Step{
            .effect = PatchObject{.ref = ref,
                                  .uid = std::string(claim.uid()),
                                  .resource_version = std::string(claim.resource_version()),
                                  .merge = {{"metadata", std::move(metadata)}},
                                  .what = "say what it holds"},
            .rule = RuleId::tear_down,
            .because = "it outlives the cluster, and another of the name must not mistake it"});
    }
    return {};
}

Opinion remove_services(const ClusterView& view) {
    for (const kube::Kind& kind :
         {kube::kinds::pod_disruption_budget, kube::kinds::service, kube::kinds::role_binding,
          kube::kinds::role, kube::kinds::service_account}) {
        if (Opinion opinion = remove_one(view, kind, ""); !opinion.empty()) {
            return opinion;
        }
    }
    return remove_one(view, kube::kinds::config_map, manifests::patroni_config_map_name(view.name));
}

}  // namespace

Opinion tear_down(const ClusterView& view) {
    if (!view.resource().has_finalizer(manifests::finalizer)) {
        return {};
    }
    using Part = Opinion (*)(const ClusterView&);
    const std::array<Part, 4> in_order = {stop_members, remove_services, label_retained,
                                          remove_data};
    for (const Part part : in_order) {
        if (Opinion opinion = part(view); !opinion.empty()) {
            return opinion;
        }
    }
    // Last: until here a restarted operator needs to know the retention policy in force.
    Opinion opinion =
        remove_one(view, kube::kinds::config_map, manifests::accepted_spec_name(view.name));
    return opinion.empty() ? just(Step{.effect = DropFinalizer{},
                                       .rule = RuleId::tear_down,
                                       .because = "nothing is left to tear down"})
                           : opinion;
}

}  // namespace bestgres::plan
