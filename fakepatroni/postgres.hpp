// One modelled PostgreSQL beside its Patroni, as a value: commands, commits and replicated WAL go
// in with `now`, events come out; nothing happens between `next_due()` times, so that an idle
// cluster costs nothing. It owns the volume while the pod mounts it.
//
//   Patroni: start, stop, promote, reload, checkpoint, initdb, base backup, rewind -> WorkEnded
//   clients: connect, begin_commit, run_sql                      -> CommitEnded, SqlEnded
//   world:   upstream_request / accept_standby / wal_for / receive / take_report: replication as
//            data between two instances; kill, faults, volume
//
// Not modelled: cascades of more than one step are only as good as the primary's rules, archives,
// logical replication, more than one transaction a session.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "fakepatroni/citus_server.hpp"
#include "fakepatroni/commits.hpp"
#include "fakepatroni/parameters.hpp"
#include "fakepatroni/postgres_types.hpp"
#include "fakepatroni/replication.hpp"
#include "fakepatroni/statements.hpp"
#include "fakepatroni/volume.hpp"
#include "lib/postgres/sql.hpp"

namespace bestgres::fakepatroni {

class Postgres {
public:
    Postgres(PostgresSettings settings, Volume volume);

    // When advance() has something to do; absent: never, unless something else comes in.
    std::optional<Instant> next_due() const;
    void advance(Instant now);
    // What has happened since the last call, in order.
    std::vector<PostgresEvent> take_events();

    // --- Patroni. An error means that the command was refused; else WorkEnded follows.
    Result<Done> start(const StartRequest& request, Instant now);
    Result<Done> stop(StopMode mode, Instant now);
    Result<Done> promote(Instant now);
    Result<Done> checkpoint(Instant now);
    // Takes effect at once; settings that need a restart stay as they are in force.
    void reload(const Configuration& configuration, Instant now);
    Result<Done> initdb(const InitRequest& request, Instant now);
    // The copy is made at its end: SourceWanted, then finish_base_backup with the source's volume.
    Result<Done> begin_base_backup(Instant now);
    void finish_base_backup(const Result<Volume>& source, Instant now);
    int backup_percent(Instant now) const;
    Result<Done> begin_rewind(Instant now);
    void finish_rewind(const Result<Volume>& source, Instant now);
    // Crash recovery of a stopped server in single-user mode, before a rewind.
    Result<Done> recover_single_user(Instant now);
    // Ends initdb, base backup or rewind without its result.
    void cancel_work(Instant now);
    void wipe();
    // Slots of members, as Patroni keeps them on every node.
    void make_slot(const std::string& name);
    void advance_slot(const std::string& name, Lsn position);
    void drop_slot(const std::string& name);
    // pg_wal_replay_resume(): with a setting that is too low for the primary, recovery aborts.
    void resume_replay(Instant now);

    // --- What a query or pg_controldata would show.
    ServerState state() const { return state_; }
    PostgresWork work() const { return work_; }
    bool in_recovery() const { return in_recovery_; }
    // Accepts writes of clients.
    bool is_writable() const;
    // Whether a query as superuser is answered at all.
    bool answers() const;
    std::int64_t timeline() const { return volume_.wal.timeline(); }
    Lsn written() const { return volume_.wal.end(); }  // of a standby: received
    Lsn flushed() const { return volume_.flushed; }
    Lsn replayed() const { return in_recovery_ ? volume_.replayed : volume_.wal.end(); }
    // To the upstream; absent: it does not stream.
    std::optional<ConnectionId> connection() const { return upstream_.connection; }
    bool replay_paused() const { return replay_paused_; }
    const std::string& upstream() const { return configuration_.upstream; }
    std::optional<Instant> started_at() const;
    const Parameters& parameters() const { return in_force_; }
    // Settings whose configured value waits for a restart: in force, configured.
    std::map<std::string, std::pair<std::string, std::string>> pending_restart() const;
    std::vector<StandbyRow> standbys() const;
    Catalogue catalogue() const;
    // The last complaint, as the server's log has it; empty when there was none.
    const std::string& last_message() const { return last_message_; }
    const Volume& volume() const { return volume_; }
    const PostgresSettings& settings() const { return settings_; }

