#include "scenarios/invariants/acknowledged.hpp"

#include <algorithm>

namespace bestgres::scenarios {
namespace {

bool has(const fakepatroni::Wal& wal, const Acknowledged& commit) {
    return wal.holds(commit.mark) || wal.contains(commit.commit);
}

void add(Hasher& hasher, const Acknowledged& commit) {
    hasher.add(commit.commit);
    hasher.add(commit.mark.digest);
    hasher.add(static_cast<std::uint64_t>(commit.synchronous));
}

}  // namespace

void AcknowledgedCommits::note(const WriteEnded& ended, const Truth& truth) {
    const auto begun = begun_.find(ended.commit);
    const std::string pod_uid = begun == begun_.end() ? "" : begun->second;
    if (begun != begun_.end()) {
        begun_.erase(begun);
    }
    const std::optional<MemberTruth> member = member_by_uid(truth, pod_uid);
    if (ended.result != WriteResult::acknowledged || !member || member->postgres == nullptr) {
        return;
    }
    const fakepatroni::Wal& wal = member->postgres->volume().wal;
    Known& known = known_[{truth.scenario().topology.ns, ended.cluster}];
    const Acknowledged commit{ended.commit, wal.mark(), truth.now(), ended.synchronous};
    known.last.push_back(commit);
    if (known.last.size() > kept) {
        known.last.erase(known.last.begin());
    }
    if (ended.synchronous) {
        known.synchronous = commit;
    }
}

std::optional<Loss> AcknowledgedCommits::judge(const ClusterId& id, const MemberTruth& primary,
                                               const Truth& truth) {
    Known& known = known_[id];
    if (known.primary == primary.pod_uid) {
        return std::nullopt;
    }
    known.primary = primary.pod_uid;
    const fakepatroni::Wal& wal = primary.postgres->volume().wal;
    Loss loss{.cluster = id, .primary = primary.pod, .commits = {}, .bytes = 0, .fresh_bytes = 0};
    const bool lacks_synchronous = known.synchronous && !has(wal, *known.synchronous);
    const Acknowledged* last_held = nullptr;
    for (const Acknowledged& commit : known.last) {
        if (has(wal, commit)) {
            last_held = &commit;
        } else {
            loss.commits.push_back(commit);
        }
    }
    if (lacks_synchronous &&
        std::none_of(loss.commits.begin(), loss.commits.end(),
                     [](const Acknowledged& one) { return one.synchronous; })) {
        loss.commits.insert(loss.commits.begin(), *known.synchronous);
    }
    if (loss.commits.empty()) {
        return std::nullopt;
    }
    const auto spec = spec_in_force(truth, id);
    const Duration loops = std::chrono::seconds(2 * (spec ? spec->patroni.loop_wait : 10));
    // Where none of the commits that are remembered is held, the new primary's own log says how
    // much it has.
    const std::uint64_t from = last_held == nullptr ? std::min(primary.postgres->written().bytes,
                                                               loss.commits.front().mark.lsn.bytes)
                                                    : last_held->mark.lsn.bytes;
    const Acknowledged& end = loss.commits.back();
    loss.bytes = end.mark.lsn.bytes - std::min(end.mark.lsn.bytes, from);
    for (const Acknowledged& commit : loss.commits) {
        if (end.at - commit.at >= loops) {
            loss.fresh_bytes = end.mark.lsn.bytes - commit.mark.lsn.bytes;
        }
    }
    loss.fresh_bytes = loss.fresh_bytes == 0 ? loss.bytes : loss.fresh_bytes;
    // What is lost is lost once: the next primary is judged by what this one has.
    known.last.clear();
    known.synchronous.reset();
    return loss;
}

// What was deleted with its volumes is lost by its user's wish.
void AcknowledgedCommits::note_removal(const ObjectChanged& changed) {
    if (changed.before.kind() != kube::kinds::bg_cluster.name || !changed.after.name().empty()) {
        return;
    }
    const auto spec = asked_spec(changed.before);
    if (spec && spec->volume.retention.when_deleted == api::VolumePolicy::remove) {
        known_.erase(cluster_of(changed.before));
    }
}

std::vector<Loss> AcknowledgedCommits::on(const Occurrence& occurrence, const Truth& truth) {
    if (const auto* begun = std::get_if<WriteBegun>(&occurrence)) {
        begun_[begun->commit] = begun->pod_uid;
    } else if (const auto* ended = std::get_if<WriteEnded>(&occurrence)) {
        note(*ended, truth);
    } else if (const auto* object = std::get_if<ObjectChanged>(&occurrence)) {
        note_removal(*object);
    } else if (const auto* changed = std::get_if<PostgresChanged>(&occurrence)) {
        const std::optional<MemberTruth> member = member_by_uid(truth, changed->pod_uid);
        if (member && is_writable(*member)) {
            const ClusterId id{truth.scenario().topology.ns, member->cluster};
            if (std::optional<Loss> loss = judge(id, *member, truth)) {
                return {*std::move(loss)};
            }
        }
    }
    return {};
}

void AcknowledgedCommits::hash_into(Hasher& hasher) const {
    for (const auto& [id, known] : known_) {
        hasher.add(to_string(id));
        hasher.add(known.primary);
        for (const Acknowledged& commit : known.last) {
            add(hasher, commit);
        }
        if (known.synchronous) {
            add(hasher, *known.synchronous);
        }
    }
    for (const auto& [commit, pod_uid] : begun_) {
        hasher.add(commit);
        hasher.add(pod_uid);
    }
}

}  // namespace bestgres::scenarios
