// What this code asks of a Kubernetes API server, as data, and what comes back, as data. The answer
// to a call is always a later event, never given inside submit(): production feeds events from a
// socket, the simulator from a virtual timeline, and the same caller runs on both.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "lib/base/result.hpp"
#include "lib/base/time.hpp"
#include "lib/kube/kind.hpp"
#include "lib/kube/object.hpp"

namespace bestgres::kube {

// A code is a decision for the caller, not the place where the error arose.
enum class ErrorCode {
    not_found,       // it does not exist, which is often fine
    already_exists,  // create found the name taken
    conflict,        // somebody else wrote first: read again, then plan again
    gone,            // the version asked for was compacted: list again
    invalid,         // the request itself is wrong: repeating it is useless
    forbidden,       // RBAC or admission refuses; the message names the missing verb
    unauthorized,    // the credentials are not accepted
    throttled,       // 429: later; `retry_after` says when
    unavailable,     // the server could not be reached or failed
    timeout,         // no answer in time
};

// Whether the call took effect. Ambiguity is part of the type: `unknown` always means read again.
enum class Applied { no, yes, unknown };

struct Error {
    ErrorCode code = ErrorCode::unavailable;
    Applied applied = Applied::no;
    std::string message;
    std::optional<Duration> retry_after;
    std::vector<std::string> fields;  // of `invalid`: the field paths that the server names

    bool operator==(const Error&) const = default;
};

std::string_view to_string(ErrorCode code);
std::string_view to_string(Applied applied);

// What must hold for a write to take effect; a server that sees another value answers `conflict`.
struct Preconditions {
    std::optional<std::string> uid = std::nullopt;
    std::optional<std::string> resource_version = std::nullopt;

    bool operator==(const Preconditions&) const = default;
};

enum class Propagation { background, foreground, orphan };
enum class PatchType { merge, json, strategic };

struct Get {
    Ref ref;
    bool operator==(const Get&) const = default;
};
// Always a quorum read; pages are followed by the implementation, the answer is one Listing.
struct List {
    Kind kind;
    std::string ns = {};  // empty: all namespaces
    std::string label_selector = {};
    std::string field_selector = {};
    bool operator==(const List&) const = default;
};
struct Create {
    Kind kind;
    Object object;
    bool operator==(const Create&) const = default;
};
// Server-side apply. `subresource` is "" or "status".
struct Apply {
    Kind kind;
    Object object;
    std::string field_manager;
    bool force = true;
    std::string subresource = {};
    bool operator==(const Apply&) const = default;
};
// A resourceVersion in `body.metadata` is a precondition.
struct Patch {
    Ref ref;
    PatchType type = PatchType::merge;
    Json body;
    std::string subresource = {};
    bool operator==(const Patch&) const = default;
};
// PUT of the object; metadata.resourceVersion is the precondition. `subresource` is "", "status" or
// "scale".
struct Replace {
    Kind kind;
    Object object;
    std::string subresource = {};
    bool operator==(const Replace&) const = default;
};
struct Delete {
    Ref ref;
    Preconditions only_if = {};
    Propagation propagation = Propagation::background;
    std::optional<std::int64_t> grace_period_seconds = std::nullopt;
    bool operator==(const Delete&) const = default;
};
struct Evict {
    Ref pod;
    Preconditions only_if = {};
    bool operator==(const Evict&) const = default;
};

using Call = std::variant<Get, List, Create, Apply, Patch, Replace, Delete, Evict>;

// "apply StatefulSet shop/db": the attempt, as messages begin.
std::string describe(const Call& call);
bool is_write(const Call& call);

struct Listing {
    std::vector<Object> items;     // each carries apiVersion and kind
    std::string resource_version;  // watch from here and nothing is missed
    bool operator==(const Listing&) const = default;
};

// Get, Create, Apply, Patch, Replace: the object. List: the listing. Delete, Evict: the object that
// stays (finalizers, grace period), or Done when it is gone at once.
using Outcome = std::variant<Object, Listing, Done>;

using CallId = std::uint64_t;   // chosen by the caller, never used twice
using WatchId = std::uint64_t;  // likewise

struct WatchSpec {
    Kind kind;
    std::string ns = {};  // empty: all namespaces
    std::string label_selector = {};
    std::string field_selector = {};
    std::string from_version = {};  // events after this version
    bool operator==(const WatchSpec&) const = default;
};

struct Answer {
    CallId id = 0;
    Result<Outcome, Error> outcome;
    bool operator==(const Answer&) const = default;
};

enum class WatchEventType {
    added,
    modified,
    deleted,   // `object` is the last state, its version is that of the deletion
    bookmark,  // only metadata.resourceVersion is meaningful
    gone,      // the version was compacted: list again. The watch is over
    closed,  // the stream ended or broke: watch again from the last version seen. The watch is over
};

struct WatchEvent {
    WatchId id = 0;
    WatchEventType type = WatchEventType::closed;
    Object object;        // empty for gone and closed
    std::string message;  // why, for gone and closed
    bool operator==(const WatchEvent&) const = default;
};

class Cluster {
public:
    virtual ~Cluster() = default;

    virtual void submit(CallId id, Call call) = 0;
    virtual void watch(WatchId id, WatchSpec spec) = 0;
    // No event of this watch follows. Unknown ids are ignored.
    virtual void unwatch(WatchId id) = 0;
};

}  // namespace bestgres::kube
