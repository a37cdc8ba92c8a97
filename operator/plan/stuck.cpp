#include "operator/plan/stuck.hpp"

#include <algorithm>

#include "lib/kube/workload.hpp"
#include "operator/plan/health.hpp"

namespace bestgres::plan {
namespace {

// Longer than a promotion, a rewind or an election takes.
constexpr Duration time_to_get_ready = std::chrono::minutes(2);

// Taken away meanwhile, it would begin again from nothing.
bool copies_data(const Member& member) {
    const auto copies = [](patroni::State state) {
        return state == patroni::State::creating_replica || state == patroni::State::bootstrapping;
    };
    return (member.status && copies(member.status->state)) ||
           (member.rest && copies(member.rest->state));
}

}  // namespace

std::optional<Instant> stuck_at(const Member& member) {
    const bool comes_up = runs(member) && !member.pod.being_deleted() && !member.ready;
    if (!comes_up || copies_data(member)) {
        return std::nullopt;
    }
    const std::optional<Instant> since = kube::pod_unready_since(member.pod);
    if (!since) {
        return std::nullopt;
    }
    // What runs now may have begun long after the pod was ready last, as behind a lost node.
    const auto started = kube::container_started_at(member.pod, postgres_container);
    return std::max(*since, started.value_or(*since)) + time_to_get_ready;
}

bool is_stuck(const ClusterView& view, const Member& member) {
    const std::optional<Instant> at = stuck_at(member);
    return at && *at <= view.now();
}

bool is_about_to_be_replaced(const ClusterView& view, const Member& member) {
    const bool serves_nobody = member.has_pod() && !member.pod.being_deleted() && !runs(member);
    return member.stale && (serves_nobody || is_stuck(view, member));
}

std::optional<Instant> next_stuck_at(const ClusterView& view) {
    std::optional<Instant> next;
    for (const Member& member : view.members) {
        const std::optional<Instant> at = stuck_at(member);
        if (at && *at > view.now() && (!next || *at < *next)) {
            next = at;
        }
    }
    return next;
}

}  // namespace bestgres::plan