    // --- Clients.
    Result<SessionId, Refusal> connect(const ConnectRequest& request, Instant now);
    void disconnect(SessionId session, Instant now);
    Result<Done, Refusal> begin_commit(const CommitRequest& request, Instant now);
    void cancel_commit(CommitId id);
    // As lib/postgres/sql.hpp: the answer is an SqlEnded event. Unknown statements fail and say so.
    void run_sql(postgres::CallId id, const postgres::Call& call, Instant now);
    // The client has closed its connection: the statement that runs goes on, and nobody is told.
    void abandon_sql(postgres::CallId id);
    // Somebody with psql: as a superuser, in a transaction of its own.
    Result<Done, Refusal> change(Changes changes, Instant now);

    // --- Citus, where it is preloaded; see citus_server.hpp.
    // The extension and what stands in its tables from the beginning, as Patroni's bootstrap does.
    void make_citus(Changes changes, Instant now);
    // A statement of this node's Patroni; CitusEnded follows. One at a time.
    void run_citus(CitusOperation operation, Instant now);
    // A client's, with `call` as its word for it: SqlEnded follows.
    void run_citus_call(postgres::CallId call, CitusOperation operation, Instant now);
    bool runs_citus() const { return citus_.runs(); }
    const CitusServer& citus() const { return citus_; }
    // What the tables say to whoever asks this server.
    const CitusTables& citus_tables() const;
    // Changes whenever something of Citus does that others can see; the second one not with rows
    // that are written and what comes of that.
    std::uint64_t citus_face() const;
    std::uint64_t citus_structure() const { return citus_structure_; }
    // Another node asks; RemoteAnswered follows.
    void take_remote(std::uint64_t key, const RemoteRequest& request, Instant now);
    void remote_answered(const RemoteAnswer& answer) { citus_.answered(answer); }
    void set_citus_timings(const CitusTimings& timings) { citus_.set_timings(timings); }

    // --- Replication; see replication.hpp.
    std::optional<UpstreamRequest> upstream_request() const;
    // Answers to a request that is not the current one any more change nothing.
    void upstream_accepted(const UpstreamRequest& request, ConnectionId connection);
    void upstream_refused(const UpstreamRequest& request, const std::string& why, Instant now);
    void upstream_lost(Instant now);
    // The link is silent without having closed; `spoken` ends it.
    void upstream_silent(Instant now);
    void upstream_spoken();
    void receive(const WalMessage& message, Instant now);
    std::optional<StandbyReport> take_report();

    Result<ConnectionId> accept_standby(const UpstreamRequest& request, Instant now);
    void take_standby_report(const StandbyReport& report, Instant now);
    // What has been flushed and not sent to it; absent: nothing, or no such connection.
    std::optional<WalMessage> wal_for(ConnectionId connection);
    void standby_lost(ConnectionId connection, Instant now);
    void standby_silent(ConnectionId connection, Instant now);
    void standby_spoken(ConnectionId connection);
    const Senders& senders() const { return senders_; }
    // What a base backup or a rewind from here would get now.
    Result<Volume> copy_for(PostgresWork work) const;

    // --- Faults of the world.
    const PostgresFaults& faults() const { return faults_; }
    void set_faults(const PostgresFaults& faults, Instant now);
    // SIGKILL, or the node is gone.
    void kill(const std::string& why, Instant now);
    // A backend dies, as when memory runs out. The server recovers by itself unless
    // restart_after_crash is off: Patroni does not notice a postmaster that is gone.
    void crash_backend(const std::string& why, Instant now);
    void change_disk(const Filesystem& disk, Instant now);
    void lose_slot(const std::string& name, Instant now);
    void corrupt();

    std::uint64_t hash() const;

private:
    struct Upstream {
        std::optional<ConnectionId> connection;
        std::optional<Instant> retry_at;
        std::optional<Instant> give_up_at;  // wal_receiver_timeout
        std::vector<WalMessage> unread;     // the receiver is stuck
        std::optional<StandbyReport> reported;
        bool wanted = false;  // an attempt is due, and the world has not answered it
        Lsn checkpoint;       // the last that was received
    };
    struct Session {
        std::string role;
        bool operator==(const Session&) const = default;
    };
    struct SqlRun {
        postgres::Call call;
        postgres::Rows rows;
        bool waits = false;      // for its commit
        bool blocked = false;    // for a lock
        bool in_citus = false;   // for the end of a statement that reaches other nodes
        bool abandoned = false;  // by its client
    };

