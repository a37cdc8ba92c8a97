// Citus inside one server as a value: statements that reach over several nodes, the maintenance
// daemon and the background jobs. It lives as long as the server's process; what must survive it
// is in the tables. Its owner asks for the next action until there is none, carries each out, and
// tells what came of it.
//
//   statement -> plan (citus_operation) -> prepare on other nodes -> commit here -> commit there
//
// Whoever stops between these leaves prepared transactions, which the daemon of the node that
// began them ends. A move has commits of its own before its last transaction: what it made on the
// way stands in pg_dist_cleanup.
//
// Not modelled: colocated tables that move together, writes through other nodes than the one that
// is asked, DDL beside the making of tables, more than one background task at a time.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "fakepatroni/citus_operation.hpp"
#include "lib/base/hash.hpp"

namespace bestgres::fakepatroni {

using RunId = std::uint64_t;
using RemoteId = std::uint64_t;

enum class RemoteVerb : std::uint8_t { run, prepare, commit_prepared, roll_back_prepared, look };

// From one server to another one, over a connection of its own. It goes to a name and a port:
// whoever answers there is believed.
struct RemoteRequest {
    RemoteId id = 0;
    std::string host = {};
    int port = 5432;
    RemoteVerb verb = RemoteVerb::run;
    std::string gid = {};
    Changes changes = {};
    Duration patience{};

    bool operator==(const RemoteRequest&) const = default;
};
struct RemoteAnswer {
    RemoteId id = 0;
    std::string failure = {};                             // empty: done
    std::shared_ptr<const CitusTables> tables = nullptr;  // what a look saw
};

// Who waits for the end of a run.
struct ByStatement {
    std::uint64_t call = 0;
};
struct ByPatroni {};
struct ByDaemon {};
struct ByTask {
    JobId job = 0;
    std::int64_t task = 0;
};
using RunFor = std::variant<ByStatement, ByPatroni, ByDaemon, ByTask>;

// To be committed on this server; committed() says when it is safe.
struct CommitHere {
    RunId run = 0;
    Changes changes = {};
};
struct RunEnded {
    RunFor whom = {};
    Result<std::vector<postgres::Row>, StatementFailure> outcome;
};
using CitusAction = std::variant<CommitHere, RemoteRequest, RunEnded>;

struct CitusTimings {
    Duration copy = std::chrono::seconds(2);         // of one shard
    Duration connection = std::chrono::seconds(30);  // citus.node_connection_timeout
    Duration recovery = std::chrono::seconds(60);    // citus.recover_2pc_interval
    Duration sync_retry = std::chrono::seconds(5);   // citus.metadata_sync_retry_interval
    Duration cleanup = std::chrono::seconds(15);     // citus.defer_shard_delete_interval
    Duration look_again = std::chrono::seconds(5);   // at a prepared transaction in the way
};

class CitusServer {
public:
    struct View {  // of the server at this moment
        Instant now;
        const CitusTables& tables;
        bool locks_held = false;  // somebody's long transaction has locked every shard
    };

    // The server takes writes from now on; `name` and the time make its transactions' names.
    void start(const std::string& name, Instant now);
    // Its process is gone, or it is a standby.
    void stop();
    bool runs() const { return !prefix_.empty(); }

    void begin(CitusOperation operation, RunFor whom, Instant now);
    // Patroni's connection is gone: its transaction is rolled back.
    void end_session();
    // Somebody terminates sessions that have idled for `idle` in a transaction that locks nodes;
    // Patroni learns of it with its next statement.
    void end_idle_session(Duration idle, Instant now);

    std::optional<CitusAction> next(const View& view);
    void committed(RunId run);
    void answered(const RemoteAnswer& answer);
    // When next() may have something to do without being told anything.
    std::optional<Instant> next_due() const { return due_; }

    // Groups whose writes wait for Patroni's open transaction, and since when.
    const std::map<GroupId, Instant>& paused() const { return paused_; }
    bool moves_shards() const;
    void set_timings(const CitusTimings& timings) { timings_ = timings; }
    std::uint64_t hash() const;

private:
    enum class Stage : std::uint8_t {
        begin,
        one_phase,
        preparing,
        committing,
        ending,
        next_move,
        move_recorded,
        source_seen,
        copy_made,
        copying,
        blocking,
        source_seen_again,
        caught_up,
        switching,
        looked,
        resolving,
        told,
        noted,
        over,
    };
    // Of a request that belongs to no part of the transaction.
    static constexpr std::size_t no_part = ~std::size_t{0};

