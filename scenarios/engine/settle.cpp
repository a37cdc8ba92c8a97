#include "scenarios/engine/settle.hpp"

#include <algorithm>

#include "lib/kube/workload.hpp"
#include "scenarios/engine/endings.hpp"
#include "scenarios/engine/engine.hpp"
#include "scenarios/engine/exposure.hpp"
#include "scenarios/engine/faults.hpp"

namespace bestgres::scenarios {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr Duration quiet_when_sound = seconds(30);
constexpr Duration quiet_when_not = minutes(7);

bool is_sound(const WorldState& world) {
    const bool nodes = std::all_of(world.nodes.begin(), world.nodes.end(), [](const NodeRun& node) {
        return node.up && !node.kubelet_dead && !node.cut_off;
    });
    const bool containers = std::all_of(
        world.containers.begin(), world.containers.end(), [](const Container& container) {
            return container.is_over() || (container.ready && !container.being_deleted);
        });
    if (!nodes || !containers || !world.writerless_since.empty()) {
        return false;
    }
    const auto pods = all_stored(world, kube::kinds::pod);
    // That of a Job that failed stays, for its log.
    return std::all_of(pods.begin(), pods.end(), [](const kube::Object& pod) {
        return kube::pod_is_ready(pod) || kube::pod_phase(pod) == "Succeeded" ||
               kube::pod_phase(pod) == "Failed";
    });
}

bool has_plans(const WorldState& world) {
    const bool operators = std::any_of(
        world.operators.begin(), world.operators.end(), [&world](const OperatorRun& run) {
            if (!run.core->has_value() || !(*run.core)->leading(world.now + run.skew)) {
                return false;
            }
            return (*run.core)->next_work().has_value();
        });
    const bool faults = any_active(world, [](const Fault& fault, const FaultRun& run) {
        return !fault.for_ever && !run.one_call;
    });
    return operators || faults || !world.drains.empty() || is_letting_go(world);
}

// Something is still to come that the scenario itself asks for at a certain time.
bool has_appointments(const WorldState& world) {
    return world.triggers_due.has_value();
}

// So that a run ends even where triggers never hold.
Instant latest_end(const WorldState& world) {
    return world.last_disturbance + world.scenario->longest;
}

void finish_run(WorldState& world) {
    measure_all_exposure(world);
    tell(world, Finished{world.settled});
    world.over = true;
}

}  // namespace

void check_settled_later(WorldState& world) {
    const Instant at = world.now + quiet_when_sound;
    if (!world.settle_check || *world.settle_check <= world.now) {
        world.settle_check = at;
        put_at(world, at, SettleCheck{});
    }
}

void check_settled(WorldState& world) {
    const Duration quiet = world.now - world.last_effect;
    const bool settled = quiet >= quiet_when_sound && !has_plans(world) &&
                         (quiet >= quiet_when_not || is_sound(world));
    if (settled && !world.settled) {
        world.settled = true;
        world.states_changed = true;
        tell(world, Settled{});
        look_at_triggers(world);
        // What waited for it has begun: this was not the end.
        if (!world.settled) {
            check_settled_later(world);
            return;
        }
    }
    if ((world.settled && !has_appointments(world)) || world.now >= latest_end(world)) {
        finish_run(world);
        return;
    }
    check_settled_later(world);
}

}  // namespace bestgres::scenarios
