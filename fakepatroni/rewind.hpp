// Whether a stopped or following member has to be rewound: Patroni's comparison of the local
// history with the leader's.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fakepatroni/dynamic_config.hpp"
#include "fakepatroni/records.hpp"
#include "fakepatroni/volume.hpp"

namespace bestgres::fakepatroni {

enum class RewindState : std::uint8_t {
    unknown,  // nothing calls for a check
    check,    // compare histories with the leader before following it
    not_needed,
    needed,
    done,
    failed,
};
std::string_view to_string(RewindState state);

// What a leader's Postgres says over a replication connection: IDENTIFY_SYSTEM, TIMELINE_HISTORY,
// pg_is_in_recovery().
struct UpstreamFacts {
    bool in_recovery = false;
    std::vector<Timeline> timelines = {};  // with their begins; the last is current
    Lsn position = {};

    bool operator==(const UpstreamFacts&) const = default;
};

// `timeline` and `position` are where the local history ends.
struct LocalHistory {
    std::int64_t timeline = 0;
    Lsn position = {};

    bool operator==(const LocalHistory&) const = default;
};

// Whether the local history has left the leader's.
bool has_diverged(const LocalHistory& local, const UpstreamFacts& leader);

struct RewindMeans {
    bool allowed = false;    // use_pg_rewind
    bool checksums = false;  // data checksums or wal_log_hints

    bool can_rewind() const { return allowed && checksums; }
};

enum class RewindAction {
    follow,  // just start or go on
    wait,    // the leader is in recovery or has not finished its checkpoint
    rewind,
    reinitialize,  // wipe and clone
    stay_behind,   // diverged, and nothing allows to mend it: it runs without streaming
};
struct RewindInput {
    RewindState state = RewindState::unknown;
    RewindMeans means = {};
    const DynamicConfig& config;
    bool leader_known = false;
    bool leader_checkpointed = false;  // after its promotion
    bool leader_in_recovery = false;
};
// What to do in a state other than `check`.
RewindAction rewind_action(const RewindInput& input);

}  // namespace bestgres::fakepatroni
