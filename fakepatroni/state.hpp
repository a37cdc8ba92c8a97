// What a modelled member knows: its disk, what runs, and the cluster as Patroni's objects show it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/json.hpp"
#include "lib/base/time.hpp"
#include "lib/patroni/member.hpp"

namespace bestgres::fakepatroni {

// The contents of a volume: survives the pod.
struct Disk {
    bool initialized = false;
    std::string system_identifier = {};
    std::int64_t timeline = 0;
    std::uint64_t lsn = 0;  // the last position that is safe on this disk

    bool operator==(const Disk&) const = default;
};

// Work that takes time; the HA loop goes on meanwhile, as Patroni's asynchronous executor lets it.
enum class Work { none, initdb, base_backup, promote, restart };

struct Local {
    std::string name = {};
    Disk disk = {};
    bool runs = false;     // Postgres does
    bool primary = false;  // and accepts writes
    Work work = Work::none;
    Instant work_ends = {};
    Json parameters_in_force = Json::object();  // of those that need a restart
    // The leader object as last seen to change, and when: the only clock that expires a lock.
    std::string leader_version = {};
    Instant leader_seen_changing = {};

    bool operator==(const Local&) const = default;
};

struct Peer {
    std::string name = {};
    patroni::MemberStatus status = {};
    bool pod_runs = false;

    bool operator==(const Peer&) const = default;
};

// One reading of all objects. A version is absent where the object does not exist.
struct Seen {
    patroni::ConfigState config = {};
    patroni::LeaderLock leader = {};
    patroni::FailoverRequest failover = {};
    std::map<std::string, std::string> versions = {};  // by suffix: "config", "leader", "failover"
    std::vector<Peer> peers = {};                      // other members

    bool operator==(const Seen&) const = default;
};

struct Timing {
    Duration ttl = std::chrono::seconds(30);
    Duration loop_wait = std::chrono::seconds(10);

    bool operator==(const Timing&) const = default;
};
Timing timing_of(const Seen& seen);

}  // namespace bestgres::fakepatroni
