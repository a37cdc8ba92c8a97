#include "scenarios/invariants/k6_ownership.hpp"

#include <algorithm>

#include "operator/api/operation.hpp"
#include "operator/api/sharded.hpp"
#include "operator/api/sharded_operation.hpp"
#include "operator/manifests/labels.hpp"

namespace bestgres::scenarios {
namespace {

// Its own lease and notices, and what users ask for, whose status it writes.
bool needs_no_owner(const kube::Ref& ref) {
    return ref.kind == kube::kinds::lease || ref.kind == kube::kinds::event ||
           ref.kind == kube::kinds::bg_sharded_cluster || ref.kind == kube::kinds::bg_db_ops ||
           ref.kind == kube::kinds::bg_sharded_db_ops;
}

bool makes(const kube::Call& call) {
    return std::holds_alternative<kube::Create>(call) || std::holds_alternative<kube::Apply>(call);
}

// Of a BGCluster the status and the finalizer are the operator's; all else is its user's, who for a
// group is the sharded cluster.
bool acts_as_user(const kube::Call& call) {
    const auto* const patch = std::get_if<kube::Patch>(&call);
    return makes(call) || std::holds_alternative<kube::Delete>(call) ||
           (patch != nullptr && patch->body.contains("spec"));
}

kube::Ref sharded_called(const kube::Object& object, std::string_view label) {
    return {kube::kinds::bg_sharded_cluster, std::string(object.ns()),
            std::string(object.label(label))};
}

// Where the object has become another one since the call was decided on, preconditions refuse it,
// and nothing is changed.
bool is_let_through(const kube::Call& call, const kube::Object& before) {
    if (const auto* remove = std::get_if<kube::Delete>(&call)) {
        return holds(remove->only_if, before);
    }
    if (const auto* evict = std::get_if<kube::Evict>(&call)) {
        return holds(evict->only_if, before);
    }
    return body_holds(written_body(call), before);
}

void judge_group(const CallArrived& arrived, const Truth& truth, Findings& findings) {
    const kube::Object group =
        makes(arrived.call) ? kube::Object(written_body(arrived.call)) : arrived.before;
    const kube::Object sharded = truth.object(sharded_called(group, manifests::sharded_label));
    if (sharded.name().empty() || sharded.uid() != group.annotation(manifests::owner_uid_key)) {
        findings.add(K6Ownership::text,
                     arrived.actor.name + ": " + kube::describe(arrived.call) +
                         " is about a group of no sharded cluster that exists",
                     {identify(group)});
    }
}

}  // namespace

void K6Ownership::judge_made(const CallArrived& arrived, const Truth& truth,
                             Findings& findings) const {
    const kube::Object made(written_body(arrived.call));
    const std::string what = arrived.actor.name + ": " + kube::describe(arrived.call);
    if (!made.owner_references().empty()) {
        findings.add(text, what + " carries an ownerReference", {dump(made.json()["metadata"])});
    }
    const ClusterId id = cluster_of(made);
    const std::vector<kube::Object> resources = wishes_.recent(truth, id);
    const bool owned = std::any_of(resources.begin(), resources.end(), [&](const auto& resource) {
        return made.annotation(manifests::owner_uid_key) == resource.uid() &&
               owner_uid(made) == resource.uid();
    });
    if (!owned) {
        findings.add(
            text, what + " names no cluster that exists as its owner",
            {"owner uid " + std::string(owner_uid(made)), identify(resource_of(truth, id))});
    }
    // One that lost its label to somebody's edit still says whose it is: this cluster's, or that
    // of the one that had its name a moment ago.
    const bool is_ours = std::ranges::any_of(resources, [&arrived](const kube::Object& resource) {
        return arrived.before.annotation(manifests::owner_uid_key) == resource.uid();
    });
    const bool taken_over =
        !arrived.before.name().empty() && cluster_of(arrived.before) != id && !is_ours;
    if (taken_over && std::holds_alternative<kube::Apply>(arrived.call)) {
        findings.add(text, what + " takes over an object that is not the cluster's",
                     {identify(arrived.before)});
    }
}

void K6Ownership::judge_changed(const CallArrived& arrived, const Truth& truth,
                                Findings& findings) const {
    const kube::Object& before = arrived.before;
    const std::string what = arrived.actor.name + ": " + kube::describe(arrived.call);
    // What a group left behind is its sharded cluster's.
    const bool owned = !wishes_.recent(truth, cluster_of(before)).empty() ||
                       !truth.object(sharded_called(before, manifests::scope_label)).name().empty();
    if (!owned) {
        findings.add(text, what + " meets an object of no cluster that exists", {identify(before)});
    }
    if (find(written_body(arrived.call), {"metadata", "ownerReferences"}) != nullptr) {
        findings.add(text, what + " writes ownerReferences", {identify(before)});
    }
}

void K6Ownership::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    wishes_.on(occurrence, truth);
    const auto* const arrived = std::get_if<CallArrived>(&occurrence);
    if (arrived == nullptr || !by_operator(arrived->actor)) {
        return;
    }
    const std::optional<kube::Ref> ref = written_ref(arrived->call);
    if (!ref || needs_no_owner(*ref)) {
        return;
    }
    const bool has_effect = makes(arrived->call) || is_let_through(arrived->call, arrived->before);
    if (!has_effect) {
        return;
    }
    if (ref->kind == kube::kinds::bg_cluster) {
        if (acts_as_user(arrived->call)) {
            judge_group(*arrived, truth, findings);
        }
    } else if (makes(arrived->call)) {
        judge_made(*arrived, truth, findings);
    } else {
        judge_changed(*arrived, truth, findings);
    }
}

}  // namespace bestgres::scenarios
