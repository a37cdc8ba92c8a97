// Patroni's objects as a member has them in its caches: parsed once a resource version, shared
// between cache, views and copies of the member, never changed.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/json.hpp"
#include "lib/base/time.hpp"
#include "lib/kube/object.hpp"

namespace bestgres::fakepatroni {

using LsnBytes = std::uint64_t;

// `<scope>-leader`. Texts are kept as they stand: a renewal is recognised by any of the five.
struct LeaderRecord {
    std::string version = {};
    std::string holder = {};
    std::string ttl = {};
    std::string renew_time = {};
    std::string acquire_time = {};
    std::string transitions = {};
    LsnBytes optime = 0;
    std::map<std::string, LsnBytes> slots = {};
    std::map<std::string, std::string> failsafe = {};  // member -> its REST address

    // Whether the five words of the lock are the same.
    bool same_lock(const LeaderRecord& other) const;
    bool operator==(const LeaderRecord&) const = default;
};

struct HistoryLine {
    std::int64_t timeline = 0;
    LsnBytes lsn = 0;
    std::string reason = {};
    std::string at = {};
    std::string new_leader = {};

    bool operator==(const HistoryLine&) const = default;
};

// `<scope>-config`.
struct ConfigRecord {
    std::string version = {};
    std::optional<std::string> initialize = std::nullopt;
    std::optional<Json> config = std::nullopt;
    std::vector<HistoryLine> history = {};

    bool operator==(const ConfigRecord&) const = default;
};

// `<scope>-sync`.
struct SyncRecord {
    std::string version = {};
    std::string leader = {};  // empty: synchronous mode is off
    std::vector<std::string> standbys = {};
    std::int64_t quorum = 0;

    bool is_standby(const std::string& name) const;
    // A standby or the leader.
    bool names(const std::string& name) const { return name == leader || is_standby(name); }
    bool operator==(const SyncRecord&) const = default;
};

// `<scope>-failover`.
struct FailoverRecord {
    std::string version = {};
    std::string leader = {};
    std::string candidate = {};
    std::string scheduled_at = {};
    std::optional<Instant> due = std::nullopt;

    bool pending() const { return !leader.empty() || !candidate.empty() || !scheduled_at.empty(); }
    bool operator==(const FailoverRecord&) const = default;
};

struct Tags {
    bool nofailover = false;
    bool clonefrom = false;
    bool noloadbalance = false;
    bool nosync = false;
    bool nostream = false;
    std::int64_t failover_priority = 1;
    std::int64_t sync_priority = 1;
    std::string replicatefrom = {};

    bool operator==(const Tags&) const = default;
};
Tags parse_tags(const Json& tags);

// A pod with the status that its member wrote.
struct MemberRecord {
    std::string version = {};
    std::string name = {};
    std::string role_label = {};
    std::optional<std::int64_t> group = std::nullopt;  // of a sharded cluster
    std::string status_text = {};                      // as written; empty where nothing was
    std::string api_url = {};
    std::string conn_url = {};
    std::string state = {};
    std::string role = {};
    Tags tags = {};
    std::optional<LsnBytes> position = std::nullopt;  // xlog_location
    std::optional<LsnBytes> received = std::nullopt;  // v4 replicas
    std::optional<LsnBytes> replayed = std::nullopt;
    std::optional<std::int64_t> timeline = std::nullopt;
    bool checkpointed_after_promotion = true;
    Json status = Json::object();

    bool running() const { return state == "running"; }
    bool operator==(const MemberRecord&) const = default;
};

LeaderRecord parse_leader(const kube::Object& object);
ConfigRecord parse_config(const kube::Object& object);
SyncRecord parse_sync(const kube::Object& object);
FailoverRecord parse_failover(const kube::Object& object);
MemberRecord parse_member(const kube::Object& pod, const std::string& role_key);

}  // namespace bestgres::fakepatroni
