// What goes into a modelled member and what comes out of it, as data. The owner of the members
// delivers calls with whatever delay, loss or fault it likes; a member needs no answer to go on: it
// has its own deadlines, as the real one has.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "fakepatroni/postgres_types.hpp"
#include "fakepatroni/rewind.hpp"
#include "fakepatroni/settings.hpp"
#include "lib/base/json.hpp"
#include "lib/base/time.hpp"
#include "lib/kube/cluster.hpp"

namespace bestgres::fakepatroni {

using RestId = std::uint64_t;  // chosen by whoever asks, unique within the member that is asked
using PeerId = std::uint64_t;  // chosen by the member that asks, unique within it

// Of a member's REST API. `lsn` is the header of that name that POST /failsafe is answered with.
struct RestReply {
    int status = 0;  // 0: the connection is refused
    std::string body = {};
    std::optional<std::uint64_t> lsn = std::nullopt;

    bool operator==(const RestReply&) const = default;
};

// The time that the last outbox asked for has come. It counts as come even if the member's clock,
// set back meanwhile, says otherwise: waiting is measured by a clock that nobody sets.
struct Wake {
    bool operator==(const Wake&) const = default;
};
// A request to this member's REST API: by the operator, an agent's probe, or a peer.
struct RestRequest {
    RestId id = 0;
    std::string method = "GET";
    std::string path = "/patroni";  // with its query
    Json body = {};                 // null: none
    bool credentials_ok = true;     // whether the basic authentication is right

    bool operator==(const RestRequest&) const = default;
};
// What a peer said to a PeerRequest; nothing where it did not answer in time or at all.
struct PeerAnswer {
    PeerId id = 0;
    std::optional<RestReply> reply = std::nullopt;

    bool operator==(const PeerAnswer&) const = default;
};
// Some work of this member's Postgres has come to its end: a hint, the state is what counts. One
// that is frozen hears of it when it goes on.
struct PostgresWorkEnded {
    WorkEnded ended;

    bool operator==(const PostgresWorkEnded&) const = default;
};
// What a member's Postgres said about its history; nothing where it did not answer.
struct SourceAnswer {
    PeerId id = 0;
    std::optional<UpstreamFacts> facts = std::nullopt;

    bool operator==(const SourceAnswer&) const = default;
};
// The statement about Citus that this member has asked its server for.
struct CitusStatementEnded {
    CitusEnded ended;

    bool operator==(const CitusStatementEnded&) const = default;
};
// SIGTERM.
struct Terminate {
    bool operator==(const Terminate&) const = default;
};
// SIGHUP, with what the file says now.
struct Reload {
    std::shared_ptr<const MemberSettings> settings;

    bool operator==(const Reload&) const = default;
};

using MemberEvent =
    std::variant<Wake, kube::Answer, kube::WatchEvent, RestRequest, PeerAnswer, SourceAnswer,
                 PostgresWorkEnded, CitusStatementEnded, Terminate, Reload>;

// A request to another member's REST API. It goes to an address, not to a pod: whoever answers
// there is believed.
struct PeerRequest {
    PeerId id = 0;
    std::string peer = {};     // the member that is meant
    std::string address = {};  // "10.1.2.3:8008"
    std::string method = "GET";
    std::string path = "/patroni";
    Json body = {};
    Duration deadline{};

    bool operator==(const PeerRequest&) const = default;
};

// Asked of another member's Postgres as its superuser: IDENTIFY_SYSTEM, its timeline history and
// whether it is in recovery.
struct SourceQuestion {
    PeerId id = 0;
    std::string peer = {};
    Duration deadline{};

    bool operator==(const SourceQuestion&) const = default;
};

struct KubeRequest {
    kube::CallId id = 0;
    kube::Call call;

    bool operator==(const KubeRequest&) const = default;
};

struct WatchRequest {
    kube::WatchId id = 0;
    kube::WatchSpec spec;

    bool operator==(const WatchRequest&) const = default;
};

struct MemberOutbox {
    std::vector<KubeRequest> calls = {};
    std::vector<WatchRequest> watches = {};
    std::vector<kube::WatchId> unwatches = {};
    std::vector<PeerRequest> peer_requests = {};
    std::vector<SourceQuestion> source_questions = {};
    std::vector<std::pair<RestId, RestReply>> replies = {};
    // By the member's own clock; replaces every earlier wish.
    std::optional<Instant> wake_at = {};
    std::optional<std::string> exit = {};  // the process ends, and why. Nothing follows
    std::vector<std::string> log = {};     // one sentence a decision
};

}  // namespace bestgres::fakepatroni
