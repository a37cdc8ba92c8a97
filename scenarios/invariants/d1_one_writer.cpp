#include "scenarios/invariants/d1_one_writer.hpp"

namespace bestgres::scenarios {
namespace {

std::vector<std::string> described(const std::vector<MemberTruth>& members) {
    std::vector<std::string> facts;
    for (const MemberTruth& member : members) {
        facts.push_back(describe_member(member));
    }
    return facts;
}

std::optional<std::string> pod_changed(const Occurrence& occurrence) {
    if (const auto* postgres = std::get_if<PostgresChanged>(&occurrence)) {
        return postgres->pod_uid;
    }
    if (const auto* patroni = std::get_if<PatroniChanged>(&occurrence)) {
        return patroni->pod_uid;
    }
    return std::nullopt;
}

bool serves(const MemberTruth& member) {
    return member.postgres != nullptr &&
           member.postgres->state() != fakepatroni::ServerState::stopped;
}

}  // namespace

void D1OneWriter::judge(const ClusterId& id, const Truth& truth, Findings& findings) {
    std::vector<MemberTruth> writers;
    std::vector<MemberTruth> holders;
    for (const MemberTruth& member : members_of(truth, id)) {
        if (is_writable(member) && (member.reachable || member.connected)) {
            writers.push_back(member);
        }
        // A Patroni that was frozen may take an old answer about the lock for fresh: harmless while
        // its server does not run, and its next loop reads who leads.
        if (member.believes_to_lead && member.patroni_runs && serves(member)) {
            holders.push_back(member);
        }
    }
    // Whom nobody could tell that its lock was deleted writes on until the ttl ends.
    const bool lock_was_deleted = was_deleted_lately(id, truth);
    if (writers.size() < 2 || lock_was_deleted) {
        two_writers_.erase(id);
    } else if (two_writers_.insert(id).second) {
        findings.add(text,
                     writers[0].pod + " and " + writers[1].pod + " of " + to_string(id) +
                         " both accept writes",
                     described(writers));
    }
    if (holders.size() < 2 || lock_was_deleted) {
        two_locks_.erase(id);
    } else if (two_locks_.insert(id).second) {
        findings.add(text,
                     holders[0].pod + " and " + holders[1].pod + " of " + to_string(id) +
                         " both believe to hold the lock",
                     described(holders));
    }
}

void D1OneWriter::follow_lock(const ObjectChanged& changed, const Truth& truth) {
    if (changed.actor.sort == ActorSort::patroni || changed.before.annotation("leader").empty() ||
        changed.before.kind() != kube::kinds::config_map.name ||
        !changed.after.annotation("leader").empty()) {
        return;
    }
    const kube::Ref ref{kube::kinds::config_map, std::string(changed.before.ns()),
                        std::string(changed.before.name())};
    if (const auto id = owner_of_dcs_object(truth, ref)) {
        deleted_[*id] = truth.now();
    }
}

bool D1OneWriter::was_deleted_lately(const ClusterId& id, const Truth& truth) const {
    const auto deleted = deleted_.find(id);
    const auto spec = spec_in_force(truth, id);
    const Duration ttl = std::chrono::seconds(spec ? spec->patroni.ttl : 30);
    return deleted != deleted_.end() && truth.now() < deleted->second + ttl;
}

void D1OneWriter::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    if (const std::optional<std::string> pod_uid = pod_changed(occurrence)) {
        if (const std::optional<ClusterId> id = cluster_of_pod(truth, *pod_uid)) {
            judge(*id, truth, findings);
        }
    } else if (const auto* changed = std::get_if<ObjectChanged>(&occurrence)) {
        follow_lock(*changed, truth);
    } else if (const auto* route = std::get_if<RouteChanged>(&occurrence)) {
        judge({truth.scenario().topology.ns, route->service}, truth, findings);
    }
}

void D1OneWriter::hash_into(Hasher& hasher) const {
    for (const std::set<ClusterId>* const breached : {&two_writers_, &two_locks_}) {
        hasher.add(static_cast<std::uint64_t>(breached->size()));
        for (const ClusterId& id : *breached) {
            hasher.add(to_string(id));
        }
    }
    for (const auto& [id, at] : deleted_) {
        hasher.add(to_string(id));
        hasher.add(static_cast<std::uint64_t>(at.ns));
    }
}

}  // namespace bestgres::scenarios
