#include "scenarios/invariants/r1_write_routing.hpp"

#include <algorithm>

#include "operator/manifests/names.hpp"

namespace bestgres::scenarios {
namespace {

constexpr FaultKind holding_routes[] = {
    FaultKind::proxy_stale,   FaultKind::node_cut_off,   FaultKind::kubelet_dead,
    FaultKind::node_crash,    FaultKind::partition,      FaultKind::packet_loss,
    FaultKind::half_open,     FaultKind::latency,        FaultKind::api_outage,
    FaultKind::replica_lag,   FaultKind::replica_freeze, FaultKind::probe_fails,
    FaultKind::object_edited, FaultKind::object_deleted, FaultKind::paused_by_hand,
};

bool matters_to_routes(const Occurrence& occurrence) {
    if (const auto* changed = std::get_if<ObjectChanged>(&occurrence)) {
        return changed->before.annotation("leader") != changed->after.annotation("leader");
    }
    return std::holds_alternative<RouteChanged>(occurrence) ||
           std::holds_alternative<FaultEnded>(occurrence);
}

}  // namespace

bool hinders_routes(FaultKind kind) {
    return std::find(std::begin(holding_routes), std::end(holding_routes), kind) !=
           std::end(holding_routes);
}

void R1WriteRouting::look(const Truth& truth) {
    std::set<Route> now;
    for (const ClusterId& id : clusters(truth)) {
        const std::string holder = lock_of(truth, id).holder;
        const kube::Object pod = truth.object({kube::kinds::pod, id.ns, holder});
        const std::string service = manifests::primary_service_name(id.name);
        for (std::int64_t number = 1; number <= truth.scenario().topology.nodes; ++number) {
            const std::string node = "node-" + std::to_string(number);
            for (const std::string& uid : truth.route(node, service)) {
                // Where nobody holds the lock, a hand-over is on its way.
                if (!holder.empty() && uid != pod.uid()) {
                    now.emplace(node, service, uid);
                }
            }
        }
    }
    std::erase_if(stale_, [&now](const auto& entry) { return !now.contains(entry.first); });
    std::erase_if(told_, [&now](const Route& route) { return !now.contains(route); });
    for (const Route& route : now) {
        stale_.emplace(route, truth.now());
    }
}

void R1WriteRouting::check(const Truth& truth, Findings& findings) {
    const std::vector<Fault> faults = truth.active_faults();
    if (std::any_of(faults.begin(), faults.end(),
                    [](const Fault& fault) { return hinders_routes(fault.kind); })) {
        return;
    }
    for (const auto& [route, since] : stale_) {
        const Instant begin = std::max(since, truth.last_disturbance());
        const bool late =
            truth.now() - begin > without_operator ||
            (able_.has_been(with_operator, truth) && truth.now() - begin > with_operator);
        if (late && told_.insert(route).second) {
            const auto& [node, service, uid] = route;
            const auto member = member_by_uid(truth, uid);
            findings.add(text,
                         node + " sends clients of " + service + " to " +
                             (member ? member->pod : uid) + ", which has not held the lock for " +
                             seconds_text(truth.now() - since),
                         {member ? describe_member(*member) : "pod uid " + uid});
        }
    }
}

void R1WriteRouting::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    able_.on(occurrence, truth);
    if (matters_to_routes(occurrence)) {
        look(truth);
    }
    if (!stale_.empty() && truth.now() - looked_ >= std::chrono::seconds(1)) {
        looked_ = truth.now();
        check(truth, findings);
    }
}

void R1WriteRouting::hash_into(Hasher& hasher) const {
    able_.hash_into(hasher);
    for (const auto& [route, since] : stale_) {
        hasher.add(std::get<0>(route));
        hasher.add(std::get<1>(route));
        hasher.add(std::get<2>(route));
        hasher.add(static_cast<std::uint64_t>(since.ns));
        hasher.add(static_cast<std::uint64_t>(told_.contains(route)));
    }
}

}  // namespace bestgres::scenarios
