#include "scenarios/invariants/d4_history.hpp"

namespace bestgres::scenarios {
namespace {

bool has_parted(const MemberTruth& member, const std::optional<MemberTruth>& primary) {
    return member.ready && primary && primary->pod_uid != member.pod_uid &&
           member.postgres != nullptr &&
           member.postgres->volume().wal.diverges_from(primary->postgres->volume().wal);
}

}  // namespace

void D4History::judge_primary(const ClusterId& id, const MemberTruth& member, Findings& findings) {
    std::int64_t& known = timelines_[id];
    const std::int64_t now = member.postgres->timeline();
    if (now < known) {
        findings.add(text,
                     member.pod + " leads " + to_string(id) + " on timeline " +
                         std::to_string(now) + ", after timeline " + std::to_string(known),
                     {describe_member(member)});
    }
    known = std::max(known, now);
}

void D4History::judge_replica(const ClusterId& id, const MemberTruth& member, const Truth& truth,
                              Findings& findings) {
    const auto primary = writable_member(truth, id);
    if (has_parted(member, primary)) {
        parted_.emplace(member.pod_uid, truth.now());
    } else {
        parted_.erase(member.pod_uid);
    }
    if (!member.postgres->connection() || !primary || member.postgres->upstream() != primary->pod) {
        return;
    }
    // Where both made the same timeline at the same place, the stream is about to replace the
    // standby's log: until it has, nobody can tell the two apart.
    const fakepatroni::Wal& own = member.postgres->volume().wal;
    const fakepatroni::Wal& upstream = primary->postgres->volume().wal;
    if (!own.is_prefix_of(upstream) && !upstream.seems_to_continue(own)) {
        findings.add(text,
                     member.pod + " streams from " + primary->pod + " without being a prefix of it",
                     {describe_member(member), describe_member(*primary)});
    }
}

void D4History::judge_status(const Truth& truth, Findings& findings) const {
    for (const ClusterId& id : clusters(truth)) {
        const kube::Object resource = resource_of(truth, id);
        const auto primary = writable_member(truth, id);
        const std::int64_t said = find_int(resource.json(), {"status", "timeline"}).value_or(0);
        const bool watched = !is_going(resource) && !api::is_paused(resource);
        if (primary && watched && said != primary->postgres->timeline() && able_.since()) {
            findings.add(text,
                         "The status of " + to_string(id) + " says timeline " +
                             std::to_string(said) + ", its primary is on " +
                             std::to_string(primary->postgres->timeline()),
                         {identify(resource), describe_member(*primary)});
        }
    }
}

void D4History::check_parted(const Truth& truth, Findings& findings) {
    for (auto& [pod_uid, since] : parted_) {
        if (truth.now() - since <= bound) {
            continue;
        }
        const auto member = member_by_uid(truth, pod_uid);
        const auto id = cluster_of_pod(truth, pod_uid);
        if (member && id && has_parted(*member, writable_member(truth, *id))) {
            findings.add(text,
                         member->pod + " has been ready for " + seconds_text(truth.now() - since) +
                             " although its history has parted from the primary's",
                         {describe_member(*member)});
        }
        since = truth.now() + std::chrono::hours(24);
    }
}

void D4History::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    able_.on(occurrence, truth);
    if (const auto* changed = std::get_if<PostgresChanged>(&occurrence)) {
        const auto member = member_by_uid(truth, changed->pod_uid);
        if (member && member->postgres != nullptr) {
            const ClusterId id{truth.scenario().topology.ns, member->cluster};
            if (is_writable(*member)) {
                judge_primary(id, *member, findings);
                parted_.erase(member->pod_uid);
            } else {
                judge_replica(id, *member, truth, findings);
            }
        } else {
            parted_.erase(changed->pod_uid);
        }
    } else if (const auto* object = std::get_if<ObjectChanged>(&occurrence)) {
        // A namesake begins a history of its own.
        if (object->before.kind() == kube::kinds::bg_cluster.name && object->after.name().empty()) {
            timelines_.erase(cluster_of(object->before));
        }
    } else if (std::holds_alternative<Settled>(occurrence) && truth.active_faults().empty()) {
        judge_status(truth, findings);
    }
    if (!parted_.empty()) {
        check_parted(truth, findings);
    }
}

void D4History::hash_into(Hasher& hasher) const {
    able_.hash_into(hasher);
    for (const auto& [id, timeline] : timelines_) {
        hasher.add(to_string(id));
        hasher.add(static_cast<std::uint64_t>(timeline));
    }
    for (const auto& [pod_uid, since] : parted_) {
        hasher.add(pod_uid);
        hasher.add(static_cast<std::uint64_t>(since.ns));
    }
}

}  // namespace bestgres::scenarios
