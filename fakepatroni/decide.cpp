#include "fakepatroni/decide.hpp"

#include <algorithm>

namespace bestgres::fakepatroni {
namespace {

const Peer* find_peer(const Seen& seen, const std::string& name) {
    const auto found = std::find_if(seen.peers.begin(), seen.peers.end(),
                                    [&](const Peer& peer) { return peer.name == name; });
    return found == seen.peers.end() ? nullptr : &*found;
}

std::uint64_t position_of(const Peer& peer) {
    return peer.status.written ? peer.status.written->bytes : 0;
}

// Ties go to the smaller name, so that a race has one outcome whatever the order of the loops.
bool is_healthiest(const Local& local, const Seen& seen) {
    return std::none_of(seen.peers.begin(), seen.peers.end(), [&](const Peer& peer) {
        const bool eligible = peer.pod_runs && peer.status.state == patroni::State::running;
        const std::uint64_t position = position_of(peer);
        return eligible && (position > local.disk.lsn ||
                            (position == local.disk.lsn && peer.name < local.name));
    });
}

Decision without_data(const Local& local, const Seen& seen, bool held) {
    if (held && seen.leader.holder != local.name) {
        return {Action::copy, "the disk is empty and " + seen.leader.holder + " leads"};
    }
    if (!seen.config.initialize) {
        return {Action::begin_bootstrap, "nobody has initialized the cluster"};
    }
    return {Action::wait, "waiting for the leader to bootstrap"};
}

Decision as_leader(const Local& local, const Seen& seen) {
    if (!local.runs) {
        return {Action::start, "starting the primary after a failure"};
    }
    const patroni::FailoverRequest& request = seen.failover;
    const bool asked =
        request.pending() && (request.leader.empty() || request.leader == local.name);
    const Peer* heir = find_peer(seen, request.candidate);
    if (asked && heir != nullptr && heir->pod_runs &&
        heir->status.state == patroni::State::running) {
        return {Action::hand_over, "a switchover to " + request.candidate + " was asked for"};
    }
    return {Action::renew, "the leader with the lock"};
}

Decision without_leader(const Local& local, const Seen& seen) {
    if (!local.runs) {
        return {Action::start, "starting as a standby: the cluster has no leader"};
    }
    const std::string& candidate = seen.failover.candidate;
    if (candidate == local.name) {
        return {Action::acquire, "the candidate of the switchover"};
    }
    const Peer* heir = find_peer(seen, candidate);
    if (heir != nullptr && heir->pod_runs) {
        return {Action::wait, candidate + " is to take over"};
    }
    if (is_healthiest(local, seen)) {
        return {Action::acquire, "the healthiest member of a cluster without a leader"};
    }
    return {Action::wait, "another member is healthier"};
}

}  // namespace

Timing timing_of(const Seen& seen) {
    Timing timing;
    if (seen.config.config) {
        timing.ttl = std::chrono::seconds(find_int(*seen.config.config, {"ttl"}).value_or(30));
        timing.loop_wait =
            std::chrono::seconds(find_int(*seen.config.config, {"loop_wait"}).value_or(10));
    }
    return timing;
}

bool lock_is_held(const Local& local, const Seen& seen, Instant now) {
    return !seen.leader.holder.empty() && now < local.leader_seen_changing + timing_of(seen).ttl;
}

Decision decide(const Local& local, const Seen& seen, Instant now) {
    const bool held = lock_is_held(local, seen, now);
    if (local.work == Work::initdb && now >= local.work_ends) {
        return {Action::finish_bootstrap, "initdb is done"};
    }
    if (local.work != Work::none && now < local.work_ends && seen.leader.holder != local.name) {
        return {Action::wait, "busy"};
    }
    if (!local.disk.initialized) {
        return without_data(local, seen, held);
    }
    if (held && seen.leader.holder == local.name) {
        return as_leader(local, seen);
    }
    if (local.primary) {
        return {Action::demote, "the lock is not held any more"};
    }
    if (!held) {
        return without_leader(local, seen);
    }
    if (!local.runs) {
        return {Action::start, "starting as a standby of " + seen.leader.holder};
    }
    return {Action::follow, "following " + seen.leader.holder};
}

}  // namespace bestgres::fakepatroni
