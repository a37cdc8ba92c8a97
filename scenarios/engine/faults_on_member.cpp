// Patroni and PostgreSQL of one pod.
#include "scenarios/engine/engine.hpp"
#include "scenarios/engine/fault_kinds.hpp"
#include "scenarios/engine/faults.hpp"
#include "scenarios/engine/kubelet.hpp"
#include "scenarios/engine/members.hpp"
#include "scenarios/engine/servers.hpp"

namespace bestgres::scenarios {
namespace {

using fakepatroni::PostgresFaults;
using fakepatroni::PostgresWork;
using std::chrono::milliseconds;

std::optional<std::uint32_t> container_meant(WorldState& world, const std::string& pod) {
    const Container* const container = find_container(world, pod);
    return container == nullptr
               ? std::nullopt
               : std::optional(static_cast<std::uint32_t>(container - world.containers.data()));
}

// Whether the kind is one of those that a server has while they last.
bool add_server_fault(const Fault& fault, PostgresFaults& faults) {
    switch (fault.kind) {
        case FaultKind::slow_shutdown:
            faults.hangs = PostgresWork::stop;
            return true;
        case FaultKind::slow_start:
            faults.hangs = PostgresWork::start;
            return true;
        case FaultKind::promote_fails:
            faults.fails = PostgresWork::promote;
            return true;
        case FaultKind::connections_full:
            faults.refuses_connections = true;
            return true;
        case FaultKind::replication_stuck:
            faults.receiver_stuck = true;
            return true;
        case FaultKind::rewind_fails:
            faults.fails = PostgresWork::rewind;
            return true;
        case FaultKind::base_backup_fails:
            faults.backup_fails_at = static_cast<int>(fault.amount);
            return true;
        case FaultKind::fsync_slow:
            faults.flush_takes = milliseconds(fault.amount);
            return true;
        case FaultKind::sync_wait_hangs:
            faults.flush_hangs = true;
            return true;
        default:  // not of the server
            return false;
    }
}

bool is_of_disk(FaultKind kind) {
    return kind == FaultKind::volume_full || kind == FaultKind::volume_read_only;
}

bool is_of_server(const Fault& fault) {
    PostgresFaults none;
    return add_server_fault(fault, none) || is_of_disk(fault.kind);
}

void lose_volume(WorldState& world, std::uint32_t index) {
    const std::string claim = world.containers[index].claim_uid;
    container_ended(world, index, "the volume is gone");
    const auto volume = world.volumes.find(claim);
    if (volume != world.volumes.end()) {
        volume->second.wipe();
    }
}

// The slot that this pod streams from, at whoever feeds it.
void lose_slot(WorldState& world, std::uint32_t index) {
    const Container& container = world.containers[index];
    const auto upstream = find_server(world, (*container.postgres)->upstream());
    const auto request = (*container.postgres)->upstream_request();
    std::string slot = request ? request->slot : "";
    if (slot.empty()) {
        slot = container.pod;
        for (char& letter : slot) {
            letter = letter == '-' ? '_' : letter;
        }
    }
    if (upstream) {
        (*world.containers[*upstream].postgres.write()).lose_slot(slot, world.now);
        serve(world, *upstream);
    }
}

void strike_server(WorldState& world, FaultKind kind, std::uint32_t index) {
    fakepatroni::Postgres& server = *world.containers[index].postgres.write();
    switch (kind) {
        case FaultKind::postgres_crash:
            kill_server(world, index, "SIGKILL of the postmaster");
            return;
        case FaultKind::copy_corrupt:
            server.corrupt();
            break;
        case FaultKind::password_changed:
            (void)server.change({{.kind = fakepatroni::Change::Kind::set_password,
                                  .key = "postgres",
                                  .value = fakepatroni::digest_of_password("by hand")}},
                                world.now);
            break;
        case FaultKind::slot_lost:
            lose_slot(world, index);
            return;
        default:  // not of the server
            return;
    }
    serve(world, index);
}

}  // namespace

void set_server_faults(WorldState& world, std::uint32_t index) {
    Container& container = world.containers[index];
    if (!container.runs()) {
        return;
    }
    PostgresFaults faults;
    fakepatroni::Filesystem disk = (*container.postgres)->volume().disk;
    disk.other = 0;
    disk.read_only = false;
    any_active(world, [&](const Fault& fault, const FaultRun& run) {
        if (run.target == container.pod) {
            add_server_fault(fault, faults);
            disk.other = fault.kind == FaultKind::volume_full ? disk.size : disk.other;
            disk.read_only = disk.read_only || fault.kind == FaultKind::volume_read_only;
        }
        return false;
    });
    fakepatroni::Postgres& server = *container.postgres.write();
    if (!(server.faults() == faults)) {
        server.set_faults(faults, world.now);
    }
    if (!(server.volume().disk == disk)) {
        server.change_disk(disk, world.now);
    }
    serve(world, index);
}

bool begin_on_member(WorldState& world, const Fault& fault, const std::string& target) {
    const auto container = container_meant(world, target);
    if (!container) {
        return false;
    }
    if (is_of_server(fault)) {
        set_server_faults(world, *container);
        return true;
    }
    switch (fault.kind) {
        case FaultKind::patroni_hang:
            freeze_patroni(world, *container);
            return true;
        case FaultKind::rest_silent:
            agent_hears_anew(world, *container);
            return true;
        case FaultKind::probe_fails:
            look_at_readiness(world, *container);
            return true;
        case FaultKind::volume_lost:
            lose_volume(world, *container);
            return true;
        case FaultKind::postgres_crash:
        case FaultKind::copy_corrupt:
        case FaultKind::password_changed:
        case FaultKind::slot_lost:
            if (world.containers[*container].runs()) {
                strike_server(world, fault.kind, *container);
            }
            return true;
        default:  // of the neighbours
            return false;
    }
}

void end_on_member(WorldState& world, const Fault& fault, const std::string& target) {
    const auto container = container_meant(world, target);
    if (!container) {
        return;
    }
    if (is_of_server(fault)) {
        set_server_faults(world, *container);
        return;
    }
    switch (fault.kind) {
        case FaultKind::patroni_hang:
            thaw_patroni(world, *container);
            return;
        case FaultKind::rest_silent:
            if (world.containers[*container].runs()) {
                agent_looks_soon(world, *container);
            }
            return;
        case FaultKind::probe_fails:
            look_at_readiness(world, *container);
            return;
        default:  // nothing ends with it
            return;
    }
}

}  // namespace bestgres::scenarios
