#include "fakepatroni/race.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bestgres::fakepatroni {
namespace {

using Opening = RaceOpening::Verdict;

RaceOpening closed(bool yes, std::string because) {
    return {.verdict = yes ? Opening::yes : Opening::no,
            .opponents = {},
            .checks_lag = true,
            .because = std::move(because)};
}

bool lags(const RaceInput& input, LsnBytes position) {
    const auto lag =
        static_cast<std::int64_t>(input.view.optime()) - static_cast<std::int64_t>(position);
    return lag > input.config.maximum_lag_on_failover;
}

void add_opponent(std::vector<Opponent>& opponents, const Opponent& one) {
    const bool known = std::any_of(opponents.begin(), opponents.end(),
                                   [&](const Opponent& other) { return other.name == one.name; });
    if (!known && !one.api_url.empty()) {
        opponents.push_back(one);
    }
}

bool sync_allows(const RaceInput& input, const std::string& name) {
    const SyncRecord& sync = *input.view.sync;
    return sync.is_standby(name) || (input.traits.sync_leader_races && name == sync.leader);
}

void add_members(const RaceInput& input, const ClusterView& view, std::vector<Opponent>& out) {
    const bool sync = input.config.synchronous() && input.view.sync_is_active();
    for (const auto& member : view.members) {
        const bool in_race = member->name != input.me.name && !member->tags.nofailover &&
                             (!sync || input.view.sync->names(member->name));
        if (in_race) {
            add_opponent(out, {member->name, member->api_url});
        }
    }
}

RaceOpening race_of_all(const RaceInput& input) {
    RaceOpening opening{.verdict = Opening::ask_all,
                        .opponents = {},
                        .checks_lag = true,
                        .because = "the lock is free"};
    add_members(input, input.last_led, opening.opponents);
    if (input.config.failsafe_mode) {
        for (const auto& [name, url] : input.failsafe) {
            if (name != input.me.name) {
                add_opponent(opening.opponents, {name, url});
            }
        }
    }
    add_members(input, input.view, opening.opponents);
    return opening;
}

// A hand-over was asked for, and the old leader has let go.
RaceOpening race_after_request(const RaceInput& input) {
    const FailoverRecord& asked = *input.view.failover;
    if (asked.candidate == input.me.name) {
        return closed(true, "the candidate of the hand-over");
    }
    if (!asked.candidate.empty()) {
        if (input.config.pause) {
            return closed(false, "paused: only the candidate may take over");
        }
        if (!asked.leader.empty() && input.config.synchronous() && input.view.sync &&
            !input.view.sync->names(input.me.name)) {
            return closed(false, "not a synchronous member, and a switchover is under way");
        }
        const MemberRecord* candidate = input.view.find_member(asked.candidate);
        if (candidate != nullptr && !candidate->api_url.empty()) {
            return {.verdict = Opening::ask_candidate,
                    .opponents = {{candidate->name, candidate->api_url}},
                    .checks_lag = false,
                    .because = asked.candidate + " is to take over"};
        }
    } else if (input.config.pause) {
        return closed(false, "paused, and the hand-over names no candidate");
    }
    return reopen_race(input);
}

}  // namespace

PeerStatus peer_status(const std::string& name, const std::optional<RestReply>& reply,
                       const Traits& traits) {
    PeerStatus status;
    status.name = name;
    const auto parsed = reply ? parse_json(reply->body) : Result<Json>(Json());
    if (!reply || !parsed.ok() || !parsed->is_object()) {
        return status;
    }
    status.reachable = true;
    const auto location = find_int(*parsed, {"xlog", "location"});
    const std::string role = string_at(*parsed, {"role"});
    const bool says_primary = role == "primary" || role == "master";
    status.primary = location.has_value() || (traits.role_word_counts_as_primary && says_primary);
    const auto received = find_int(*parsed, {"xlog", "received_location"}).value_or(0);
    const auto replayed = find_int(*parsed, {"xlog", "replayed_location"}).value_or(0);
    status.position = static_cast<LsnBytes>(location ? *location : std::max(received, replayed));
    status.timeline = find_int(*parsed, {"timeline"}).value_or(0);
    status.tags = parse_tags(object_at(*parsed, {"tags"}));
    status.watchdog_failed = find_bool(*parsed, {"watchdog_failed"}).value_or(false);
    return status;
}

RaceOpening reopen_race(const RaceInput& input) {
    const FailoverRecord& asked = *input.view.failover;
    if (!asked.leader.empty() && asked.leader == input.me.name) {
        return {.verdict = Opening::ask_if_others_could,
                .opponents = failover_candidates(input, !asked.candidate.empty()),
                .checks_lag = true,
                .because = "the former leader stands back unless it is alone"};
    }
    RaceOpening opening{.verdict = Opening::ask_all,
                        .opponents = {},
                        .checks_lag = false,
                        .because = "a hand-over to anybody but the former leader"};
    for (const auto& member : input.view.members) {
        if (member->name != input.me.name && member->name != asked.leader &&
            !member->tags.nofailover) {
            add_opponent(opening.opponents, {member->name, member->api_url});
        }
    }
    return opening;
}

