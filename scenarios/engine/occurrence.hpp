// What has just happened in a world, told to the laws one by one, in order. An occurrence is what
// is true, not what anybody saw of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "fakepatroni/citus_tables.hpp"
#include "fakepatroni/wal.hpp"
#include "lib/base/time.hpp"
#include "lib/kube/cluster.hpp"
#include "lib/patroni/patroni.hpp"
#include "lib/postgres/sql.hpp"
#include "scenarios/engine/trigger.hpp"

namespace bestgres::scenarios {

// A call reaches the API server and is about to be performed: `before` is the object as stored.
struct CallArrived {
    Actor actor;
    kube::Call call;
    kube::Object before;
};
// The server has performed or refused it. A caller may get another answer, or none.
struct CallPerformed {
    Actor actor;
    kube::Call call;
    Result<kube::Outcome, kube::Error> outcome;
};
// One version in the store: an empty `before` is a creation, an empty `after` a removal.
struct ObjectChanged {
    Actor actor;
    kube::Object before;
    kube::Object after;
};
struct PatroniAsked {
    Actor actor;  // an operator
    patroni::Call call;
};
// Patroni's answer is on its way back to who asked, on a network that will bring it.
struct PatroniAnswered {
    Actor actor;  // an operator
    std::string pod_uid;
    int status = 0;  // of HTTP
};
struct SqlSent {
    Actor actor;
    postgres::Call call;
};
// PostgreSQL's answer is on its way back, likewise.
struct SqlAnswered {
    Actor actor;  // an operator
    std::string pod_uid;
};
// An operator begins a step, with the sentence that asks for it.
struct StepBegun {
    std::string operator_name;
    std::string cluster;
    std::string effect;
    std::string rule;
    std::string because;
};
struct LineLogged {
    std::string process;  // "operator-1", "db-0"
    std::string text;
};
// The state of a PostgreSQL changed: runs, role, timeline, what it accepts.
struct PostgresChanged {
    std::string pod_uid;
};
// The state of a Patroni changed: what it believes, the process itself.
struct PatroniChanged {
    std::string pod_uid;
};
// A node's proxy sends clients of a Service elsewhere from now on.
struct RouteChanged {
    std::string node;
    std::string service;
    std::vector<std::string> pod_uids;
};
struct WriteBegun {
    std::string client;
    std::string cluster;
    std::uint64_t commit = 0;
    std::string pod_uid;  // where the session is
};
enum class WriteResult { acknowledged, refused, unknown };
struct WriteEnded {
    std::string client;
    std::string cluster;
    std::uint64_t commit = 0;
    WriteResult result = WriteResult::unknown;
    bool synchronous = false;     // standbys had confirmed it before it was acknowledged
    fakepatroni::Mark mark = {};  // of an acknowledged one: its place in the history
};
// Citus' tables in a PostgreSQL changed, or a group's writes are held back or let go by it.
struct CitusChanged {
    std::string pod_uid;
};
// A client of a sharded cluster begins to write rows into a table, through the coordinator.
struct RowsBegun {
    std::string client;
    std::string scope;
    std::string table;
    fakepatroni::RowSum rows;
};
struct RowsEnded {
    std::string client;
    std::string scope;
    std::string table;
    fakepatroni::RowSum rows;
    WriteResult result = WriteResult::unknown;
};
// It has read the whole table: what had been acknowledged before, what was found, and what had been
// begun by the end.
struct RowsRead {
    std::string client;
    std::string scope;
    std::string table;
    fakepatroni::RowSum acknowledged;
    fakepatroni::RowSum found;
    fakepatroni::RowSum begun;
};
// The program of an operation's Job runs, and has ended.
struct TaskBegan {
    std::string pod_uid;
    std::string operation_uid;
    std::string cluster;
};
struct TaskEnded {
    std::string pod_uid;
    std::string operation_uid;
    std::string cluster;
    bool well = false;
};
struct EditMade {
    std::string id;
};
struct FaultBegan {
    std::string id;
};
struct FaultEnded {
    std::string id;
};
struct OperatorStarted {
    std::string operator_name;
};
struct OperatorEnded {
    std::string operator_name;
};
// Nothing is on its way or planned, and nothing but periodic work will happen.
struct Settled {};
// The run is over; monitors say what they still have to say.
struct Finished {
    bool settled = false;
};

using Occurrence =
    std::variant<CallArrived, CallPerformed, ObjectChanged, PatroniAsked, PatroniAnswered, SqlSent,
                 SqlAnswered, StepBegun, LineLogged, PostgresChanged, PatroniChanged, RouteChanged,
                 WriteBegun, WriteEnded, CitusChanged, RowsBegun, RowsEnded, RowsRead, TaskBegan,
                 TaskEnded, EditMade, FaultBegan, FaultEnded, OperatorStarted, OperatorEnded,
                 Settled, Finished>;

}  // namespace bestgres::scenarios
