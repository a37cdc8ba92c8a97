// What Patroni publishes about a cluster in Kubernetes annotations, as values. Both forms are read:
// Patroni 3 says `master` where Patroni 4 says `primary`; nothing beyond parse.cpp sees the words.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/json.hpp"
#include "lib/base/time.hpp"
#include "lib/patroni/lsn.hpp"

namespace bestgres::patroni {

enum class Role {
    unknown,  // a word that neither version writes
    primary,  // "master" in Patroni 3; "promoted" while the promotion is being finished
    replica,
    standby_leader,
    demoted,        // it was the primary and is stopping or stopped
    uninitialized,  // its data directory is empty
};

std::string_view to_string(Role role);

// Groups of Patroni's state texts that call for different decisions.
enum class State {
    unknown,
    bootstrapping,     // initdb or a custom bootstrap is under way
    creating_replica,  // base backup is under way
    starting,
    running,
    restarting,
    stopping,
    stopped,
    crashed,
    failed,  // "start failed", "initdb failed" and their like
};

std::string_view to_string(State state);

// Why a setting is not in force; Patroni 4 says it, Patroni 3 does not.
struct PendingSetting {
    std::string old_value;
    std::string new_value;

    bool operator==(const PendingSetting&) const = default;
};

// The `status` annotation that a member's Patroni writes on its pod. Nothing expires it: a dead
// member's annotation says "running" for ever. Combine it with the pod's readiness and the lock.
struct MemberStatus {
    Role role = Role::unknown;
    State state = State::unknown;
    std::string state_text;  // as written
    std::string version;     // of Patroni
    std::string api_url;
    std::optional<std::int64_t> timeline;
    std::optional<Lsn> written;   // xlog_location: on a replica max(received, replayed)
    std::optional<Lsn> replayed;  // Patroni 4 replicas
    // "streaming" or "in archive recovery"; Patroni 3 publishes nothing.
    std::optional<std::string> replication_state;
    bool pending_restart = false;
    std::map<std::string, PendingSetting> pending_settings;  // empty from Patroni 3
    bool paused = false;
    Json tags = Json::object();

    bool operator==(const MemberStatus&) const = default;
};

// Annotations of `<scope>-leader`. Whether the lock is still valid cannot be read from one version
// of the object: only its not changing for `ttl` says that it has expired.
struct LeaderLock {
    std::string holder;  // empty: released
    Duration ttl{};
    std::string renew_time;  // only compared, as Patroni itself does
    std::string acquire_time;
    std::int64_t transitions = 0;
    std::optional<Lsn> optime;
    std::map<std::string, std::string> failsafe;  // member name -> REST address

    bool operator==(const LeaderLock&) const = default;
};

// Annotations of `<scope>-sync`.
struct SyncState {
    std::string leader;  // empty: synchronous mode is off
    std::vector<std::string> standbys;
    std::int64_t quorum = 0;

    bool contains(std::string_view member) const;
    bool operator==(const SyncState&) const = default;
};

struct HistoryEntry {
    std::int64_t timeline = 0;  // the one that ended
    Lsn switched_at;
    std::string reason;
    std::string at;
    std::string new_leader;

    bool operator==(const HistoryEntry&) const = default;
};

// Annotations of `<scope>-config`.
struct ConfigState {
    // Absent: nobody has begun. Empty: a member bootstraps, or died while it did. Else the system
    // identifier.
    std::optional<std::string> initialize;
    std::optional<Json> config;  // the dynamic configuration
    std::vector<HistoryEntry> history;

    bool operator==(const ConfigState&) const = default;
};

// Annotations of `<scope>-failover`: a hand-over that was asked for and not yet carried out.
struct FailoverRequest {
    std::string leader;
    std::string candidate;
    std::string scheduled_at;

    bool pending() const { return !leader.empty() || !candidate.empty(); }
    bool operator==(const FailoverRequest&) const = default;
};

// The answer of GET /patroni: what the member itself says now.
struct RestStatus {
    Role role = Role::unknown;
    State state = State::unknown;
    std::string state_text;
    std::string version;
    std::string scope;
    std::string name;  // empty from Patroni 3
    std::optional<std::int64_t> timeline;
    std::optional<Lsn> location;  // of a primary
    std::optional<Lsn> received;  // of a replica
    std::optional<Lsn> replayed;
    std::optional<std::string> replication_state;
    std::int64_t server_version = 0;  // 150020
    std::int64_t dcs_last_seen = 0;   // seconds since 1970
    std::string postmaster_started;   // as written: only compared; empty while nothing runs
    std::string system_identifier;
    bool pending_restart = false;
    bool paused = false;
    bool cluster_unlocked = false;
    bool failsafe_active = false;
    bool sync_standby = false;
    std::vector<std::string> streaming_standbys;  // application names that a primary feeds

    bool operator==(const RestStatus&) const = default;
};

}  // namespace bestgres::patroni
