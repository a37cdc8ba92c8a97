// Patroni and PostgreSQL of one pod.
#include "scenarios/engine/engine.hpp"
#include "scenarios/engine/fault_kinds.hpp"
#include "scenarios/engine/kubelet.hpp"
#include "scenarios/engine/members.hpp"

namespace bestgres::scenarios {
namespace {

std::optional<std::uint32_t> container_meant(WorldState& world, const std::string& pod) {
    const Container* const container = find_container(world, pod);
    return container == nullptr
               ? std::nullopt
               : std::optional(static_cast<std::uint32_t>(container - world.containers.data()));
}

}  // namespace

bool begin_on_member(WorldState& world, const Fault& fault, const std::string& target) {
    const auto container = container_meant(world, target);
    switch (fault.kind) {
        case FaultKind::patroni_hang:
            if (container) {
                freeze_patroni(world, *container);
            }
            return true;
        case FaultKind::probe_fails:
            if (container) {
                look_at_readiness(world, *container);
            }
            return true;
        default:  // of the neighbours
            return false;
    }
}

void end_on_member(WorldState& world, const Fault& fault, const std::string& target) {
    const auto container = container_meant(world, target);
    switch (fault.kind) {
        case FaultKind::patroni_hang:
            if (container) {
                thaw_patroni(world, *container);
            }
            return;
        case FaultKind::probe_fails:
            if (container) {
                look_at_readiness(world, *container);
            }
            return;
        default:  // nothing ends with it
            return;
    }
}

}  // namespace bestgres::scenarios
