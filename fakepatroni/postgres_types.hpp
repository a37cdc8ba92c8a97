// The words of the model of PostgreSQL: commands, refusals, events, faults and timings.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "fakepatroni/citus_server.hpp"
#include "fakepatroni/commits.hpp"
#include "fakepatroni/statements.hpp"
#include "fakepatroni/synchronous.hpp"
#include "fakepatroni/volume.hpp"
#include "lib/base/time.hpp"
#include "lib/postgres/sql.hpp"

namespace bestgres::fakepatroni {

using SessionId = std::uint64_t;

enum class ServerState : std::uint8_t {
    stopped,
    starting,  // crash recovery, or on the way to a consistent state
    running,   // accepts connections
    stopping,
};
std::string_view to_string(ServerState state);

// What Patroni has asked for and what takes time. At most one at once; a checkpoint runs beside it.
enum class PostgresWork : std::uint8_t {
    none,
    start,
    stop,
    promote,
    checkpoint,
    initdb,
    base_backup,
    rewind,
    single_user,
};
std::string_view to_string(PostgresWork work);

enum class StopMode : std::uint8_t {
    smart,  // waits for sessions to leave
    fast,
    immediate,  // without a checkpoint: the next start is a crash recovery
};

// Postgresql.conf as Patroni writes it.
struct Configuration {
    Parameters parameters = {};
    std::string upstream = {};  // primary_conninfo: the member to stream from; empty: nobody
    std::string slot = {};      // primary_slot_name

    bool operator==(const Configuration&) const = default;
};

struct StartRequest {
    bool standby = false;  // whether standby.signal is there
    Configuration configuration = {};
};

struct InitRequest {
    std::string system_identifier = {};
    bool checksums = true;
    std::map<std::string, std::string> passwords = {};  // role -> digest, see digest_of_password
};

struct ConnectRequest {
    std::string role = "postgres";
    std::optional<std::string> password_digest = {};  // absent: over the local socket
    bool superuser = false;                           // may use the reserved connections
    bool read_write = false;                          // refuse a server in recovery
};

struct CommitRequest {
    CommitId id = 0;
    Durability durability = Durability::on;
    std::uint64_t bytes = 128;              // of WAL
    std::uint64_t growth = 0;               // of tables
    std::optional<SessionId> session = {};  // absent: a connection for this commit alone
};

struct Refusal {
    std::string sqlstate = {};  // empty: there was no connection
    std::string message = {};
    bool unknown = false;  // it may have been done all the same

    bool operator==(const Refusal&) const = default;
};

// A row of pg_stat_replication with what synchronous_standby_names makes of it.
struct StandbyRow {
    std::string application_name = {};
    std::string state = {};  // "catchup", "streaming"
    StandbySync sync_state = StandbySync::async;
    Lsn written = {};
    Lsn flushed = {};
    Lsn replayed = {};

    bool operator==(const StandbyRow&) const = default;
};

struct WorkEnded {
    PostgresWork work = PostgresWork::none;
    bool ok = false;
    std::string message = {};

    bool operator==(const WorkEnded&) const = default;
};
struct SqlEnded {
    postgres::Answer answer;
    bool operator==(const SqlEnded&) const = default;
};
struct SessionCut {
    SessionId session = 0;
    bool operator==(const SessionCut&) const = default;
};
// The receiver would like to connect: see upstream_request().
struct UpstreamWanted {
    bool operator==(const UpstreamWanted&) const = default;
};
// A base backup or a rewind has come to its end and needs the source's data.
struct SourceWanted {
    PostgresWork work = PostgresWork::none;
    bool operator==(const SourceWanted&) const = default;
};
// Citus inside of this server asks another one.
struct RemoteWanted {
    RemoteRequest request;
    bool operator==(const RemoteWanted&) const = default;
};
// What this server says to another one that has asked; `key` is the world's word for it.
struct RemoteAnswered {
    std::uint64_t key = 0;
    std::string failure = {};  // empty: done
    std::shared_ptr<const CitusTables> tables = nullptr;
    bool operator==(const RemoteAnswered&) const = default;
};
// The statement about Citus that this node's Patroni has asked for.
struct CitusEnded {
    std::string failure = {};  // empty: done
    std::string value = {};    // of the first row
    bool operator==(const CitusEnded&) const = default;
};
// The server went down without having been stopped.
struct Crashed {
    std::string message = {};
    bool restarts = false;  // by itself: the postmaster has survived, and recovers
    bool operator==(const Crashed&) const = default;
};

using PostgresEvent = std::variant<WorkEnded, CommitEnded, SqlEnded, SessionCut, UpstreamWanted,
                                   SourceWanted, RemoteWanted, RemoteAnswered, CitusEnded, Crashed>;

// How long things take on a quiet machine with a small database.
struct PostgresTimings {
    Duration flush = std::chrono::milliseconds(1);
    Duration start = std::chrono::milliseconds(300);
    Duration recovery_per_mib = std::chrono::milliseconds(20);
    Duration stop = std::chrono::milliseconds(150);
    Duration stop_immediate = std::chrono::milliseconds(50);
    Duration promote = std::chrono::milliseconds(100);
    Duration checkpoint = std::chrono::milliseconds(200);
    Duration initdb = std::chrono::milliseconds(1500);
    Duration base_backup = std::chrono::milliseconds(1500);
    Duration rewind = std::chrono::milliseconds(1500);
    Duration single_user = std::chrono::milliseconds(1000);
    Duration wal_writer_delay = std::chrono::milliseconds(200);
    Duration retrieve_retry = std::chrono::seconds(5);  // wal_retrieve_retry_interval

    bool operator==(const PostgresTimings&) const = default;
};

struct PostgresSettings {
    std::string name = {};  // of the member: application_name, and the origin of its timelines
    std::int64_t server_version = 150020;
    PostgresTimings timings = {};
    StatementBook statements = {};
};

// All of them can be switched on and off at any time; what was held up goes on when they end.
struct PostgresFaults {
    std::optional<PostgresWork> hangs = {};  // this never ends: start, stop, promote, checkpoint...
    std::optional<PostgresWork> fails = {};  // this fails at its end
    std::optional<int> backup_fails_at = {};  // percent
    Duration start_takes = {};                // longer
    Duration stop_takes = {};
    Duration promote_takes = {};
    Duration flush_takes = {};
    bool flush_hangs = false;
    bool refuses_connections = false;  // of clients and of Patroni: "too many clients"
    bool receiver_stuck = false;       // keeps the connection and reads nothing
    bool replay_stuck = false;         // flushes and does not apply
    bool locks_held = false;           // a long transaction: statements that change things wait

    bool operator==(const PostgresFaults&) const = default;
};

}  // namespace bestgres::fakepatroni
