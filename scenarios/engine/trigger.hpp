// When something of a scenario begins, as data. Causal triggers are found again after the code
// around them has changed; a time is the weakest way to say when.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "lib/base/time.hpp"

namespace bestgres::scenarios {

// Who acts on the API server. `name` tells one of a sort: "operator-1", "db-0", "node-2".
enum class ActorSort { user, operator_core, patroni, kubelet, controller, competitor };
struct Actor {
    ActorSort sort = ActorSort::user;
    std::string name = {};

    bool operator==(const Actor&) const = default;
};

enum class CallPoint {
    before_send,   // the call has not left its caller
    before_apply,  // it has left, and has not reached the server
    after_apply,   // the server has done it, the caller does not know yet
    after_answer,  // the caller has the answer and has acted on it
};

// Empty texts match everything. Verbs are those of RBAC, and "status", "restart", "switchover" and
// so on for calls to Patroni, "sql" for calls to PostgreSQL.
struct CallPattern {
    std::string actor = {};  // by name, or by sort: "operator", "patroni", "kubelet", "user"
    std::string verb = {};
    std::string kind = {};
    std::string name = {};

    bool operator==(const CallPattern&) const = default;
};

struct AtTime {
    Duration since_start{};
    bool operator==(const AtTime&) const = default;
};
struct AfterCall {
    CallPattern pattern = {};
    CallPoint point = CallPoint::after_apply;
    std::int64_t nth = 1;  // counted from the moment when the trigger is armed
    bool operator==(const AfterCall&) const = default;
};
enum class Condition {
    settled,       // `subject` (a cluster) matches its spec, nothing is planned or on its way
    exists,        // `subject` is "Kind/name"
    absent,        // likewise
    member_state,  // `subject` is a pod, `value` the state that its Patroni publishes
    leader,        // `subject` is a cluster, `value` the pod that holds the lock
    phase,         // `subject` is a cluster, `value` its status.phase
    step,          // `subject` is a cluster, `value` the effect that its operator begins
    fault_over,    // `subject` is the id of a fault
    edit_made,     // `subject` is the id of an edit
};
struct WhenState {
    Condition condition = Condition::settled;
    std::string subject = {};
    std::string value = {};
    std::int64_t nth = 1;  // the nth time that it becomes true
    bool operator==(const WhenState&) const = default;
};

struct Trigger;
enum class Combination { all_of, any_of, one_after_another };
struct Combined {
    Combination how = Combination::all_of;
    std::vector<Trigger> parts;
    bool operator==(const Combined&) const;
};

struct Trigger {
    std::variant<AtTime, AfterCall, WhenState, Combined> when = AtTime{};
    Duration delay{};  // from the moment when `when` holds

    bool operator==(const Trigger&) const = default;
};

inline bool Combined::operator==(const Combined& other) const {
    return how == other.how && parts == other.parts;
}

}  // namespace bestgres::scenarios
