// Everything that a world is: one copyable value. Entities refer to each other by place in these
// lists, never by pointer; what will happen is data. The functions that read and write it are
// spread over the files of this folder by concern.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "fakekube/api_server.hpp"
#include "fakekube/controllers/controller_manager.hpp"
#include "fakekube/copy_on_write.hpp"
#include "fakepatroni/postgres.hpp"
#include "lib/base/hash.hpp"
#include "operator/core/operator_core.hpp"
#include "operator/core/release.hpp"
#include "scenarios/engine/api_replica.hpp"
#include "scenarios/engine/container.hpp"
#include "scenarios/engine/dice.hpp"
#include "scenarios/engine/happening.hpp"
#include "scenarios/engine/network.hpp"
#include "scenarios/engine/occurrence.hpp"
#include "scenarios/engine/scenario.hpp"
#include "scenarios/engine/timeline.hpp"
#include "scenarios/engine/trigger_progress.hpp"
#include "scenarios/engine/watch_table.hpp"
#include "scenarios/invariants/laws.hpp"

namespace bestgres::scenarios {

enum class TraceDetail {
    none,  // hashes only: what searches use
    full,  // every occurrence with its cause, and every call of operators
};

struct OperatorRun {
    std::string name;  // "operator-1"
    Dice dice;
    std::int64_t revision = 0;  // of the manifests; 0: the newest
    std::uint32_t incarnation = 0;
    std::uint32_t replica = 0;  // that its watches are connected to
    fakekube::CopyOnWrite<std::optional<core::OperatorCore>> core = {};
    std::optional<Instant> wake = {};  // the only pending one that counts
    Duration skew{};                   // its clock minus the true one
    bool wanted = true;                // a Deployment wants it to run
    bool paused = false;
    std::vector<core::Event> inbox = {};  // while it is paused
    std::uint64_t entropy_drawn = 0;
    bool entropy_on_its_way = false;
};

// A program that lets go of everything; `stops_operators`: they are removed when it has.
struct ReleaseRun {
    core::Release release;
    bool stops_operators = false;
};

struct NodeRun {
    std::string name;  // "node-1"
    Dice dice;
    std::uint32_t incarnation = 0;  // of its boot
    bool up = true;
    bool kubelet_dead = false;
    bool cut_off = false;  // kubelet and proxy do not reach the API server
    Duration skew{};
    // --- the proxy: what it has seen, and where it sends clients
    bool proxy_stale = false;
    std::map<std::string, kube::Object> slices = {};              // by name
    std::map<std::string, std::vector<std::string>> routes = {};  // Service to uids of pods
    std::set<std::string> routes_due = {};                        // Services
};

// A writer: one session at a time, through the primary Service from its node, for as long as the
// session takes writes.
struct ClientRun {
    std::string name;  // "client-1@db"
    Dice dice;
    std::string cluster;
    std::uint32_t node = 0;
    std::optional<std::uint32_t> session = {};  // the container
    std::uint32_t incarnation = 0;              // of its process
    std::uint64_t written = 0;                  // commits that were begun
    fakepatroni::SessionId session_id = 0;      // at its PostgreSQL
    bool connected = false;
    std::optional<std::uint64_t> waiting = {};  // for the answer to this commit
};

// Writes rows into a table of a sharded cluster and reads them all, one statement at a time,
// through the Service of the coordinator; first of all it makes the table.
struct RowClient {
    std::string name;  // "rows@shop/orders"
    Dice dice;
    std::string scope;
    fakepatroni::CitusTable table = {};
    std::int64_t shards = 1;
    std::uint32_t node = 0;
    bool made = false;
    std::uint64_t turns = 0;
    std::uint64_t next_row = 1;
    // The statement that it waits for.
    std::optional<std::uint64_t> call = {};
    bool reads = false;
    fakepatroni::RowSum rows = {};
    fakepatroni::RowSum acknowledged_before = {};
    // Of all its statements.
    fakepatroni::RowSum acknowledged = {};
    fakepatroni::RowSum begun = {};

    void hash_into(Hasher& hasher) const;
};

// Which server asked another one, and how it calls its question.
struct RemoteAsked {
    std::uint32_t from = 0;
    std::uint32_t incarnation = 0;
    fakepatroni::RemoteId id = 0;
};

struct FaultRun {
    enum class Stage : std::uint8_t { waiting, active, over };

