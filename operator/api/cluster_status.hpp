// BGCluster's status: what the operator found at its last pass. It is derived from facts every
// time, never stored and trusted; a steady cluster's status does not change.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/time.hpp"
#include "operator/api/field.hpp"

namespace bestgres::api {

enum class Phase {
    creating,
    running,
    degraded,
    updating,
    scaling,
    recovering,
    switching_over,
    paused,
    hibernated,
    deleting,
    failed
};
enum class ConditionStatus { is_true, is_false, unknown };
enum class MemberRole { primary, replica, synchronous, quorum };

// How far a replica is behind. Classes, not bytes: exact lag would cost a write at every look. None
// for 0: under traffic it would come and go with every loop of Patroni.
enum class LagClass { under_1mi, under_16mi, more, unknown };
LagClass lag_class(std::int64_t bytes);

// metav1.Condition.
struct Condition {
    std::string type;  // Ready, SpecValid, Progressing, ...
    ConditionStatus status = ConditionStatus::unknown;
    std::string reason;  // one CamelCase word
    std::string message;
    Instant last_transition_time;
    std::int64_t observed_generation = 0;

    bool operator==(const Condition&) const = default;
};

struct MemberStatus {
    std::string name;
    std::optional<MemberRole> role;  // absent while Patroni has not said
    std::string state;               // Patroni's word: running, streaming, starting, stopped, ...
    std::int64_t timeline = 0;       // 0: not known
    std::optional<LagClass> lag;     // absent for a primary
    bool ready = false;
    bool pending_restart = false;
    std::string version;  // of PostgreSQL, "15.8"
    std::string patroni;  // version of Patroni
    std::string node;

    bool operator==(const MemberStatus&) const = default;
};

struct ServicesStatus {
    std::string primary;   // "db.shop.svc:5432"
    std::string replicas;  // "db-repl.shop.svc:5432"

    bool operator==(const ServicesStatus&) const = default;
};

// Nothing waits without saying what for and until when.
struct WaitingStatus {
    std::string rule;
    std::string because;
    Instant since;
    std::optional<Instant> deadline;

    bool operator==(const WaitingStatus&) const = default;
};

struct DecisionStatus {
    Instant time;
    std::string rule;
    std::string effect;
    std::string because;

    bool operator==(const DecisionStatus&) const = default;
};

struct PendingStatus {
    std::int64_t restarts = 0;  // members whose PostgreSQL must restart for a parameter
    std::int64_t updates = 0;   // members whose pod is of an older template
    std::string summary;        // "1 restart, 2 updates"

    bool operator==(const PendingStatus&) const = default;
};

struct VolumeStatus {
    std::string name;  // of the PVC
    std::string requested;
    std::string capacity;
    std::string state;             // Bound, Pending, Growing, Retained, Quarantined, ...
    std::optional<Instant> until;  // of one in quarantine: it is deleted then

    bool operator==(const VolumeStatus&) const = default;
};

struct ClusterStatus {
    std::optional<Phase> phase;
    std::string ready;  // "2/3": ready members of wanted members
    std::string primary;
    std::string version;          // of PostgreSQL, the primary's
    std::optional<LagClass> lag;  // the worst of all replicas
    std::int64_t timeline = 0;
    std::int64_t observed_generation = 0;
    std::int64_t instances = 0;  // pods there are: the scale subresource reads it
    std::string selector;        // their label selector, as text
    std::vector<Condition> conditions;
    std::vector<MemberStatus> members;
    ServicesStatus services;
    std::vector<WaitingStatus> waiting_for;
    std::vector<DecisionStatus> decisions;
    PendingStatus pending;
    std::vector<VolumeStatus> volumes;

    bool operator==(const ClusterStatus&) const = default;
};

}  // namespace bestgres::api
