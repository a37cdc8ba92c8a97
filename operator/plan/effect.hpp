// What the operator can do to the world, as data. An effect names its target by uid, so that a
// namesake born later is left alone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lib/kube/cluster.hpp"
#include "lib/kube/object.hpp"
#include "lib/postgres/sql.hpp"
#include "operator/api/operation.hpp"

namespace bestgres::plan {

// One incarnation of a member's pod, and where its Patroni and PostgreSQL answer.
struct Target {
    std::string pod;
    std::string uid;
    std::string address;

    bool operator==(const Target&) const = default;
};

// Server-side apply. An object that the cache does not know is looked for first: a foreign object
// of that name is never taken over.
struct ApplyObject {
    kube::Kind kind;
    kube::Object object;
    // Of a StatefulSet: others start beside a first member that is to lead.
    bool on_fresh_reads = false;
    bool operator==(const ApplyObject&) const = default;
};
// Create only, after a quorum read has proven absence: what exists is never overwritten.
struct CreateSecret {
    kube::Object object;  // holds secrets: never logged
    bool operator==(const CreateSecret&) const = default;
};
// A patch with the version it was decided on as precondition.
struct PatchObject {
    kube::Ref ref;
    std::string uid;
    std::string resource_version;
    Json merge;        // RFC 7386, without metadata.resourceVersion
    std::string what;  // "grow to 20Gi": for people, and what makes two patches the same intent
    bool operator==(const PatchObject&) const = default;
};
// Anything but a pod.
struct DeleteObject {
    kube::Ref ref;
    std::string uid;
    std::string resource_version;  // as it was decided on
    kube::Propagation propagation = kube::Propagation::background;
    bool operator==(const DeleteObject&) const = default;
};
// A pod that serves nobody, or whose cluster is being deleted.
struct DeletePod {
    std::string pod;
    std::string uid;
    std::string resource_version;
    bool operator==(const DeletePod&) const = default;
};
// A pod that serves. The API server asks its budget, so that a drain and this operator never take
// two members at once.
struct EvictPod {
    std::string pod;
    std::string uid;
    std::string resource_version;
    bool operator==(const EvictPod&) const = default;
};
// One member fewer: the StatefulSet controller removes the pod of the highest ordinal.
struct ScaleIn {
    std::string set_uid;
    std::string resource_version;
    std::int64_t from = 0;
    std::int64_t to = 0;
    bool operator==(const ScaleIn&) const = default;
};
// Patroni refuses when `leader` leads no more.
struct Switchover {
    Target leader;
    std::string candidate;
    bool operator==(const Switchover&) const = default;
};
// Of PostgreSQL alone, by its Patroni.
struct RestartPostgres {
    Target member;
    bool only_if_pending = true;  // Patroni refuses where no setting waits for it
    bool operator==(const RestartPostgres&) const = default;
};
struct ReinitMember {
    Target member;
    bool operator==(const ReinitMember&) const = default;
};
// `patch` as Patroni's PATCH /config takes it: nulls delete.
struct PatchPatroniConfig {
    Target through;
    Json patch;
    bool operator==(const PatchPatroniConfig&) const = default;
};
struct RunSql {
    Target leader;
    std::string purpose;  // "bootstrap SQL"
    std::vector<postgres::Statement> statements;
    bool operator==(const RunSql&) const = default;
};
// Create only, and by a name that is this try's alone: one that exists already is the one that was
// meant.
struct StartJob {
    kube::Object job;
    bool operator==(const StartJob&) const = default;
};
struct AddFinalizer {
    bool operator==(const AddFinalizer&) const = default;
};
// Removes exactly our entry, wherever it stands in the list.
struct DropFinalizer {
    bool operator==(const DropFinalizer&) const = default;
};
// One incarnation of a BGDbOps, as it was decided on.
struct OperationTarget {
    std::string name;
    std::string uid;
    std::string resource_version;
    bool operator==(const OperationTarget&) const = default;
};
// The journal of an operation. What it says of members was seen on fresh reads; that it waits, and
// what for, may be said on a cached view.
struct JournalOperation {
    OperationTarget operation;
    api::OperationStatus status;
    std::string what;  // "step 2/4", for people
    bool on_fresh_reads = true;
    bool operator==(const JournalOperation&) const = default;
};
// While an operation runs, deleting it waits for a safe point.
struct HoldOperation {
    OperationTarget operation;
    bool operator==(const HoldOperation&) const = default;
};
struct ReleaseOperation {
    OperationTarget operation;
    bool operator==(const ReleaseOperation&) const = default;
};
// A Kubernetes Event on the resource.
struct Announce {
    bool warning = false;
    std::string reason;  // CamelCase
    std::string message;
    bool operator==(const Announce&) const = default;
};

using Effect = std::variant<ApplyObject, CreateSecret, PatchObject, DeleteObject, DeletePod,
                            EvictPod, ScaleIn, Switchover, RestartPostgres, ReinitMember,
                            PatchPatroniConfig, RunSql, StartJob, AddFinalizer, DropFinalizer,
                            JournalOperation, HoldOperation, ReleaseOperation, Announce>;

// Whether the step can take something away from clients or from the data. A disruptive step is
// performed only when a plan over fresh reads still begins with it. A visit without default: a new
// effect must choose.
bool is_disruptive(const Effect& effect);

// "EvictPod", for logs, Events and decisions.
std::string_view name_of(const Effect& effect);
// "EvictPod db-1": without secrets.
std::string describe(const Effect& effect);

// Behind the description of a decision whose call may or may not have been carried out.
inline constexpr std::string_view outcome_unknown = " (outcome unknown)";

// The same intent on the same incarnation, whatever version of the object was seen.
bool same_intent(const Effect& left, const Effect& right);

}  // namespace bestgres::plan
