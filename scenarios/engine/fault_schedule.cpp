// When faults begin and end and edits are made: triggers against what happens.
#include <algorithm>

#include "lib/kube/workload.hpp"
#include "lib/patroni/parse.hpp"
#include "scenarios/engine/edits.hpp"
#include "scenarios/engine/engine.hpp"
#include "scenarios/engine/faults.hpp"
#include "scenarios/engine/target.hpp"
#include "scenarios/engine/truth_view.hpp"
#include "scenarios/engine/world_conditions.hpp"

namespace bestgres::scenarios {
namespace {

bool strikes_calls(FaultKind kind) {
    switch (kind) {
        case FaultKind::competing_writer:
        case FaultKind::throttled:
        case FaultKind::server_error:
        case FaultKind::timeout_before:
        case FaultKind::timeout_after:
        case FaultKind::reset:
        case FaultKind::slow_answers:
        case FaultKind::refused:
        case FaultKind::quota:
        case FaultKind::rest_error:
        case FaultKind::rest_silent:
        case FaultKind::rest_lost_after_apply:
            return true;
        default:  // happens at once, or strikes for a span
            return false;
    }
}

// Visits the faults and edits whose triggers have not held yet.
template <class Visitor>
void visit_waiting(WorldState& world, Visitor visitor) {
    for (std::uint32_t number = 0; number < world.faults.size(); ++number) {
        if (world.faults[number].stage == FaultRun::Stage::waiting) {
            visitor(world.scenario->faults[number].when, world.faults[number].progress,
                    [&world, number] { begin_fault(world, number); });
        }
    }
    for (std::uint32_t number = 0; number < world.edits.size(); ++number) {
        if (!world.edits[number].made) {
            visitor(world.scenario->edits[number].when, world.edits[number].progress,
                    [&world, number] { make_edit(world, number); });
        }
    }
}

void update_what_is_awaited(WorldState& world) {
    world.waits_for_calls = false;
    world.waits_for_states = false;
    visit_waiting(world, [&](const Trigger& trigger, TriggerProgress& progress, auto) {
        world.waits_for_calls = world.waits_for_calls || waits_for_calls(trigger, progress);
        world.waits_for_states = world.waits_for_states || waits_for_states(trigger, progress);
    });
    schedule_triggers(world);
}

void advance_all(WorldState& world, const Moment& moment) {
    bool any = false;
    visit_waiting(world, [&](const Trigger& trigger, TriggerProgress& progress, auto begin) {
        const TriggerProgress before = progress;
        if (advance(trigger, progress, moment)) {
            begin();
        }
        any = any || !(before == progress);
    });
    if (any) {
        update_what_is_awaited(world);
    }
}

}  // namespace

void arm_triggers(WorldState& world) {
    world.faults.resize(world.scenario->faults.size());
    world.edits.resize(world.scenario->edits.size());
    update_what_is_awaited(world);
}

void schedule_triggers(WorldState& world) {
    std::optional<Instant> earliest;
    visit_waiting(world, [&](const Trigger& trigger, TriggerProgress& progress, auto) {
        if (const auto due = next_due(trigger, progress, world.start)) {
            earliest = std::min(earliest.value_or(*due), *due);
        }
    });
    if (earliest && (!world.triggers_due || *earliest < *world.triggers_due ||
                     *world.triggers_due <= world.now)) {
        world.triggers_due = std::max(*earliest, world.now);
        put_at(world, *world.triggers_due, TriggersDue{});
    }
}

void look_at_triggers(WorldState& world) {
    const bool due = world.triggers_due && *world.triggers_due <= world.now;
    if (due) {
        world.triggers_due.reset();
    }
    const bool states = world.states_changed && world.waits_for_states;
    world.states_changed = false;
    if (due || states) {
        const WorldConditions conditions(world);
        Moment moment{.now = world.now, .start = world.start};
        moment.states = &conditions;
        advance_all(world, moment);
        schedule_triggers(world);
    }
    world.step_effect.clear();
}

void fire_for_call(WorldState& world, const AtPoint& at) {
    if (!world.waits_for_calls) {
        return;
    }
    Moment moment{.now = world.now, .start = world.start};
    moment.call = &at.label;
    moment.point = at.point;
    advance_all(world, moment);
}

void begin_fault(WorldState& world, std::uint32_t number) {
    const Fault& fault = world.scenario->faults[number];
    FaultRun& run = world.faults[number];
    run.stage = FaultRun::Stage::active;
    run.began = world.now;
    run.target = resolve_target(fault.target, TruthView(world));
    run.one_call = strikes_calls(fault.kind) && fault.lasts == Duration::zero() && !fault.for_ever;
    world.active_faults.push_back(number);
    world.last_disturbance = world.now;
    world.states_changed = true;
    note_effect(world);
    tell(world, FaultBegan{fault.id});
    const std::string target = run.target;
    take_effect(world, fault, target);
    if (!fault.for_ever && !run.one_call) {
        put(world, fault.lasts, FaultEnds{number});
    }
}

void end_fault(WorldState& world, std::uint32_t number) {
    FaultRun& run = world.faults[number];
    if (run.stage != FaultRun::Stage::active) {
        return;
    }
    const Fault& fault = world.scenario->faults[number];
    run.stage = FaultRun::Stage::over;
    std::erase(world.active_faults, number);
    world.last_disturbance = world.now;
    world.states_changed = true;
    note_effect(world);
    lose_effect(world, fault, run.target);
    tell(world, FaultEnded{fault.id});
}

std::vector<std::string> never_triggered(const WorldState& world) {
    std::vector<std::string> ids;
    for (std::size_t number = 0; number < world.faults.size(); ++number) {
        if (world.faults[number].stage == FaultRun::Stage::waiting) {
            ids.push_back(world.scenario->faults[number].id);
        }
    }
    for (std::size_t number = 0; number < world.edits.size(); ++number) {
        if (!world.edits[number].made) {
            ids.push_back(world.scenario->edits[number].id);
        }
    }
    return ids;
}

}  // namespace bestgres::scenarios