RaceOpening open_race(const RaceInput& input) {
    const Candidate& me = input.me;
    const bool asked = input.view.failover_pending() && input.view.failover->scheduled_at.empty();
    if (me.gave_lock_back) {
        return closed(false, "gave the lock back a moment ago");
    }
    if (input.config.pause && asked && !me.tags.nofailover) {
        return race_after_request(input);
    }
    if (me.starting) {
        return closed(false, "postgres is still starting");
    }
    if (me.primary && input.config.pause) {
        return closed(!input.view.initialized() || *input.view.initialize() == me.system_identifier,
                      "paused: a running primary of this cluster may take the lock");
    }
    if (me.primary) {
        const bool stale =
            input.traits.primary_checks_timeline && me.timeline < input.view.timeline();
        return closed(
            !stale, stale ? "another timeline has been promoted meanwhile" : "the running primary");
    }
    if (input.config.pause) {
        return closed(false, "paused");
    }
    if (me.tags.nofailover) {
        return closed(false, "the tag nofailover");
    }
    const bool sync = input.config.synchronous() && input.view.sync_is_active();
    if (input.view.failover_pending()) {
        const bool switchover = !input.view.failover->leader.empty();
        return switchover && sync && !input.view.sync->names(me.name)
                   ? closed(false, "not in /sync, and a switchover is under way")
                   : race_after_request(input);
    }
    if (input.config.failsafe_mode && !input.failsafe.empty() &&
        input.failsafe.count(me.name) == 0) {
        return closed(false, "not in the failsafe list");
    }
    if (sync && input.config.synchronous_mode == SyncMode::on && !sync_allows(input, me.name)) {
        return closed(false, "not a synchronous standby");
    }
    return race_of_all(input);
}

Verdict is_healthiest(const RaceInput& input, const RaceOpening& opening,
                      const std::vector<PeerStatus>& statuses) {
    const Candidate& me = input.me;
    if (opening.checks_lag && lags(input, me.position)) {
        return {false, "its own lag exceeds maximum_lag_on_failover"};
    }
    if (input.config.check_timeline && me.timeline < input.view.timeline()) {
        return {false, "its timeline is behind the cluster's"};
    }
    const bool sync = input.config.synchronous() && input.view.sync_is_active();
    const bool quorum = sync && input.config.synchronous_mode == SyncMode::quorum;
    std::int64_t votes = quorum && input.view.sync->names(me.name) ? 0 : -1;
    for (const PeerStatus& peer : statuses) {
        if (!peer.can_take_over()) {
            continue;
        }
        if (peer.primary) {
            return {false, fmt::format("the primary {} is still alive", peer.name)};
        }
        const bool former = sync && peer.name == input.view.sync->leader;
        if (peer.position > me.position && !former) {
            return {false, fmt::format("{} has more", peer.name)};
        }
        const bool yields = input.traits.former_leader_yields && peer.name == input.last_led.leader;
        if (input.traits.failover_priority && peer.position == me.position && !yields &&
            peer.tags.failover_priority > me.tags.failover_priority) {
            return {false, fmt::format("{} has a higher priority", peer.name)};
        }
        const bool voter = quorum && input.view.sync->is_standby(peer.name);
        votes += voter && peer.position > 0 && peer.position <= me.position ? 1 : 0;
    }
    if (quorum && me.name != input.view.sync->leader && votes < input.view.sync->quorum) {
        return {false, fmt::format("{} votes, the quorum is {}", votes, input.view.sync->quorum)};
    }
    return {true, "the healthiest member"};
}

std::vector<Opponent> failover_candidates(const RaceInput& input, bool without_named) {
    const bool asked = input.view.failover_pending();
    const std::string named = asked ? input.view.failover->candidate : "";
    const bool to_anybody =
        asked && input.view.failover->leader.empty() && input.traits.failover_reaches_async;
    const bool sync = input.config.synchronous() && input.view.sync_is_active();
    std::vector<Opponent> out;
    for (const auto& member : input.view.members) {
        const bool eligible =
            member->name != input.me.name && !member->tags.nofailover &&
            (!sync || to_anybody || input.view.sync->is_standby(member->name)) &&
            (named.empty() || (without_named ? member->name != named : member->name == named));
        if (eligible) {
            add_opponent(out, {member->name, member->api_url});
        }
    }
    return out;
}

Verdict failover_is_possible(const RaceInput& input, const std::vector<PeerStatus>& statuses,
                             LsnBytes shutdown_lsn) {
    for (const PeerStatus& peer : statuses) {
        const bool behind =
            shutdown_lsn > 0 ? peer.position < shutdown_lsn : lags(input, peer.position);
        const bool old = input.config.check_timeline && peer.timeline < input.view.timeline();
        if (peer.can_take_over() && !behind && !old) {
            return {true, fmt::format("{} can take over", peer.name)};
        }
    }
    return {false, "no healthy member could take over"};
}

}  // namespace bestgres::fakepatroni
