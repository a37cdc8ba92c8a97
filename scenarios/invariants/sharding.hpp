// What laws ask about sharded clusters: their groups as processes and tables have them, whatever
// the resources say.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "fakepatroni/citus_tables.hpp"
#include "scenarios/invariants/members.hpp"

namespace bestgres::scenarios {

using fakepatroni::CitusNode;
using fakepatroni::CitusTables;
using fakepatroni::GroupId;

// A group of a scope.
struct GroupKey {
    std::string scope;
    GroupId group = 0;

    auto operator<=>(const GroupKey&) const = default;
};
std::string to_string(const GroupKey& key);  // "group 2 of shop"

// Of each group with a server that takes writes, that server; of several the one on the highest
// timeline.
std::map<GroupKey, MemberTruth> primaries(const Truth& truth);
// Of one scope.
std::map<GroupId, MemberTruth> primaries_in(const Truth& truth, const std::string& scope);
std::set<std::string> scopes(const Truth& truth);

// What Citus says there; null: it does not run.
const CitusTables* tables_of(const MemberTruth& member);
// The address that clients and other nodes reach the member's PostgreSQL at; empty: none is known.
std::string address_of(const Truth& truth, const MemberTruth& member);

// Tables of nodes that are registered and have metadata, by group; the coordinator's own first.
std::map<GroupId, const CitusTables*> metadata_in(const std::map<GroupId, MemberTruth>& primaries);

// The coordinator's cluster is being deleted, or is gone: the groups go with it.
bool whole_cluster_goes(const Truth& truth, const std::string& scope);
// Group and scope of a BGCluster; absent where it is a cluster of its own.
std::optional<GroupKey> group_of(const kube::Object& cluster);
std::optional<GroupKey> group_of_cluster(const Truth& truth, const ClusterId& id);

// Scopes where a new primary lacked the end of its predecessor's log: anything that stood there may
// be lost, here or, where it was one part of a transaction, on other nodes.
class LostLogs {
public:
    void on(const Occurrence& occurrence, const Truth& truth);
    bool in(const std::string& scope) const { return scopes_.contains(scope); }
    void hash_into(Hasher& hasher) const;

private:
    bool sharded_ = false;  // something here is
    std::map<GroupKey, fakepatroni::Mark> logs_;
    std::set<std::string> scopes_;
};

std::string host_and_port(const CitusNode& node);

}  // namespace bestgres::scenarios
