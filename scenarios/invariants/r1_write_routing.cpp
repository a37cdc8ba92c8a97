#include "scenarios/invariants/r1_write_routing.hpp"

#include <algorithm>

#include "operator/manifests/labels.hpp"
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

bool is_fenced(const kube::Object& pod) {
    return pod.label(manifests::fenced_label) == "true";
}

// What a fault on another node does not hold: this node's proxy hears the API server as before.
bool holds_routes_of(const Fault& fault, const std::string& node) {
    const bool of_one_node =
        fault.kind == FaultKind::proxy_stale || fault.kind == FaultKind::node_cut_off ||
        fault.kind == FaultKind::kubelet_dead || fault.kind == FaultKind::node_crash;
    return hinders_routes(fault.kind) &&
           (!of_one_node || fault.target.find(node) != std::string::npos);
}

// Keeps those that are still there, with their beginning, and adds the new ones.
template <class Route>
void keep(std::map<Route, Instant>& known, const std::set<Route>& now, Instant at) {
    std::erase_if(known, [&now](const auto& entry) { return !now.contains(entry.first); });
    for (const Route& route : now) {
        known.emplace(route, at);
    }
}

bool matters_to_routes(const Occurrence& occurrence) {
    if (const auto* changed = std::get_if<ObjectChanged>(&occurrence)) {
        return changed->before.annotation("leader") != changed->after.annotation("leader") ||
               is_fenced(changed->before) != is_fenced(changed->after);
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
    std::set<Route> fenced;
    for (const ClusterId& id : clusters(truth)) {
        std::set<std::string> fenced_uids;
        for (const kube::Object& pod : children(truth, kube::kinds::pod, id)) {
            if (is_fenced(pod)) {
                fenced_uids.emplace(pod.uid());
            }
        }
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
                if (fenced_uids.contains(uid)) {
                    fenced.emplace(node, service, uid);
                }
            }
        }
    }
    std::erase_if(
        told_, [&](const Route& route) { return !now.contains(route) && !fenced.contains(route); });
    keep(stale_, now, truth.now());
    keep(fenced_, fenced, truth.now());
}

void R1WriteRouting::check_fenced(const Truth& truth, Findings& findings) {
    const std::vector<Fault> faults = truth.active_faults();
    for (const auto& [route, since] : fenced_) {
        const std::string& node = std::get<0>(route);
        const bool held = std::any_of(faults.begin(), faults.end(), [&node](const Fault& fault) {
            return holds_routes_of(fault, node);
        });
        // A proxy that could not hear of it needs its moment after that is over, too.
        const bool late = truth.now() - std::max(since, truth.last_disturbance()) >
                          when_fenced + truth.scenario().knobs.proxy_lag;
        if (late && !held && told_.insert(route).second) {
            const auto member = member_by_uid(truth, std::get<2>(route));
            findings.add(text,
                         node + " sends clients of " + std::get<1>(route) + " to " +
                             (member ? member->pod : std::get<2>(route)) +
                             ", which has been fenced for " + seconds_text(truth.now() - since),
                         {});
        }
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
    const bool any = !stale_.empty() || !fenced_.empty();
    if (any && truth.now() - looked_ >= std::chrono::seconds(1)) {
        looked_ = truth.now();
        check(truth, findings);
        check_fenced(truth, findings);
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
    for (const auto& [route, since] : fenced_) {
        hasher.add(std::get<0>(route));
        hasher.add(std::get<2>(route));
        hasher.add(static_cast<std::uint64_t>(since.ns));
    }
}

}  // namespace bestgres::scenarios
