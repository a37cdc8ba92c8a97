#include "scenarios/invariants/r2_read_routing.hpp"

#include <algorithm>
#include <set>

#include "operator/manifests/names.hpp"
#include "scenarios/invariants/r1_write_routing.hpp"

namespace bestgres::scenarios {
namespace {

// Members that some node's proxy sends readers to.
std::vector<MemberTruth> readers_go_to(const Truth& truth, const ClusterId& id) {
    std::set<std::string> uids;
    for (std::int64_t number = 1; number <= truth.scenario().topology.nodes; ++number) {
        for (const std::string& uid : truth.route("node-" + std::to_string(number),
                                                  manifests::replica_service_name(id.name))) {
            uids.insert(uid);
        }
    }
    std::vector<MemberTruth> found;
    for (MemberTruth& member : members_of(truth, id)) {
        if (uids.contains(member.pod_uid)) {
            found.push_back(std::move(member));
        }
    }
    return found;
}

bool rebuilds(const MemberTruth& member) {
    using fakepatroni::PostgresWork;
    return member.postgres != nullptr && (member.postgres->work() == PostgresWork::base_backup ||
                                          member.postgres->work() == PostgresWork::rewind);
}

}  // namespace

void R2ReadRouting::look(const Truth& truth) {
    std::set<std::string> now;
    for (const ClusterId& id : clusters(truth)) {
        for (const MemberTruth& member : readers_go_to(truth, id)) {
            if (rebuilds(member)) {
                now.insert(member.pod_uid);
                useless_.emplace(member.pod_uid, truth.now());
            }
        }
    }
    std::erase_if(useless_, [&now](const auto& entry) { return !now.contains(entry.first); });
}

void R2ReadRouting::judge_settled(const Truth& truth, Findings& findings) const {
    for (const ClusterId& id : clusters(truth)) {
        const auto primary = writable_member(truth, id);
        if (!primary) {
            continue;
        }
        const std::uint64_t head = primary->postgres->written().bytes;
        for (const MemberTruth& member : readers_go_to(truth, id)) {
            if (member.pod_uid == primary->pod_uid || member.postgres == nullptr) {
                continue;
            }
            const std::uint64_t at = member.postgres->replayed().bytes;
            const bool lags = head > at && head - at > most_lag;
            if (!member.postgres->connection() || lags) {
                findings.add(
                    text,
                    "Readers of " + to_string(id) + " are sent to " + member.pod +
                        (lags ? ", which is " + std::to_string((head - at) >> 20U) + " MiB behind"
                              : ", which does not stream"),
                    {describe_member(member), describe_member(*primary)});
            }
        }
    }
}

void R2ReadRouting::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    if (std::holds_alternative<RouteChanged>(occurrence) ||
        std::holds_alternative<PostgresChanged>(occurrence)) {
        look(truth);
    } else if (std::holds_alternative<Settled>(occurrence) && truth.active_faults().empty()) {
        judge_settled(truth, findings);
    }
    if (useless_.empty() || truth.now() - looked_ < std::chrono::seconds(1)) {
        return;
    }
    looked_ = truth.now();
    const std::vector<Fault> faults = truth.active_faults();
    if (std::any_of(faults.begin(), faults.end(),
                    [](const Fault& fault) { return hinders_routes(fault.kind); })) {
        return;
    }
    for (auto& [uid, since] : useless_) {
        const Instant begin = std::max(since, truth.last_disturbance());
        const auto member = member_by_uid(truth, uid);
        if (truth.now() - begin > bound && member) {
            findings.add(text,
                         "Readers are sent to " + member->pod + ", which rebuilds its data, for " +
                             seconds_text(truth.now() - begin),
                         {describe_member(*member)});
            since = truth.now() + std::chrono::hours(24);
        }
    }
}

void R2ReadRouting::hash_into(Hasher& hasher) const {
    for (const auto& [uid, since] : useless_) {
        hasher.add(uid);
        hasher.add(static_cast<std::uint64_t>(since.ns));
    }
}

}  // namespace bestgres::scenarios
