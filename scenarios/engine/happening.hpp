// Everything that can be on its way in a world, as plain data: a copy of the queue is a copy of the
// future. Entities are named by their place in the world's lists; the incarnation says which
// process is meant, so that nothing reaches the next one by mistake.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "fakepatroni/member.hpp"
#include "fakepatroni/postgres.hpp"
#include "lib/kube/cluster.hpp"
#include "operator/core/event.hpp"
#include "scenarios/engine/call_label.hpp"
#include "scenarios/engine/occurrence.hpp"

namespace bestgres::scenarios {

// Who calls or watches the API server.
struct Process {
    enum class Sort : std::uint8_t { operator_core, member, kubelet, proxy, user };

    Sort sort = Sort::user;
    std::uint32_t index = 0;        // of the operator, the container, the node
    std::uint32_t incarnation = 0;  // a restart makes another process

    bool operator==(const Process&) const = default;
};

// What becomes of one call, decided at its points: by a fault or by whoever explores.
struct Treatment {
    bool lost_before = false;  // never arrives, and nobody says so
    bool lost_after = false;   // is done, and nobody says so
    bool reset = false;        // `lost_after`, and the caller hears that the connection broke
    bool competitor = false;   // somebody else writes the object first
    std::optional<kube::Error> refused = std::nullopt;
    Duration slower{};  // each way

