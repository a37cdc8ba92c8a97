#include "operator/plan/health.hpp"

#include <algorithm>
#include <tuple>

#include "lib/kube/workload.hpp"
#include "operator/plan/stuck.hpp"

namespace bestgres::plan {
namespace {

using patroni::Role;
using patroni::State;

// Patroni publishes `replication_state` since version 4; before it, readiness alone says that a
// replica streams.
bool publishes_replication(const Member& member) {
    return member.status && !member.status->version.empty() &&
           member.status->version.front() >= '4';
}

// What the primary itself says of who streams from it: the only source where Patroni is older than
// 4, and the first to know after a restart.
bool is_fed(const Member& primary, const Member& replica) {
    const bool cascades =
        !find_string(replica.status->tags, {"replicatefrom"}).value_or("").empty();
    const std::vector<std::string>& fed = primary.rest->streaming_standbys;
    return cascades || std::ranges::find(fed, replica.name) != fed.end();
}

std::string replica_ailment(const ClusterView& view, const Member& member) {
    if (member.status->role != Role::replica) {
        return member.name + " is " + std::string(patroni::to_string(member.status->role));
    }
    if (publishes_replication(member) && member.status->replication_state != "streaming") {
        return member.name + " is not streaming";
    }
    const Member* const primary = view.primary();
    if (primary != nullptr && primary->status->timeline && member.status->timeline &&
        *member.status->timeline != *primary->status->timeline) {
        return member.name + " is on another timeline than the primary";
    }
    if (view.facts.fresh && member.rest && member.rest->replication_state &&
        *member.rest->replication_state != "streaming") {
        return member.name + " is not streaming";
    }
    if (view.facts.fresh && primary != nullptr && primary->rest && !is_fed(*primary, member)) {
        return member.name + " does not stream from " + primary->name;
    }
    return "";
}

}  // namespace

Target target_of(const Member& member) {
    return {.pod = member.name,
            .uid = std::string(member.pod.uid()),
            .address = std::string(kube::pod_address(member.pod))};
}

Effect removal_of(const Member& member) {
    const std::string uid(member.pod.uid());
    const std::string version(member.pod.resource_version());
    if (member.ready) {
        return EvictPod{.pod = member.name, .uid = uid, .resource_version = version};
    }
    return DeletePod{.pod = member.name, .uid = uid, .resource_version = version};
}

bool runs(const Member& member) {
    return member.has_pod() && kube::container_is_running(member.pod, postgres_container);
}

bool is_healthy(const ClusterView& view, const Member& member) {
    return ailment(view, member).empty();
}

std::string ailment(const ClusterView& view, const Member& member) {
    if (!member.has_pod()) {
        return member.name + " has no pod";
    }
    if (member.pod.being_deleted()) {
        return member.name + " is being deleted";
    }
    if (!member.ready) {
        return member.name + " is not ready";
    }
    if (!member.status) {
        return member.name + " has not reported yet";
    }
    if (member.status->state != State::running) {
        return member.name + " is " + member.status->state_text;
    }
    if (view.facts.fresh && (!member.rest || member.rest->state != State::running)) {
        return member.name + (member.rest ? " says that it is " + member.rest->state_text
                                          : std::string(" does not answer"));
    }
    if (member.holds_lock) {
        return member.status->role == Role::primary ? "" : member.name + " is being promoted";
    }
    return replica_ailment(view, member);
}

const Member* find_unhealthy(const ClusterView& view) {
    const auto found = std::ranges::find_if(view.members, [&view](const Member& member) {
        return is_wanted(view, member) && !is_healthy(view, member);
    });
    return found == view.members.end() ? nullptr : &*found;
}

std::string interference(const ClusterView& view) {
    if (view.config.config && find_bool(*view.config.config, {"pause"}).value_or(false)) {
        return "Patroni is paused: somebody works on the cluster by hand";
    }
    if (view.failover.pending()) {
        return "a hand-over is under way";
    }
    return "";
}

std::string obstacle_to_disruption(const ClusterView& view) {
    if (std::string others = interference(view); !others.empty()) {
        return others;
    }
    if (view.primary() == nullptr) {
        return "no primary: Patroni has to elect one first";
    }
    for (const Member& member : view.members) {
        const bool hands_over_first = member.holds_lock && view.members.size() > 1;
        const bool replaceable = member.stale && is_stuck(view, member) && !hands_over_first;
        if (is_wanted(view, member) && !replaceable && !is_healthy(view, member)) {
            return ailment(view, member) + ": one member down at a time";
        }
    }
    return "";
}

std::string bar_to_leading(const ClusterView& view, const Member& member) {
    if (std::string ill = ailment(view, member); !ill.empty()) {
        return ill;
    }
    const bool barred = find_bool(member.status->tags, {"nofailover"}).value_or(false);
    return barred ? member.name + " is tagged nofailover" : "";
}

const Member* find_heir(const ClusterView& view, bool (*among)(const ClusterView&, const Member&)) {
    const Member* heir = nullptr;
    const auto rank = [](const Member& member) {
        return std::tuple(!member.stale, member.synchronous,
                          member.status->written.value_or(patroni::Lsn{}), -member.ordinal);
    };
    for (const Member& member : view.members) {
        const bool may_lead = !member.holds_lock && among(view, member) &&
                              bar_to_leading(view, member).empty() &&
                              (!is_synchronous_mode(view) || member.synchronous);
        if (may_lead && (heir == nullptr || rank(member) > rank(*heir))) {
            heir = &member;
        }
    }
    return heir;
}

bool is_synchronous_mode(const ClusterView& view) {
    return !view.sync.leader.empty();
}

bool is_wanted(const ClusterView& view, const Member& member) {
    return member.ordinal < view.wanted;
}

}  // namespace bestgres::plan
