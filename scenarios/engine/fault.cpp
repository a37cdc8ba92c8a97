#include "scenarios/engine/fault.hpp"

#include <algorithm>
#include <array>

namespace bestgres::scenarios {
namespace {

struct Named {
    FaultKind kind;
    std::string_view name;
};

constexpr std::array named_faults = std::to_array<Named>({
    {FaultKind::competing_writer, "competing_writer"},
    {FaultKind::throttled, "throttled"},
    {FaultKind::server_error, "server_error"},
    {FaultKind::timeout_before, "timeout_before"},
    {FaultKind::timeout_after, "timeout_after"},
    {FaultKind::reset, "reset"},
    {FaultKind::slow_answers, "slow_answers"},
    {FaultKind::refused, "refused"},
    {FaultKind::quota, "quota"},
    {FaultKind::api_outage, "api_outage"},
    {FaultKind::watch_drop, "watch_drop"},
    {FaultKind::watch_stall, "watch_stall"},
    {FaultKind::watch_delay, "watch_delay"},
    {FaultKind::watch_coalesce, "watch_coalesce"},
    {FaultKind::watch_duplicate, "watch_duplicate"},
    {FaultKind::watch_gone, "watch_gone"},
    {FaultKind::replica_lag, "replica_lag"},
    {FaultKind::replica_freeze, "replica_freeze"},
    {FaultKind::operator_crash, "operator_crash"},
    {FaultKind::operator_pause, "operator_pause"},
    {FaultKind::lease_renewal_fails, "lease_renewal_fails"},
    {FaultKind::clock_jump, "clock_jump"},
    {FaultKind::second_operator, "second_operator"},
    {FaultKind::log_blocked, "log_blocked"},
    {FaultKind::pod_kill, "pod_kill"},
    {FaultKind::container_crash, "container_crash"},
    {FaultKind::liveness_kill, "liveness_kill"},
    {FaultKind::pod_eviction, "pod_eviction"},
    {FaultKind::node_crash, "node_crash"},
    {FaultKind::node_drain, "node_drain"},
    {FaultKind::node_removed, "node_removed"},
    {FaultKind::node_cut_off, "node_cut_off"},
    {FaultKind::kubelet_dead, "kubelet_dead"},
    {FaultKind::image_pull_fails, "image_pull_fails"},
    {FaultKind::probe_fails, "probe_fails"},
    {FaultKind::volume_attach_slow, "volume_attach_slow"},
    {FaultKind::volume_lost, "volume_lost"},
    {FaultKind::volume_read_only, "volume_read_only"},
    {FaultKind::volume_full, "volume_full"},
    {FaultKind::fsync_slow, "fsync_slow"},
    {FaultKind::torn_writes, "torn_writes"},
    {FaultKind::resize_fails, "resize_fails"},
    {FaultKind::proxy_stale, "proxy_stale"},
    {FaultKind::partition, "partition"},
    {FaultKind::packet_loss, "packet_loss"},
    {FaultKind::latency, "latency"},
    {FaultKind::half_open, "half_open"},
    {FaultKind::patroni_crash, "patroni_crash"},
    {FaultKind::patroni_hang, "patroni_hang"},
    {FaultKind::patroni_slow, "patroni_slow"},
    {FaultKind::rest_error, "rest_error"},
    {FaultKind::rest_silent, "rest_silent"},
    {FaultKind::rest_lost_after_apply, "rest_lost_after_apply"},
    {FaultKind::dcs_config_wiped, "dcs_config_wiped"},
    {FaultKind::leader_object_deleted, "leader_object_deleted"},
    {FaultKind::paused_by_hand, "paused_by_hand"},
    {FaultKind::postgres_crash, "postgres_crash"},
    {FaultKind::slow_shutdown, "slow_shutdown"},
    {FaultKind::slow_start, "slow_start"},
    {FaultKind::promote_fails, "promote_fails"},
    {FaultKind::connections_full, "connections_full"},
    {FaultKind::replication_stuck, "replication_stuck"},
    {FaultKind::replication_lag, "replication_lag"},
    {FaultKind::slot_lost, "slot_lost"},
    {FaultKind::rewind_fails, "rewind_fails"},
    {FaultKind::base_backup_fails, "base_backup_fails"},
    {FaultKind::copy_corrupt, "copy_corrupt"},
    {FaultKind::sync_wait_hangs, "sync_wait_hangs"},
    {FaultKind::password_changed, "password_changed"},
    {FaultKind::object_edited, "object_edited"},
    {FaultKind::object_deleted, "object_deleted"},
    {FaultKind::stateful_set_scaled, "stateful_set_scaled"},
    {FaultKind::finalizer_removed, "finalizer_removed"},
    {FaultKind::pod_force_deleted, "pod_force_deleted"},
    {FaultKind::old_manifest_applied, "old_manifest_applied"},
    {FaultKind::api_snapshot_restored, "api_snapshot_restored"},
});

constexpr bool in_order() {
    for (std::size_t at = 0; at < named_faults.size(); ++at) {
        if (static_cast<std::size_t>(named_faults[at].kind) != at) {
            return false;
        }
    }
    return true;
}
static_assert(in_order() && named_faults.back().kind == FaultKind::api_snapshot_restored,
              "every kind of fault has its name here, in the order of the enumeration");

}  // namespace

std::string_view to_string(FaultKind kind) {
    return named_faults.at(static_cast<std::size_t>(kind)).name;
}

std::optional<FaultKind> find_fault_kind(std::string_view name) {
    const auto* found = std::find_if(named_faults.begin(), named_faults.end(),
                                     [name](const Named& one) { return one.name == name; });
    return found == named_faults.end() ? std::nullopt : std::optional(found->kind);
}

std::vector<FaultKind> all_fault_kinds() {
    std::vector<FaultKind> all;
    for (const Named& one : named_faults) {
        all.push_back(one.kind);
    }
    return all;
}

}  // namespace bestgres::scenarios