    bool operator==(const Treatment&) const = default;
};

struct SentCall {
    Process from = {};
    kube::CallId id = 0;
    kube::Call call;
    CallLabel label = {};
    std::uint64_t number = 0;  // among the calls of operators, from 1; 0: of somebody else
    Instant gives_up = {};     // the caller does not wait longer
    Treatment treatment = {};
};

// --- the API server
struct CallArrives {
    SentCall sent;
};
struct AnswerArrives {
    SentCall sent;  // with an empty call
    Result<kube::Outcome, kube::Error> outcome;
};
// Events of a watch, whatever has gathered.
struct WatchDelivers {
    std::uint64_t watch = 0;  // its number in the world
};
struct WatchBreaks {
    std::uint64_t watch = 0;
    bool gone = false;             // 410 rather than the end of the stream
    bool out_of_patience = false;  // only if it is still silent
};
struct ControllersRun {};

// --- operators
struct OperatorWakes {
    std::uint32_t index = 0;
    std::uint32_t incarnation = 0;
};
struct OperatorHears {
    std::uint32_t index = 0;
    std::uint32_t incarnation = 0;
    core::Event event;
};
struct OperatorStarts {
    std::uint32_t index = 0;
    std::uint32_t incarnation = 0;
};
struct OperatorGoesOn {  // after a pause
    std::uint32_t index = 0;
    std::uint32_t incarnation = 0;
};

// --- members; `container` is a place in the world's list
struct RestArrives {
    std::uint32_t container = 0;
    std::uint32_t incarnation = 0;
    Process from = {};
    std::uint64_t id = 0;      // the asker's word for it
    std::uint64_t number = 0;  // among the calls of operators
    fakepatroni::RestRequest request = {};
    CallLabel label = {};
    Treatment treatment = {};
};
struct SqlArrives {
    std::uint32_t container = 0;
    std::uint32_t incarnation = 0;
    Process from = {};
    postgres::CallId id = 0;
    std::uint64_t number = 0;
    postgres::Call call;
    CallLabel label = {};
    Treatment treatment = {};
};
struct SourceAsked {  // one member's Patroni asks another one's PostgreSQL
    std::uint32_t from = 0;
    std::uint32_t incarnation = 0;
    fakepatroni::SourceQuestion question = {};
};
struct RemoteArrives {  // Citus in one server asks another one
    std::uint32_t from = 0;
    std::uint32_t incarnation = 0;
    fakepatroni::RemoteRequest request = {};
};
struct RemoteReplies {
    std::uint32_t container = 0;  // that asked
    std::uint32_t incarnation = 0;
    fakepatroni::RemoteId id = 0;
    std::string failure = {};
    std::shared_ptr<const fakepatroni::CitusTables> tables = nullptr;
};
struct ServerDue {
    std::uint32_t container = 0;
    std::uint32_t incarnation = 0;
};
struct ServerConnects {  // to its upstream
    std::uint32_t container = 0;
    std::uint32_t incarnation = 0;
    fakepatroni::UpstreamRequest request = {};
};
struct WalArrives {
    fakepatroni::ConnectionId connection = 0;
    fakepatroni::WalMessage message = {};
};
struct ReportArrives {
    fakepatroni::ConnectionId connection = 0;
    fakepatroni::StandbyReport report = {};
};
struct LinkBreaks {
    fakepatroni::ConnectionId connection = 0;
};
struct CheckpointEnds {  // the agent waits no longer
    std::uint32_t container = 0;
    std::uint32_t incarnation = 0;
};
struct MemberWakes {
    std::uint32_t container = 0;
    std::uint32_t incarnation = 0;
};
struct MemberHears {
    std::uint32_t container = 0;
    std::uint32_t incarnation = 0;
    fakepatroni::MemberEvent event;
};

// --- nodes
struct Heartbeat {
    std::uint32_t node = 0;
    std::uint32_t incarnation = 0;  // of the node's boot
};
struct ContainerDue {  // the next step in its life
    std::uint32_t container = 0;
    std::uint32_t incarnation = 0;
};
struct AgentLooks {  // at its Patroni
    std::uint32_t container = 0;
    std::uint32_t incarnation = 0;
};
struct ProbeEnds {  // enough probes have said the same
    std::uint32_t container = 0;
    std::uint32_t incarnation = 0;
    bool ready = false;
};
struct StatusDue {  // the kubelet tells the API server
    std::uint32_t container = 0;
    bool compares = false;  // only if the server has something else
};
struct RouteDue {
    std::uint32_t node = 0;
    std::string service = {};
};
struct NodeReturns {
    std::uint32_t node = 0;
};

// --- clients and users
struct ClientWrites {
    std::uint32_t client = 0;
};
struct WriteArrives {
    std::uint32_t client = 0;
    std::uint64_t commit = 0;
    std::uint32_t container = 0;
    std::uint32_t incarnation = 0;
};
struct WriteAnswered {
    std::uint32_t client = 0;
    std::uint64_t commit = 0;
    WriteResult result = WriteResult::unknown;
    bool synchronous = false;
    fakepatroni::Mark mark = {};
};
struct WriteGivenUp {
    std::uint32_t client = 0;
    std::uint64_t commit = 0;
};
// A client of a sharded cluster writes or reads.
struct RowsDue {
    std::uint32_t client = 0;
};
struct RowsAnswered {
    std::uint32_t client = 0;
    std::uint64_t call = 0;
    WriteResult result = WriteResult::unknown;
    fakepatroni::RowSum found = {};
};
struct TriggersDue {};
struct FaultEnds {
    std::uint32_t fault = 0;
};
struct DrainGoesOn {
    std::string node = {};
};
// A program that lets go of everything asks again.
struct ReleaseDue {
    std::uint32_t index = 0;
};
// An operator looks whether its namespace ends.
struct NamespaceLook {
    std::uint32_t index = 0;
    std::uint32_t incarnation = 0;
};
struct SettleCheck {};

using Happening =
    std::variant<CallArrives, AnswerArrives, WatchDelivers, WatchBreaks, ControllersRun,
                 OperatorWakes, OperatorHears, OperatorStarts, OperatorGoesOn, RestArrives,
                 SqlArrives, SourceAsked, RemoteArrives, RemoteReplies, ServerDue, ServerConnects,
                 WalArrives, ReportArrives, LinkBreaks, CheckpointEnds, MemberWakes, MemberHears,
                 Heartbeat, ContainerDue, AgentLooks, ProbeEnds, StatusDue, RouteDue, NodeReturns,
                 ClientWrites, WriteArrives, WriteAnswered, WriteGivenUp, RowsDue, RowsAnswered,
                 TriggersDue, FaultEnds, DrainGoesOn, ReleaseDue, NamespaceLook, SettleCheck>;

// "CallArrives": for reports and for sigma's edges.
std::string_view name_of(const Happening& happening);

}  // namespace bestgres::scenarios
