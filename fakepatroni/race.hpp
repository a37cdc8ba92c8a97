// Who may take a free lock, and to whom a leader may hand it: Patroni's leader race and its manual
// hand-overs as questions over values. Each answer comes with its sentence.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fakepatroni/cluster_view.hpp"
#include "fakepatroni/dynamic_config.hpp"
#include "fakepatroni/member_io.hpp"

namespace bestgres::fakepatroni {

// What GET /patroni of a member said.
struct PeerStatus {
    std::string name = {};
    bool reachable = false;
    bool primary = false;
    LsnBytes position = 0;  // of a standby: what it has received or replayed, whichever is more
    std::int64_t timeline = 0;
    Tags tags = {};
    bool watchdog_failed = false;

    // Why it cannot take over; nothing: it can.
    bool can_take_over() const { return reachable && !tags.nofailover && !watchdog_failed; }
    bool operator==(const PeerStatus&) const = default;
};
// `nothing` stands for a peer that did not answer in time.
PeerStatus peer_status(const std::string& name, const std::optional<RestReply>& reply,
                       const Traits& traits);

// What a member knows of itself when it thinks about the race.
struct Candidate {
    std::string name = {};
    std::string system_identifier = {};
    bool primary = false;   // its Postgres runs as one
    bool starting = false;  // its Postgres is on its way up
    LsnBytes position = 0;
    std::int64_t timeline = 0;
    Tags tags = {};
    bool gave_lock_back = false;  // a pre_promote script failed less than ttl ago

    bool operator==(const Candidate&) const = default;
};

struct RaceInput {
    const Candidate& me;
    const ClusterView& view;
    const ClusterView& last_led;  // the last view that had a leader
    const DynamicConfig& config;
    const Traits& traits;
    const std::map<std::string, std::string>& failsafe;  // the last list that was seen
};

struct Opponent {
    std::string name;
    std::string api_url;

    bool operator==(const Opponent&) const = default;
};

// The first half of the race: what can be said without asking anybody.
struct RaceOpening {
    enum class Verdict {
        no,
        yes,
        ask_all,             // the outcome hangs on `opponents`
        ask_candidate,       // of a hand-over: whether it is healthy
        ask_if_others_could  // the former leader: only when nobody else can
    };
    Verdict verdict = Verdict::no;
    std::vector<Opponent> opponents = {};
    bool checks_lag = true;
    std::string because = {};
};
RaceOpening open_race(const RaceInput& input);
// After `ask_candidate` found the candidate unhealthy: a race of all but the former leader, or the
// former leader's last resort.
RaceOpening reopen_race(const RaceInput& input);

struct Verdict {
    bool yes = false;
    std::string because = {};
};
// The second half, with what the opponents said.
Verdict is_healthiest(const RaceInput& input, const RaceOpening& opening,
                      const std::vector<PeerStatus>& statuses);

// Those to whom the leader `me` may hand over. A manual failover without a leader field may reach
// asynchronous members.
std::vector<Opponent> failover_candidates(const RaceInput& input, bool without_named);
// Whether one of them can take over: it has `shutdown_lsn`, or, if that is 0, lags within bounds.
Verdict failover_is_possible(const RaceInput& input, const std::vector<PeerStatus>& statuses,
                             LsnBytes shutdown_lsn);

}  // namespace bestgres::fakepatroni
