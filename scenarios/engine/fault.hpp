// What can go wrong in a world, as data. Every fault is one that production has seen; the budget of
// a scenario (budget.hpp) keeps them from making loss of data legitimate.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/time.hpp"
#include "scenarios/engine/trigger.hpp"

namespace bestgres::scenarios {

// Ids as in the fault table of reference/simulation.md section 4, with F- before them.
enum class FaultKind {
    // --- the API server. `target`: an actor whose calls suffer ("operator-1", "patroni", "db-0",
    //     "" for all). One call for those that follow a call, else for the fault's span.
    competing_writer,  // F-A1: somebody else writes the object of the next write first
    throttled,         // F-A2: 429, `amount`: seconds of Retry-After
    server_error,      // F-A3: `amount`: the status, 500, 503 or 504
    timeout_before,    // F-A4: no answer, not applied
    timeout_after,     // F-A5: no answer, applied
    reset,             // F-A6: the connection breaks after it was applied
    slow_answers,      // F-A7: `amount`: milliseconds each way
    refused,           // F-A8: `amount`: 401, 403, 404 or 422
    quota,             // F-A9: creates are refused as an exceeded quota refuses them
    api_outage,        // F-A10: nobody is answered and every watch breaks
    // --- watches. `target`: a watcher, "operator-1" or "operator-1/Pod" or "db-0/ConfigMap"
    watch_drop,       // F-W1
    watch_stall,      // F-W2: silence without an end
    watch_delay,      // F-W3, F-W4: `amount`: milliseconds; kinds are reordered against each other
    watch_coalesce,   // F-W5: states in between are not shown
    watch_duplicate,  // F-W6: after a reconnect, some events come again
    watch_gone,       // F-W7, F-W9: 410
    replica_lag,      // F-W10: `target`: an API replica; `amount`: events that it lags behind
    replica_freeze,   // F-W10: `target`: an API replica; watches on it hear nothing
    // --- the operator. `target`: "operator-1"
    operator_crash,  // F-O1: killed at the trigger's point; starts again after the fault's span.
    // `amount`: the number of the API replica that it then connects to, 0: as before
    operator_pause,       // F-O3: a process that stands still, and then goes on
    lease_renewal_fails,  // F-O4
    clock_jump,           // F-O4: `target`: an operator or a node; `amount`: milliseconds
    second_operator,      // F-O3, F-O5: another instance runs; `amount`: its manifest revision
    log_blocked,          // F-O6: records are not taken
    // --- nodes and kubelets. `target`: a pod or a node
    pod_kill,            // F-N1: the pod is deleted; `amount`: grace in seconds
    container_crash,     // F-N1: SIGKILL of the container, as by the OOM killer
    liveness_kill,       // F-N1
    pod_eviction,        // F-N1: through the eviction API
    node_crash,          // F-N2: the node's processes die; it is back after the span
    node_drain,          // F-N2: cordoned, its pods evicted; uncordoned after the span
    node_removed,        // F-N2: its object is deleted while it runs
    node_cut_off,        // F-N3: kubelet and proxy do not reach the API server, pods run on
    kubelet_dead,        // F-N3: containers go on, nobody reports or obeys
    image_pull_fails,    // F-N4
    probe_fails,         // F-N4: readiness is told as false
    volume_attach_slow,  // F-N5: `amount`: seconds
    volume_lost,         // F-N5: the data of one volume is gone
    volume_read_only,    // F-N5
    volume_full,         // F-N5
    fsync_slow,          // F-N5: `amount`: milliseconds
    torn_writes,         // F-N5: unsynced writes are lost at the next crash
    resize_fails,        // F-N5
    proxy_stale,         // F-N6: `target`: a node; its Service forwarding stands still
    // --- the network. `target`: "a>b", each a node, "api", "operator-1"; ">" one way, "=" both
    partition,    // F-X1
    packet_loss,  // F-X2: `amount`: per mille of messages that are lost
    latency,      // F-X2: `amount`: milliseconds more each way
    half_open,    // F-X2: connections hang, nobody is told
    // --- Patroni. `target`: a pod
    patroni_crash,          // F-P1: the process dies, its container with it
    patroni_hang,           // F-P1: SIGSTOP for the span, PostgreSQL runs on
    patroni_slow,           // F-P1: `amount`: milliseconds more for each cycle
    rest_error,             // F-P1: `amount`: the status that its REST API answers
    rest_silent,            // F-P1: no answer
    rest_lost_after_apply,  // F-P1: done, and not answered
    dcs_config_wiped,       // F-P2: `target`: a cluster
    leader_object_deleted,  // F-P2: `target`: a cluster
    paused_by_hand,         // F-P2: `target`: a cluster; resumed after the span
    // --- PostgreSQL. `target`: a pod
    postgres_crash,     // F-G1
    slow_shutdown,      // F-G1
    slow_start,         // F-G1
    promote_fails,      // F-G1
    connections_full,   // F-G1
    replication_stuck,  // F-G2: the receiver takes nothing in
    replication_lag,    // F-G2: `amount`: milliseconds
    slot_lost,          // F-G2
    rewind_fails,       // F-G2
    base_backup_fails,  // F-G2: `amount`: per cent at which it fails
    copy_corrupt,       // F-G2: one copy fails its checksums
    sync_wait_hangs,    // F-G3
    password_changed,   // F-G3: the superuser's, by hand
    // --- people. `target`: "Kind/name"
    object_edited,          // F-H1: a field of a child object is changed by hand
    object_deleted,         // F-H1: a child object is deleted
    stateful_set_scaled,    // F-H1: `amount`: replicas
    finalizer_removed,      // F-H1
    pod_force_deleted,      // F-H1: without grace, its processes may still run
    old_manifest_applied,   // F-H1
    api_snapshot_restored,  // F-H1: versions go back
};

// "operator_crash": the word of replay files.
std::string_view to_string(FaultKind kind);
std::optional<FaultKind> find_fault_kind(std::string_view name);
std::vector<FaultKind> all_fault_kinds();

struct Fault {
    std::string id = {};  // "f1": unique in its scenario
    FaultKind kind = FaultKind::container_crash;
    std::string target = {};  // may name a role, see target.hpp
    Trigger when = {};
    Duration lasts{};         // zero: it happens and is over
    bool for_ever = false;    // it never ends: what is outside of it must go on all the same
    std::int64_t amount = 0;  // by kind

    bool operator==(const Fault&) const = default;
};

}  // namespace bestgres::scenarios
