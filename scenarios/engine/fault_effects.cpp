// What faults do when they begin, and what ends with them, by kind. Those that strike calls and
// watches one by one stand active and are asked for; here is what happens at once.
#include <algorithm>

#include "lib/kube/workload.hpp"
#include "scenarios/engine/engine.hpp"
#include "scenarios/engine/exposure.hpp"
#include "scenarios/engine/fault_kinds.hpp"
#include "scenarios/engine/faults.hpp"
#include "scenarios/engine/rest_faults.hpp"
#include "scenarios/engine/servers.hpp"
#include "scenarios/engine/watching.hpp"

namespace bestgres::scenarios {

Duration slow_attachment(const WorldState& world, std::string_view pod) {
    Duration slow{};
    any_active(world, [&](const Fault& fault, const FaultRun& run) {
        const bool meant =
            run.target.empty() || run.target == pod || find_node_of(world, pod) == run.target;
        if (fault.kind == FaultKind::volume_attach_slow && meant) {
            slow = std::chrono::seconds(fault.amount);
        }
        return false;
    });
    return slow;
}

std::string find_node_of(const WorldState& world, std::string_view pod) {
    for (auto at = world.containers.rbegin(); at != world.containers.rend(); ++at) {
        if (at->pod == pod) {
            return world.nodes[at->node].name;
        }
    }
    return "";
}

std::optional<std::int64_t> rest_error(WorldState& world, std::string_view pod) {
    std::optional<std::int64_t> status;
    any_active(world, [&](const Fault& fault, const FaultRun& run) {
        if (fault.kind == FaultKind::rest_error && (run.target.empty() || run.target == pod)) {
            status = fault.amount;
        }
        return status.has_value();
    });
    if (status) {
        use_up(world, FaultKind::rest_error, pod);
    }
    return status;
}

void use_up(WorldState& world, FaultKind kind, std::string_view pod) {
    const std::vector<std::uint32_t> active = world.active_faults;
    for (const std::uint32_t number : active) {
        const FaultRun& run = world.faults[number];
        if (world.scenario->faults[number].kind == kind && run.one_call &&
            (run.target.empty() || run.target == pod)) {
            end_fault(world, number);
            return;
        }
    }
}

void take_effect(WorldState& world, const Fault& fault, const std::string& target) {
    const bool known =
        begin_on_api(world, fault, target) || begin_on_operator(world, fault, target) ||
        begin_on_node(world, fault, target) || begin_on_member(world, fault, target) ||
        begin_by_people(world, fault, target);
    (void)known;  // what is left stands active and is asked for
    tend_links(world);
    measure_all_exposure(world);
}

void lose_effect(WorldState& world, const Fault& fault, const std::string& target) {
    end_on_api(world, fault, target);
    end_on_operator(world, fault, target);
    end_on_node(world, fault, target);
    end_on_member(world, fault, target);
    end_by_people(world, fault, target);
    tend_links(world);
    measure_all_exposure(world);
    resume_watches(world);
}

}  // namespace bestgres::scenarios
