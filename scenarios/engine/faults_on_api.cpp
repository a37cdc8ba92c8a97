// API replicas, watches and the network.
#include <charconv>

#include "scenarios/engine/engine.hpp"
#include "scenarios/engine/fault_kinds.hpp"
#include "scenarios/engine/watching.hpp"

namespace bestgres::scenarios {
namespace {

// "api-2" or "2".
ApiReplica* find_replica(WorldState& world, std::string_view name) {
    const std::size_t dash = name.rfind('-');
    const std::string_view digits = dash == std::string_view::npos ? name : name.substr(dash + 1);
    std::size_t number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return number >= 1 && number <= world.replicas.size() ? &world.replicas[number - 1] : nullptr;
}

std::size_t number_of(const WorldState& world, const Fault& fault) {
    for (std::size_t number = 0; number < world.scenario->faults.size(); ++number) {
        if (world.scenario->faults[number].id == fault.id) {
            return number;
        }
    }
    return world.scenario->faults.size();
}

bool disturb_network(WorldState& world, const Fault& fault, const std::string& target) {
    const Result<LinkPattern> link = parse_link(target);
    if (link.ok()) {
        world.network.add({.fault = number_of(world, fault),
                           .kind = fault.kind,
                           .link = *link,
                           .amount = fault.amount});
    }
    return true;
}

}  // namespace

bool begin_on_api(WorldState& world, const Fault& fault, const std::string& target) {
    switch (fault.kind) {
        case FaultKind::api_outage:
            break_watches(world, "", false);
            return true;
        case FaultKind::watch_drop:
            break_watches(world, target, false);
            return true;
        case FaultKind::watch_gone:
            break_watches(world, target, true);
            return true;
        case FaultKind::replica_lag:
            if (ApiReplica* replica = find_replica(world, target)) {
                replica->lags_by = static_cast<std::uint64_t>(fault.amount);
            }
            return true;
        case FaultKind::replica_freeze:
            if (ApiReplica* replica = find_replica(world, target)) {
                replica->frozen_at = world.server.version();
            }
            return true;
        case FaultKind::partition:
        case FaultKind::packet_loss:
        case FaultKind::latency:
        case FaultKind::half_open:
            return disturb_network(world, fault, target);
        default:  // of the neighbours
            return false;
    }
}

void end_on_api(WorldState& world, const Fault& fault, const std::string& target) {
    switch (fault.kind) {
        case FaultKind::replica_lag:
            if (ApiReplica* replica = find_replica(world, target)) {
                replica->lags_by = 0;
            }
            return;
        case FaultKind::replica_freeze:
            if (ApiReplica* replica = find_replica(world, target)) {
                replica->frozen_at.reset();
            }
            return;
        case FaultKind::partition:
        case FaultKind::packet_loss:
        case FaultKind::latency:
        case FaultKind::half_open:
            world.network.remove(number_of(world, fault));
            return;
        default:  // nothing ends with it
            return;
    }
}

}  // namespace bestgres::scenarios
