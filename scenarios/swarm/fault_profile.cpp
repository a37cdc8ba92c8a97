#include "scenarios/swarm/fault_profile.hpp"

#include <array>

namespace bestgres::scenarios {
namespace {

using std::chrono::seconds;
using Kind = FaultKind;
using Hits = TargetSort;

constexpr std::array profiles = std::to_array<FaultProfile>({
    {Kind::competing_writer, "F-A1", Hits::actor, seconds(0), seconds(0), 0, 0, Harm::none},
    {Kind::throttled, "F-A2", Hits::actor, seconds(1), seconds(60), 1, 20, Harm::none},
    {Kind::server_error, "F-A3", Hits::actor, seconds(1), seconds(60), 500, 500, Harm::none},
    {Kind::timeout_before, "F-A4", Hits::actor, seconds(0), seconds(10), 0, 0, Harm::none},
    {Kind::timeout_after, "F-A5", Hits::actor, seconds(0), seconds(10), 0, 0, Harm::none},
    {Kind::reset, "F-A6", Hits::actor, seconds(0), seconds(10), 0, 0, Harm::none},
    {Kind::slow_answers, "F-A7", Hits::actor, seconds(1), seconds(300), 5, 4000, Harm::none},
    {Kind::refused, "F-A8", Hits::actor, seconds(1), seconds(60), 401, 403, Harm::none},
    {Kind::quota, "F-A9", Hits::actor, seconds(1), seconds(120), 0, 0, Harm::none},
    {Kind::api_outage, "F-A10", Hits::nothing, seconds(1), seconds(600), 0, 0, Harm::none},
    {Kind::watch_drop, "F-W1", Hits::watcher, seconds(0), seconds(0), 0, 0, Harm::none},
    {Kind::watch_stall, "F-W2", Hits::watcher, seconds(1), seconds(900), 0, 0, Harm::none},
    {Kind::watch_delay, "F-W3", Hits::watcher, seconds(1), seconds(600), 10, 60000, Harm::none},
    {Kind::watch_coalesce, "F-W5", Hits::watcher, seconds(1), seconds(300), 0, 0, Harm::none},
    {Kind::watch_duplicate, "F-W6", Hits::watcher, seconds(0), seconds(0), 0, 0, Harm::none},
    {Kind::watch_gone, "F-W7", Hits::watcher, seconds(0), seconds(0), 0, 0, Harm::none},
    {Kind::replica_lag, "F-W10", Hits::api_replica, seconds(1), seconds(300), 1, 500, Harm::none},
    {Kind::replica_freeze, "F-W10", Hits::api_replica, seconds(1), seconds(600), 0, 0, Harm::none},
    {Kind::operator_crash, "F-O1", Hits::operator_core, seconds(1), seconds(120), 0, 0, Harm::none},
    {Kind::operator_pause, "F-O3", Hits::operator_core, seconds(1), seconds(120), 0, 0, Harm::none},
    {Kind::lease_renewal_fails, "F-O4", Hits::operator_core, seconds(1), seconds(120), 0, 0,
     Harm::none},
    {Kind::clock_jump, "F-O4", Hits::clock, seconds(0), seconds(0), -5000, 5000, Harm::none},
    {Kind::second_operator, "F-O3", Hits::operator_core, seconds(10), seconds(600), 1, 1,
     Harm::none},
    {Kind::log_blocked, "F-O6", Hits::operator_core, seconds(1), seconds(60), 0, 0, Harm::none},
    {Kind::pod_kill, "F-N1", Hits::pod, seconds(0), seconds(0), 0, 30, Harm::none},
    {Kind::container_crash, "F-N1", Hits::pod, seconds(0), seconds(0), 0, 0, Harm::none},
    {Kind::liveness_kill, "F-N1", Hits::pod, seconds(0), seconds(0), 0, 0, Harm::none},
    {Kind::pod_eviction, "F-N1", Hits::pod, seconds(0), seconds(0), 0, 0, Harm::none},
    {Kind::node_crash, "F-N2", Hits::node, seconds(5), seconds(600), 0, 0, Harm::none},
    {Kind::node_drain, "F-N2", Hits::node, seconds(30), seconds(300), 0, 0, Harm::none},
    {Kind::node_removed, "F-N2", Hits::node, seconds(10), seconds(300), 0, 0, Harm::none},
    {Kind::node_cut_off, "F-N3", Hits::node, seconds(1), seconds(300), 0, 0, Harm::none},
    {Kind::kubelet_dead, "F-N3", Hits::node, seconds(10), seconds(600), 0, 0, Harm::none},
    {Kind::image_pull_fails, "F-N4", Hits::node, seconds(10), seconds(300), 0, 0, Harm::none},
    {Kind::probe_fails, "F-N4", Hits::pod, seconds(1), seconds(120), 0, 0, Harm::none},
    {Kind::volume_attach_slow, "F-N5", Hits::node, seconds(10), seconds(600), 5, 360, Harm::none},
    {Kind::volume_lost, "F-N5", Hits::pod, seconds(0), seconds(0), 0, 0, Harm::takes_a_copy},
    {Kind::volume_read_only, "F-N5", Hits::pod, seconds(10), seconds(120), 0, 0,
     Harm::holds_back_replication},
    {Kind::volume_full, "F-N5", Hits::pod, seconds(10), seconds(120), 0, 0,
     Harm::holds_back_replication},
    {Kind::fsync_slow, "F-N5", Hits::pod, seconds(1), seconds(120), 10, 5000, Harm::none},
    {Kind::torn_writes, "F-N5", Hits::pod, seconds(1), seconds(300), 0, 0, Harm::none},
    {Kind::resize_fails, "F-N5", Hits::pod, seconds(10), seconds(1200), 0, 0, Harm::none},
    {Kind::proxy_stale, "F-N6", Hits::node, seconds(1), seconds(60), 0, 0, Harm::none},
    {Kind::partition, "F-X1", Hits::link, seconds(1), seconds(300), 0, 0,
     Harm::holds_back_replication},
    {Kind::packet_loss, "F-X2", Hits::link, seconds(1), seconds(300), 10, 500,
     Harm::holds_back_replication},
    {Kind::latency, "F-X2", Hits::link, seconds(1), seconds(300), 10, 2000,
     Harm::holds_back_replication},
    {Kind::half_open, "F-X2", Hits::link, seconds(1), seconds(120), 0, 0,
     Harm::holds_back_replication},
    {Kind::patroni_crash, "F-P1", Hits::pod, seconds(0), seconds(0), 0, 0, Harm::none},
    {Kind::patroni_hang, "F-P1", Hits::pod, seconds(1), seconds(120), 0, 0, Harm::none},
    {Kind::patroni_slow, "F-P1", Hits::pod, seconds(1), seconds(300), 100, 5000, Harm::none},
    {Kind::rest_error, "F-P1", Hits::pod, seconds(1), seconds(120), 500, 503, Harm::none},
    {Kind::rest_silent, "F-P1", Hits::pod, seconds(1), seconds(120), 0, 0, Harm::none},
    {Kind::rest_lost_after_apply, "F-P1", Hits::pod, seconds(1), seconds(60), 0, 0, Harm::none},
    {Kind::dcs_config_wiped, "F-P2", Hits::cluster, seconds(0), seconds(0), 0, 0, Harm::none},
    {Kind::leader_object_deleted, "F-P2", Hits::cluster, seconds(0), seconds(0), 0, 0, Harm::none},
    {Kind::paused_by_hand, "F-P2", Hits::cluster, seconds(5), seconds(300), 0, 0, Harm::none},
    {Kind::postgres_crash, "F-G1", Hits::pod, seconds(0), seconds(0), 0, 0, Harm::none},
    {Kind::slow_shutdown, "F-G1", Hits::pod, seconds(1), seconds(300), 0, 0, Harm::none},
    {Kind::slow_start, "F-G1", Hits::pod, seconds(1), seconds(120), 0, 0, Harm::none},
    {Kind::promote_fails, "F-G1", Hits::pod, seconds(1), seconds(120), 0, 0, Harm::none},
    {Kind::connections_full, "F-G1", Hits::pod, seconds(1), seconds(120), 0, 0, Harm::none},
    {Kind::replication_stuck, "F-G2", Hits::pod, seconds(1), seconds(300), 0, 0,
     Harm::holds_back_replication},
    {Kind::replication_lag, "F-G2", Hits::pod, seconds(1), seconds(300), 10, 10000,
     Harm::holds_back_replication},
    {Kind::slot_lost, "F-G2", Hits::pod, seconds(0), seconds(0), 0, 0, Harm::none},
    {Kind::rewind_fails, "F-G2", Hits::pod, seconds(10), seconds(300), 0, 0, Harm::none},
    {Kind::base_backup_fails, "F-G2", Hits::pod, seconds(10), seconds(300), 1, 99, Harm::none},
    {Kind::copy_corrupt, "F-G2", Hits::pod, seconds(0), seconds(0), 0, 0, Harm::takes_a_copy},
    {Kind::sync_wait_hangs, "F-G3", Hits::pod, seconds(1), seconds(120), 0, 0, Harm::none},
    {Kind::password_changed, "F-G3", Hits::pod, seconds(0), seconds(0), 0, 0, Harm::licenses_loss},
    {Kind::object_edited, "F-H1", Hits::object, seconds(0), seconds(0), 0, 0, Harm::none},
    {Kind::object_deleted, "F-H1", Hits::object, seconds(0), seconds(0), 0, 0, Harm::none},
    {Kind::stateful_set_scaled, "F-H1", Hits::cluster, seconds(0), seconds(0), 0, 5, Harm::none},
    {Kind::finalizer_removed, "F-H1", Hits::cluster, seconds(0), seconds(0), 0, 0,
     Harm::licenses_loss},
    {Kind::pod_force_deleted, "F-H1", Hits::pod, seconds(0), seconds(0), 0, 0, Harm::licenses_loss},
    {Kind::old_manifest_applied, "F-H1", Hits::cluster, seconds(0), seconds(0), 0, 0,
     Harm::licenses_loss},
    {Kind::api_snapshot_restored, "F-H1", Hits::nothing, seconds(0), seconds(0), 0, 0,
     Harm::licenses_loss},
});

constexpr bool in_order() {
    for (std::size_t at = 0; at < profiles.size(); ++at) {
        if (static_cast<std::size_t>(profiles[at].kind) != at) {
            return false;
        }
    }
    return true;
}
static_assert(in_order() && profiles.back().kind == FaultKind::api_snapshot_restored,
              "every kind of fault has its profile here, in the order of the enumeration");

}  // namespace

const FaultProfile& profile_of(FaultKind kind) {
    return profiles.at(static_cast<std::size_t>(kind));
}

}  // namespace bestgres::scenarios
