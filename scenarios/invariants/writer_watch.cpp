#include "scenarios/invariants/writer_watch.hpp"

#include <algorithm>

#include "lib/patroni/parse.hpp"

namespace bestgres::scenarios {
namespace {

bool may_lead(const Truth& truth, const ClusterId& id, const MemberTruth& member) {
    const kube::Object pod = truth.object({kube::kinds::pod, id.ns, member.pod});
    const auto status = patroni::parse_member_status(pod.annotation("status"));
    if (pod.uid() != member.pod_uid || pod.being_deleted() ||
        (status.ok() && find_bool(status->tags, {"nofailover"}).value_or(false))) {
        return false;
    }
    const patroni::SyncState sync = sync_of(truth, id);
    const std::vector<MemberTruth> members = members_of(truth, id);
    // Of quorum mode: other standbys that say they are not ahead.
    const auto votes = std::count_if(members.begin(), members.end(), [&](const auto& other) {
        return other.pod != member.pod && sync.contains(other.pod) && other.patroni_runs &&
               !other.patroni_frozen && other.postgres != nullptr && other.postgres->answers();
    });
    return sync.leader.empty() || sync.leader == member.pod ||
           (sync.contains(member.pod) && votes >= sync.quorum);
}

// What may change whether somebody writes, or who could lead.
bool matters_to_writers(const Occurrence& occurrence) {
    return std::holds_alternative<PostgresChanged>(occurrence) ||
           std::holds_alternative<RouteChanged>(occurrence) ||
           std::holds_alternative<FaultBegan>(occurrence) ||
           std::holds_alternative<FaultEnded>(occurrence);
}

}  // namespace

bool is_eligible(const Truth& truth, const ClusterId& id, const MemberTruth& member) {
    if (!member.patroni_runs || member.patroni_frozen || member.postgres == nullptr ||
        !member.postgres->answers() || !member.postgres->volume().has_data()) {
        return false;
    }
    const auto spec = spec_in_force(truth, id);
    const auto lag =
        static_cast<std::uint64_t>(spec ? api::maximum_lag_on_failover(*spec) : 1 << 20);
    const std::uint64_t head = lock_of(truth, id).optime.value_or(patroni::Lsn{}).bytes;
    return member.postgres->written().bytes + lag >= head && may_lead(truth, id, member);
}

bool wants_writer(const Truth& truth, const ClusterId& id) {
    const kube::Object resource = resource_of(truth, id);
    const auto spec = spec_in_force(truth, id);
    return !resource.name().empty() && !is_going(resource) && spec && wanted_members(*spec) > 0 &&
           !is_paused_by_hand(truth, id) && !config_of(truth, id).initialize.value_or("").empty();
}

Duration WriterWatch::bound(const Truth& truth, const ClusterId& id) {
    const auto spec = spec_in_force(truth, id);
    const std::int64_t ttl = spec ? spec->patroni.ttl : 30;
    const std::int64_t loop_wait = spec ? spec->patroni.loop_wait : 10;
    return std::chrono::seconds(ttl + 2 * loop_wait + 35) + truth.scenario().knobs.proxy_lag;
}

void WriterWatch::look(const Truth& truth, const ClusterId& id) {
    const std::vector<MemberTruth> members = members_of(truth, id);
    if (std::any_of(members.begin(), members.end(), serves_writers) || !wants_writer(truth, id)) {
        gaps_.erase(id);
        return;
    }
    Gap& gap = gaps_.emplace(id, Gap{truth.now(), {}, ""}).first->second;
    const auto found = std::find_if(members.begin(), members.end(), [&](const auto& member) {
        return is_eligible(truth, id, member);
    });
    if (found == members.end()) {
        gap.eligible_since.reset();
        gap.eligible.clear();
    } else if (!gap.eligible_since) {
        gap.eligible_since = truth.now();
        gap.eligible = found->pod;
    }
}

void WriterWatch::on(const Occurrence& occurrence, const Truth& truth) {
    const bool due = !gaps_.empty() && truth.now() - looked_ >= std::chrono::seconds(1);
    if (!due && !matters_to_writers(occurrence)) {
        return;
    }
    looked_ = truth.now();
    const std::vector<ClusterId> all = clusters(truth);
    std::erase_if(gaps_, [&all](const auto& entry) {
        return std::find(all.begin(), all.end(), entry.first) == all.end();
    });
    for (const ClusterId& id : all) {
        look(truth, id);
    }
}

std::optional<Duration> WriterWatch::overdue(const ClusterId& id, const Truth& truth) const {
    const auto gap = gaps_.find(id);
    if (gap == gaps_.end() || !gap->second.eligible_since) {
        return std::nullopt;
    }
    return truth.now() -
           std::max({gap->second.since, *gap->second.eligible_since, truth.last_disturbance()});
}

void WriterWatch::hash_into(Hasher& hasher) const {
    for (const auto& [id, gap] : gaps_) {
        hasher.add(to_string(id));
        hasher.add(static_cast<std::uint64_t>(gap.since.ns));
        hasher.add(gap.eligible);
        hasher.add(static_cast<std::uint64_t>(gap.eligible_since ? gap.eligible_since->ns : 0));
    }
}

}  // namespace bestgres::scenarios
