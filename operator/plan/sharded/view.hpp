// One snapshot of a BGShardedCluster, in the words that its rules use.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "operator/api/sharded.hpp"
#include "operator/plan/effect.hpp"
#include "operator/plan/sharded/citus.hpp"

namespace bestgres::plan {

// Everything that a plan may depend on, as it was read.
struct ShardedFacts {
    Instant now;
    kube::Object resource;
    // BGClusters that are called like its groups, what carries their labels, the objects that the
    // groups' Patroni keeps, and BGDbOps on them.
    std::map<kube::Ref, kube::Object> objects;
    std::vector<kube::Object> operations;  // BGShardedDbOps that name it
    // Other BGClusters that would share an object with a group that has none yet.
    std::map<std::int64_t, std::vector<std::string>> rivals;
    std::map<std::int64_t, CitusReading> readings;  // by group
    std::uint64_t read_as = 0;      // ShardedView::ground of when Citus was last asked
    std::uint64_t balanced_as = 0;  // ShardedView::spread that Citus would not move anything of
    std::string failure;            // of the last step; empty after a success
    std::string silence;            // why Citus did not answer where it did not, the first
    std::vector<api::DecisionStatus> decisions;
};

struct ShardGroup {
    std::int64_t number = 0;
    std::string cluster;
    bool wanted = false;
    kube::Object child;                    // empty where it is missing or not ours
    bool stranger = false;                 // a BGCluster of that name is not ours
    std::optional<api::ClusterSpec> spec;  // of the child; absent where it cannot be read
    api::ClusterStatus status;
    std::optional<Target> leader;  // its primary, where it is ready
    bool has_pods = false;
    bool holds_volumes = false;
    std::vector<kube::Object> dcs;  // what its Patroni keeps

    bool exists() const { return !child.name().empty(); }
};

struct ShardedView {
    ShardedFacts facts;
    std::string ns;
    std::string name;
    api::Problems problems;
    std::optional<api::ShardedSpec> spec;  // absent: what is asked for is not valid
    bool paused = false;
    bool going = false;
    api::ShardedStatus previous;     // as last written
    std::vector<ShardGroup> groups;  // by number: all that are wanted or are there
    std::uint64_t ground = 0;        // changes where Citus has to be asked again
    std::uint64_t spread = 0;        // of nodes and placements as the coordinator said

    Instant now() const { return facts.now; }
    const kube::Object& resource() const { return facts.resource; }
    const ShardGroup* group(std::int64_t number) const;
    const CitusReading* reading(std::int64_t number) const;  // null: it has not answered
    // A removal that was begun, as the status says.
    const std::optional<api::RemovalStatus>& removal() const { return previous.removal; }
};

// Why a group cannot be made under its name; empty where it can.
std::string objection_to_name(const ShardedView& view, std::int64_t number);

ShardedView read_sharded_view(ShardedFacts facts);

}  // namespace bestgres::plan
