// Operators.
#include "scenarios/engine/engine.hpp"
#include "scenarios/engine/fault_kinds.hpp"
#include "scenarios/engine/operators.hpp"

namespace bestgres::scenarios {
namespace {

void crash(WorldState& world, const Fault& fault, const std::string& target) {
    const auto index = find_operator(world, target);
    if (!index) {
        return;
    }
    if (fault.amount > 0) {
        world.operators[*index].replica = static_cast<std::uint32_t>(fault.amount - 1) %
                                          static_cast<std::uint32_t>(world.replicas.size());
    }
    crash_operator(world, *index, fault.lasts);
}

}  // namespace

bool begin_on_operator(WorldState& world, const Fault& fault, const std::string& target) {
    const auto index = find_operator(world, target);
    switch (fault.kind) {
        case FaultKind::operator_crash:
            crash(world, fault, target);
            return true;
        case FaultKind::operator_pause:
            if (index) {
                pause_operator(world, *index);
            }
            return true;
        case FaultKind::second_operator:
            add_operator(world, fault.amount);
            return true;
        case FaultKind::clock_jump:
            if (index) {
                world.operators[*index].skew += std::chrono::milliseconds(fault.amount);
            } else if (NodeRun* node = find_node(world, target)) {
                node->skew += std::chrono::milliseconds(fault.amount);
            }
            return true;
        default:  // of the neighbours
            return false;
    }
}

void end_on_operator(WorldState& world, const Fault& fault, const std::string& target) {
    const auto index = find_operator(world, target);
    switch (fault.kind) {
        case FaultKind::operator_pause:
            if (index) {
                go_on(world, {*index, world.operators[*index].incarnation});
            }
            return;
        case FaultKind::second_operator:
            remove_operator(world, static_cast<std::uint32_t>(world.operators.size() - 1));
            return;
        default:  // nothing ends with it
            return;
    }
}

}  // namespace bestgres::scenarios
