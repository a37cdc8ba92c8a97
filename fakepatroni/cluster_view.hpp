// The cluster as one pass of a member's HA loop sees it: read from the caches once, at its start,
// and the same until its end, whatever happens meanwhile.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "fakepatroni/records.hpp"

namespace bestgres::fakepatroni {

// Another group of the same sharded cluster. Nobody judges here whether its lock has expired.
struct GroupView {
    std::string leader = {};
    std::vector<std::shared_ptr<const MemberRecord>> members = {};  // by name

    const MemberRecord* leader_member() const;
};

struct ClusterView {
    std::shared_ptr<const LeaderRecord> leader_object = nullptr;  // null: there is none
    std::shared_ptr<const ConfigRecord> config = nullptr;
    std::shared_ptr<const SyncRecord> sync = nullptr;
    std::shared_ptr<const FailoverRecord> failover = nullptr;
    std::vector<std::shared_ptr<const MemberRecord>> members = {};  // every pod, by name
    std::string leader = {};  // who holds a lock that has not expired; empty: nobody
    std::map<std::int64_t, GroupView> groups = {};  // the other ones, where there are groups

    bool unlocked() const { return leader.empty(); }
    const MemberRecord* find_member(const std::string& name) const;
    // Of the leader, if its pod is known.
    const MemberRecord* leader_member() const { return find_member(leader); }
    // The highest position that a leader published.
    LsnBytes optime() const { return leader_object ? leader_object->optime : 0; }
    // By the history: one more than the last line's; 0 where nothing is known.
    std::int64_t timeline() const;

    // The initialize key. Absent, empty (a bootstrap is under way) or a system identifier.
    const std::string* initialize() const;
    bool initialized() const;
    bool sync_is_active() const { return sync && !sync->leader.empty(); }
    bool failover_pending() const { return failover && failover->pending(); }
};

}  // namespace bestgres::fakepatroni
