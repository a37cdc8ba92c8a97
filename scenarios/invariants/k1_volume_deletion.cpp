#include "scenarios/invariants/k1_volume_deletion.hpp"

#include <algorithm>
#include <cstdlib>

#include "lib/kube/workload.hpp"
#include "operator/manifests/labels.hpp"
#include "operator/manifests/names.hpp"
#include "scenarios/invariants/sharded_reached.hpp"
#include "scenarios/invariants/sharding.hpp"

namespace bestgres::scenarios {
namespace {

using api::VolumePolicy;

kube::Ref pod_of(const kube::Object& claim) {
    const std::string_view prefix = "pgdata-";
    return {kube::kinds::pod, std::string(claim.ns()),
            std::string(claim.name().substr(std::min(prefix.size(), claim.name().size())))};
}

bool mounts(const kube::Object& pod, const kube::Object& claim) {
    const Json& volumes = array_at(pod.json(), {"spec", "volumes"});
    return pod.ns() == claim.ns() &&
           std::any_of(volumes.begin(), volumes.end(), [&claim](const Json& volume) {
               return string_at(volume, {"persistentVolumeClaim", "claimName"}) == claim.name();
           });
}

// By its member, or by whoever else mounts it.
bool is_used(const Truth& truth, const kube::Object& claim) {
    const kube::Ref own = pod_of(claim);
    const auto pods = truth.objects(kube::kinds::pod);
    return std::any_of(pods.begin(), pods.end(), [&](const kube::Object& pod) {
        const std::string_view phase = kube::pod_phase(pod);
        const bool is_own = pod.ns() == own.ns && pod.name() == own.name;
        return (is_own || mounts(pod, claim)) && phase != "Succeeded" && phase != "Failed";
    });
}

// A clock that jumps is a fault: who waited by it may be early by as much.
Duration of_jumps(const Truth& truth) {
    Duration most{};
    for (const Fault& fault : truth.scenario().faults) {
        if (fault.kind == FaultKind::clock_jump) {
            most += std::chrono::milliseconds(std::abs(fault.amount));
        }
    }
    return most;
}

bool left_for_good(const api::RetentionSpec& retention, Duration away) {
    switch (retention.when_scaled) {
        case api::LeftVolumePolicy::retain:
            return false;
        case api::LeftVolumePolicy::remove:
            return true;
        case api::LeftVolumePolicy::quarantine:
            return away >= api::quarantine(retention);
    }
    return false;
}

bool is_licensed(const kube::Object& resource, const api::ClusterSpec& spec,
                 const kube::Object& claim, Duration away) {
    const api::RetentionSpec& retention = spec.volume.retention;
    const auto ordinal = manifests::volume_claim_ordinal(resource.name(), claim.name());
    const bool dying = is_going(resource) && retention.when_deleted == VolumePolicy::remove;
    const bool surplus = ordinal && *ordinal >= spec.instances &&
                         claim.annotation(manifests::kept_annotation) != "true" &&
                         left_for_good(retention, away);
    return dying || surplus;
}

// What the user of a sharded cluster says of the volumes of a group that goes. The policy of the
// group itself is the operator's to write.
bool lets_group_go(const kube::Object& sharded, GroupId group) {
    const auto spec = asked_sharded_spec(sharded);
    if (!spec) {
        return false;
    }
    if (spec->shards < group) {
        return spec->removed_shards == VolumePolicy::remove;
    }
    const api::ClusterSpec own =
        group == 0 ? spec->coordinator : api::worker_spec(*spec, group - 1);
    return is_going(sharded) && own.volume.retention.when_deleted == VolumePolicy::remove;
}

// A span that a quarantine may last by this.
std::optional<Duration> quarantine_in(const std::optional<api::ClusterSpec>& spec) {
    const bool is_asked =
        spec && spec->volume.retention.when_scaled == api::LeftVolumePolicy::quarantine;
    return is_asked ? std::optional(api::quarantine(spec->volume.retention)) : std::nullopt;
}

std::optional<Instant> time_on(const kube::Object& claim, std::string_view annotation) {
    const Result<Instant> time = parse_time(claim.annotation(annotation));
    return time.ok() ? std::optional(*time) : std::nullopt;
}

bool says_the_same(const kube::Object& one, const kube::Object& other) {
    return one.annotation(manifests::quarantined_since) ==
               other.annotation(manifests::quarantined_since) &&
           one.annotation(manifests::quarantined_until) ==
               other.annotation(manifests::quarantined_until);
}

// What a StatefulSet of the operator lets its controller do with claims; empty where nothing.
std::string left_to_the_controller(const ObjectChanged& changed) {
    if (!by_operator(changed.actor) || changed.after.kind() != kube::kinds::stateful_set.name) {
        return "";
    }
    const Json& policy =
        object_at(changed.after.json(), {"spec", "persistentVolumeClaimRetentionPolicy"});
    for (const auto& [when, what] : policy.items()) {
        if (what != "Retain") {
            return when + ": " + dump(what);
        }
    }
    return "";
}

}  // namespace

void K1VolumeDeletion::note_pods(const Occurrence& occurrence, const Truth& truth) {
    const auto* const changed = std::get_if<ObjectChanged>(&occurrence);
    if (changed != nullptr && changed->before.kind() == kube::kinds::pod.name &&
        changed->after.name().empty()) {
        gone_[{kube::kinds::pod, std::string(changed->before.ns()),
               std::string(changed->before.name())}] = truth.now();
    }
}

// Who was never there left when his volume was made.
Instant K1VolumeDeletion::left_at(const kube::Object& claim) const {
    const auto found = gone_.find(pod_of(claim));
    const Instant made = claim.creation_timestamp().value_or(Instant{});
    return found == gone_.end() ? made : std::max(found->second, made);
}

void K1VolumeDeletion::hash_into(Hasher& hasher) const {
    wishes_.hash_into(hasher);
    for (const auto& [pod, when] : gone_) {
        hasher.add(to_string(pod));
        hasher.add(static_cast<std::uint64_t>(when.ns));
    }
}

bool K1VolumeDeletion::whole_agrees(const Truth& truth, const ClusterId& id) const {
    const std::optional<GroupKey> key = group_of_cluster(truth, id);
    if (!key || !is_going(resource_of(truth, id))) {
        return true;
    }
    const auto wishes =
        wishes_.recent(truth, kube::Ref{kube::kinds::bg_sharded_cluster, id.ns, key->scope});
    return wishes.empty() || std::ranges::any_of(wishes, [&key](const kube::Object& sharded) {
               return lets_group_go(sharded, key->group);
           });
}

bool K1VolumeDeletion::is_allowed(const Truth& truth, const kube::Object& claim) const {
    const ClusterId id = cluster_of(claim);
    const std::vector<kube::Object> resources = wishes_.recent(truth, id);
    const auto in_force = spec_in_force(truth, id);
    const Duration away = truth.now() - left_at(claim) + of_jumps(truth);
    return whole_agrees(truth, id) && std::ranges::any_of(resources, [&](const kube::Object& one) {
               const std::optional<api::ClusterSpec> asked = asked_spec(one);
               return (asked && is_licensed(one, *asked, claim, away)) ||
                      (in_force && is_licensed(one, *in_force, claim, away));
           });
}

std::string K1VolumeDeletion::lie(const ObjectChanged& changed, const Truth& truth) const {
    const kube::Object& claim = changed.after;
    const auto since = time_on(claim, manifests::quarantined_since);
    const auto until = time_on(claim, manifests::quarantined_until);
    if (!since || !until) {
        return "a time that nobody can read";
    }
    const Instant left = left_at(claim);
    // Times have whole seconds.
    const Duration slack = std::chrono::seconds(1) + of_jumps(truth);
    if (*since + slack < left || *since > truth.now() + slack) {
        return "that its member is away since " + format_seconds(*since) + ", and it left at " +
               format_seconds(left);
    }
    const auto before = time_on(changed.before, manifests::quarantined_since);
    if (before && *before + slack >= left && *before != *since) {
        return "that its quarantine begins anew";
    }
    const ClusterId id = cluster_of(claim);
    std::vector<std::optional<Duration>> spans = {quarantine_in(spec_in_force(truth, id))};
    for (const kube::Object& resource : wishes_.recent(truth, id)) {
        spans.push_back(quarantine_in(asked_spec(resource)));
    }
    return std::ranges::find(spans, std::optional(*until - *since)) == spans.end()
               ? "an end after " + seconds_text(*until - *since) + ", which nobody asked for"
               : "";
}

void K1VolumeDeletion::judge_marks(const ObjectChanged& changed, const Truth& truth,
                                   Findings& findings) const {
    const bool is_mark = by_operator(changed.actor) &&
                         changed.after.kind() == kube::kinds::persistent_volume_claim.name &&
                         !says_the_same(changed.before, changed.after) &&
                         !(changed.after.annotation(manifests::quarantined_since).empty() &&
                           changed.after.annotation(manifests::quarantined_until).empty());
    const std::string lies = is_mark ? lie(changed, truth) : "";
    if (!lies.empty()) {
        findings.add(
            text,
            changed.actor.name + " writes on " + std::string(changed.after.name()) + " " + lies,
            {identify(changed.after),
             dump(object_at(changed.after.json(), {"metadata", "annotations"}))});
    }
}

void K1VolumeDeletion::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    wishes_.on(occurrence, truth);
    note_pods(occurrence, truth);
    if (const auto* changed = std::get_if<ObjectChanged>(&occurrence)) {
        judge_marks(*changed, truth, findings);
        if (const std::string left = left_to_the_controller(*changed); !left.empty()) {
            findings.add(text,
                         changed->actor.name +
                             " lets the StatefulSet controller delete volumes of " +
                             to_string(cluster_of(changed->after)),
                         {left, identify(changed->after)});
        }
    }
    const auto* const arrived = std::get_if<CallArrived>(&occurrence);
    const auto* const remove =
        arrived == nullptr ? nullptr : std::get_if<kube::Delete>(&arrived->call);
    if (remove == nullptr || remove->ref.kind != kube::kinds::persistent_volume_claim ||
        !by_operator(arrived->actor) || !holds(remove->only_if, arrived->before)) {
        return;
    }
    const kube::Object& claim = arrived->before;
    const ClusterId id = cluster_of(claim);
    const std::string what = arrived->actor.name + " deletes " + to_string(remove->ref);
    if (!remove->only_if.uid || !remove->only_if.resource_version) {
        findings.add(text, what + " without naming its uid and resourceVersion", {identify(claim)});
    }
    const bool lost = kube::claim_phase(claim) == "Lost";
    if (!lost && is_used(truth, claim)) {
        findings.add(text, what + " while a pod uses it", {identify(claim)});
    }
    if (!lost && !is_allowed(truth, claim)) {
        const kube::Object resource = resource_of(truth, id);
        findings.add(text,
                     what + (resource.name().empty()
                                 ? ", but there is no cluster " + to_string(id)
                                 : ", but cluster " + to_string(id) + " keeps its volumes"),
                     {identify(claim), identify(resource)});
    }
}

}  // namespace bestgres::scenarios
