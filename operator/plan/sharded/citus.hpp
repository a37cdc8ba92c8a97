// What a node of Citus is asked, and what it said, as values. Statements carry ids, so that a model
// answers them without a parser of SQL.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/time.hpp"
#include "lib/postgres/sql.hpp"
#include "operator/api/sharded.hpp"

namespace bestgres::plan {

// A row of pg_dist_node.
struct CitusNode {
    std::int64_t id = 0;
    std::int64_t group = 0;
    std::string host = {};
    std::int64_t port = 5432;
    bool primary = true;
    bool active = true;
    bool synced = true;
    bool takes_shards = true;

    bool operator==(const CitusNode&) const = default;
};

struct CitusPlacements {
    std::int64_t only = 0;        // of distributed tables, and tables that are one shard
    std::int64_t references = 0;  // copies of reference tables

    bool operator==(const CitusPlacements&) const = default;
};

struct CitusJob {
    std::int64_t id = 0;
    std::string state = {};  // pg_dist_background_job's word
    std::optional<Instant> ended = {};
    std::int64_t done = 0;
    std::int64_t total = 0;
    std::string message = {};

    bool active() const;
    bool operator==(const CitusJob&) const = default;
};

// How many, by group.
using CountByGroup = std::map<std::int64_t, std::int64_t>;

struct CitusReading {
    Instant at;
    std::string pod_uid;
    std::vector<CitusNode> nodes;
    std::map<std::int64_t, CitusPlacements> placements;
    CountByGroup prepared;              // prepared transactions here, by the group that began them
    std::int64_t foreign_prepared = 0;  // that are not Citus' own
    CountByGroup cleanups;              // copies that are still to be dropped on a group
    std::int64_t bytes = 0;             // of the database
    std::int64_t replicas = 0;          // of a shard at most
    std::int64_t local_tables = 0;
    std::vector<std::string> without_identity;
    std::optional<CitusJob> job;        // the last; of the coordinator alone
    std::optional<std::int64_t> moves;  // that a rebalance would begin, where that was asked

    const CitusNode* primary_of(std::int64_t group) const;
    // Any row of the group, its primary's first: Patroni 4 registers the others, too.
    const CitusNode* node_of(std::int64_t group) const;
    CitusPlacements of(std::int64_t group) const;
    bool operator==(const CitusReading&) const = default;
};

struct CitusQuestion {
    bool of_coordinator = false;
    bool moves = false;  // what would a rebalance do?
    api::RebalanceStrategy strategy = api::RebalanceStrategy::by_disk_size;
};
std::vector<postgres::Statement> citus_statements(const CitusQuestion& question);
// Absent: the rows are not those of the statements.
std::optional<CitusReading> read_citus(const CitusQuestion& question, const postgres::Rows& rows);

// Commands, on the coordinator. A lock is not waited for longer than a few seconds: Patroni holds
// one on pg_dist_node while a group changes its leader.
std::vector<postgres::Statement> set_takes_shards(const CitusNode& node, bool takes_shards);
std::vector<postgres::Statement> start_rebalance(const api::RebalanceSpec& spec, bool drain_only);
std::vector<postgres::Statement> cancel_job(std::int64_t job);
// No transaction takes a node along that is not active.
std::vector<postgres::Statement> disable_node(const CitusNode& node);
std::vector<postgres::Statement> activate_node(const CitusNode& node);
std::vector<postgres::Statement> remove_node(const CitusNode& node);
std::vector<postgres::Statement> add_node(const CitusNode& node);
std::vector<postgres::Statement> move_node(const CitusNode& node, const std::string& host);
std::vector<postgres::Statement> sync_metadata(const CitusNode& node);

}  // namespace bestgres::plan