    // postgres.cpp: time, and the server's life
    void finish_work(Instant now);
    void finish_start(Instant now);
    void begin_primary(Instant now);
    void begin_standby(Instant now);
    void finish_stop(Instant now);
    void shut_down_primary(Instant now);
    void drain();
    void become_stopped();
    void begin_recovery(Instant now);
    void finish_promotion(Instant now);
    void begin_work(PostgresWork work, Instant due, Instant now);
    void end_work(bool ok, std::string message);
    void die(const std::string& message);
    void break_off(const std::string& message);
    Duration duration_of_start() const;
    bool is_held_up() const;
    // postgres_data.cpp: what works on a stopped server's files
    Result<Done> begin_offline(PostgresWork work, Duration takes, Instant now);
    void finish_initdb();
    void finish_single_user();
    // postgres_commits.cpp
    std::optional<Refusal> refusal_to_connect(const ConnectRequest& request) const;
    std::optional<Refusal> refusal_to_write() const;
    std::optional<Refusal> take_space(std::uint64_t wal_bytes, std::uint64_t growth, Instant now);
    std::size_t connections() const;
    void wait_for(const WaitingCommit& commit, Instant now);
    void flush_by(Instant due);
    void flush(Instant now);
    void release(Instant now);
    void acknowledge(const WaitingCommit& commit, CommitOutcome outcome, Instant now);
    const Reached& reached();
    void cut_sessions(const std::string& sqlstate, const std::string& message);
    void go_on_if_idle(Instant now);
    void finish_checkpoint(Instant now);
    void recycle();
    void write_parameters();
    // postgres_sql.cpp
    void go_on(postgres::CallId id, Instant now);
    bool run_next(postgres::CallId id, Instant now);
    void end_sql(postgres::CallId id, Result<postgres::Rows, postgres::Failure> outcome);
    void fail_sql(postgres::CallId id, const Refusal& refusal);
    // postgres_citus.cpp
    void start_citus(Instant now);
    void stop_citus(const std::string& message);
    void drive_citus(Instant now);
    void perform(CitusAction action, Instant now);
    void end_citus_run(const RunEnded& ended, Instant now);
    void citus_committed(const WaitingCommit& commit);
    Mark append_citus(Changes changes);
    void go_on_with_others(Instant now);
    bool take_remote_changes(std::uint64_t key, const RemoteRequest& request, Instant now);
    void answer_remote(std::uint64_t key, std::string failure);
    // postgres_replication.cpp
    void want_upstream();
    void forget_upstream();
    void close_sender(ConnectionId connection);
    void take(const WalMessage& message, Instant now);
    bool write_over(const WalSlice& slice);
    void replay(Instant now);
    std::optional<std::pair<Lsn, TooLow>> obstacle() const;

    PostgresSettings settings_;
    Volume volume_;
    PostgresFaults faults_;
    ServerState state_ = ServerState::stopped;
    bool in_recovery_ = false;
    Configuration configuration_;
    Parameters in_force_;
    SynchronousNames names_;
    std::optional<Instant> started_at_;
    std::optional<StopMode> stopping_;
    bool draining_ = false;  // shut down, and waiting for standbys to have it all

    PostgresWork work_ = PostgresWork::none;
    Instant work_began_{};
    std::optional<Instant> work_due_;
    std::optional<Instant> checkpoint_due_;
    bool checkpoint_asked_ = false;  // somebody waits for its end
    std::optional<Instant> flush_due_;

    CommitQueue commits_;
    Reached reached_;
    std::map<SessionId, Session> sessions_;
    std::map<postgres::CallId, SqlRun> sql_;
    Senders senders_;
    Upstream upstream_;
    CitusServer citus_;
    std::uint64_t citus_changes_ = 0;
    std::uint64_t citus_structure_ = 0;
    bool patroni_waits_ = false;                          // for a statement about Citus
    std::map<std::uint64_t, RemoteRequest> from_others_;  // wait for a lock or a commit here
    struct ReadTables {
        Mark mark;
        std::shared_ptr<const CitusTables> tables;
    };
    mutable ReadTables read_;  // the tables as of a mark, so that only what came after is applied
    bool replay_paused_ = false;
    std::uint64_t counter_ = 0;  // of sessions and connections
    std::string last_message_;
    std::vector<PostgresEvent> events_;
};

}  // namespace bestgres::fakepatroni