    TriggerProgress progress = {};
    Stage stage = Stage::waiting;
    std::string target = {};  // with roles resolved
    Instant began = {};
    bool one_call = false;  // it follows one call and then is over
};
struct EditRun {
    TriggerProgress progress = {};
    bool made = false;
};

// A user who waits for the pods of a node to leave it.
struct Drain {
    std::string node;
    std::set<std::string> pod_uids = {};  // still to go
};

// What will become of a call of an operator, chosen from outside: the outcome at the number.
enum class Forced {
    none,
    crash_before,
    crash_after_apply,
    crash_after_answer,
    timeout_before,
    timeout_after_apply,
    reset,
    competitor,
    gone,
    throttled,
    server_error,
    unavailable,
    forbidden,
    lease_lost,
    restart_on_stale,
    watch_event_dropped,
};

struct OperatorCall {
    std::uint64_t number = 0;  // from 1
    std::uint64_t event = 0;
    std::uint32_t operator_index = 0;
    std::string_view site = {};  // a rule, or "list", "lease", "look", "prove", "ask", "status"
    CallLabel label = {};
};

// Who waits for PostgreSQL.
struct SqlAsked {
    Process from = {};
    postgres::CallId id = 0;
    std::uint32_t container = 0;
    bool answer_is_lost = false;
};

// A connection of a standby's receiver to its upstream.
struct Link {
    fakepatroni::ConnectionId connection = 0;
    std::uint32_t standby = 0;  // containers
    std::uint32_t standby_incarnation = 0;
    std::uint32_t upstream = 0;
    std::uint32_t upstream_incarnation = 0;
    bool silent = false;     // nothing passes, and nobody was told
    bool breaking = false;   // a LinkBreaks is in the queue
    Instant last_down = {};  // arrivals are in order
    Instant last_up = {};
};

struct Noted {
    std::uint64_t event = 0;
    std::uint64_t cause = 0;  // the event that put this one on its way
    Instant at = {};
    Occurrence what;
};

// One event that has been performed, whether or not anything occurred in it.
struct Performed {
    std::uint64_t event = 0;
    std::uint64_t cause = 0;
    Instant at = {};
    std::string_view what = {};  // "CallArrives"
};

struct WorldState {
    std::shared_ptr<const Scenario> scenario;
    Instant start = {};
    Instant now = {};
    std::uint64_t event = 0;  // that is being performed, from 1
    std::uint64_t cause = 0;  // of it
    Timeline<Happening> timeline = {};
    Hasher trace = {};
    std::vector<std::uint64_t> trace_blocks = {};  // the hash after each 1,024 events
    bool over = false;

    fakekube::ApiServer server;
    fakekube::CopyOnWrite<std::optional<fakekube::ControllerManager>> controllers = {};
    std::optional<Instant> controllers_due = {};
    std::uint64_t seen_version = 0;  // of the store: everything up to here has been told
    std::uint64_t store_hash = 0;    // commutative over objects
    Actor acting = {};               // whose writes are being performed
    std::vector<ApiReplica> replicas = {};
    WatchTable watches = {};
    Network network = {};

    std::vector<OperatorRun> operators = {};
    std::set<std::uint32_t> told_to_stop = {};  // of these, for good
    std::vector<ReleaseRun> releases = {};
    std::uint64_t operator_calls = 0;
    std::uint64_t rest_requests = 0;  // to all members
    std::uint64_t sql_calls = 0;
    std::map<postgres::CallId, SqlAsked> sql_asked = {};
    std::map<std::uint64_t, Forced> forced = {};
    std::vector<NodeRun> nodes = {};
    std::vector<Container> containers = {};
    std::map<std::string, std::uint32_t> container_of = {};   // by the pod's uid
    std::map<std::string, fakepatroni::Volume> volumes = {};  // not mounted; by the claim's uid
    std::set<std::string> unfinished = {};  // volumes with the agent's mark; by the claim's uid
    std::vector<Link> links = {};
    std::map<std::string, std::uint32_t> attached = {};  // claim uid to node
    std::vector<ClientRun> clients = {};
    std::vector<RowClient> row_clients = {};
    std::map<postgres::CallId, std::uint32_t> row_calls = {};  // to which of these
    std::map<std::uint64_t, RemoteAsked> remotes = {};         // not yet answered
    std::uint64_t remote_questions = 0;
    std::vector<Drain> drains = {};

    std::vector<FaultRun> faults = {};
    std::vector<std::uint32_t> active_faults = {};
    std::vector<EditRun> edits = {};
    bool waits_for_calls = false;  // a trigger does
    bool waits_for_states = false;
    bool states_changed = false;  // since triggers were looked at
    std::optional<Instant> triggers_due = {};
    std::string step_cluster = {};  // of the step that has just begun
    std::string step_effect = {};

    Instant last_effect = {};       // something that is not periodic
    Instant last_disturbance = {};  // the last end of a fault or an edit
    bool settled = false;
    std::optional<Instant> settle_check = {};

    Laws laws = {};
    std::vector<Violation> violations = {};
    Exposure exposure = {};
    std::map<std::string, Instant> writerless_since = {};  // by cluster
    std::map<std::string, Instant> two_writers_since = {};
    std::set<std::string> has_been_written_to = {};  // clusters

    TraceDetail detail = TraceDetail::none;
    std::vector<OperatorCall> calls = {};
    std::vector<Noted> log = {};
    std::vector<Performed> history = {};
};

}  // namespace bestgres::scenarios