    struct Run {
        RunId id = 0;
        CitusOperation operation = {};
        RunFor whom = {};
        Instant since{};
        Stage stage = Stage::begin;
        // What it waits for.
        std::map<RemoteId, std::pair<std::size_t, Instant>> open = {};  // its part, and until when
        std::optional<Instant> due = {};
        bool commits_here = false;
        // What has come of it.
        std::optional<StatementFailure> failure = {};
        std::vector<postgres::Row> rows = {};
        std::map<std::size_t, std::string> failed = {};  // parts
        std::shared_ptr<const CitusTables> seen = nullptr;
        // Its transaction.
        DistributedChange change = {};
        std::string gid = {};
        bool locks_metadata = false;
        std::vector<Placement> writes = {};
        // Moves that are still to be made; the first is under way.
        std::deque<MoveShard> moves = {};
        bool keeps_source = false;
        std::int64_t cleanup = 0;
        std::optional<ShardId> blocks = {};
        // Recovery.
        std::set<std::pair<GroupId, std::string>> records = {};
        std::vector<std::string> gids = {};
        // A node that is told what the others are: what it was told.
        std::map<NodeId, CitusNode> told = {};
        // A count: the copies that it reads, and what every copy had that was seen.
        std::set<Placement> counted = {};
        std::map<Placement, RowSum> copies = {};

        bool waits(Instant now) const {
            return commits_here || !open.empty() || (due && *due > now);
        }
    };

    // citus_server.cpp
    bool step(Run& run, const View& view);
    // citus_statements.cpp
    void begin_run(Run& run, const View& view);
    void begin_insert(Run& run, const View& view);
    void begin_count(Run& run, const View& view);
    static void note_copies(Run& run, GroupId group, const CitusTables& tables);
    void end_count(Run& run);
    void begin_update(Run& run, const View& view);
    void end_transaction(Run& run, bool commits);
    void take_plan(Run& run, Planned planned);
    // citus_server.cpp
    void commit(Run& run);
    void step_commit(Run& run);
    void after_commit(Run& run, const View& view);
    void fail(Run& run, StatementFailure failure);
    void send(Run& run, std::size_t part, RemoteRequest request);
    void commit_here(Run& run, Changes changes);
    bool metadata_is_locked(RunId by) const;
    bool is_written_to(GroupId group) const;
    bool is_blocked(const std::vector<Placement>& placements) const;
    void cut_off_writers(GroupId group);
    void give_up_overdue(Instant now);
    void note_due(const View& view);
    // citus_moves.cpp
    void begin_moves(Run& run, const View& view);
    bool step_move(Run& run, const View& view);
    void next_move(Run& run, const View& view);
    void see_source_again(Run& run, const View& view);
    void catch_up(Run& run, const View& view);
    void switch_placement(Run& run, const View& view);
    void look_at(Run& run, NodeId node, const View& view);
    void tell(Run& run, NodeId node, Changes changes, const View& view);
    // citus_daemon.cpp
    void run_daemon(const View& view);
    void begin_syncs(const View& view);
    void begin_task(const View& view);
    bool step_daemon(Run& run, const View& view);
    void step_recovery(Run& run, const View& view);
    void step_cleanup(Run& run, const View& view);
    void step_sync(Run& run, const View& view);
    bool is_active(const std::string& gid) const;
    bool is_under_way(const CleanupRecord& record) const;
    template <class Operation>
    bool runs_any() const;

    CitusTimings timings_;
    Instant now_{};  // of the last view
    GroupId local_group_ = 0;
    std::string prefix_;  // of the names of its transactions; empty: it does not run
    std::uint64_t counter_ = 0;
    std::map<RunId, Run> runs_;
    bool in_transaction_ = false;  // Patroni's session
    bool session_is_cut_ = false;  // likewise
    Instant last_of_session_{};    // when Patroni last said something in it
    DistributedChange pending_;    // of it
    std::map<GroupId, Instant> paused_;
    std::deque<CitusAction> actions_;
    std::map<NodeId, Instant> sync_retry_;
    Instant recovery_due_{};
    Instant cleanup_due_{};
    bool tasks_are_stale_ = false;
    std::optional<Instant> due_;
};

}  // namespace bestgres::fakepatroni
