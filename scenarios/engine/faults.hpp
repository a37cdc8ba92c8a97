// Faults on the timeline: when they begin, what they do, when they end.
#pragma once

#include <string_view>

#include "scenarios/engine/calls.hpp"
#include "scenarios/engine/world_state.hpp"

namespace bestgres::scenarios {

// Whether `question(fault, run)` holds for any active fault.
template <class Question>
bool any_active(const WorldState& world, Question question) {
    for (const std::uint32_t number : world.active_faults) {
        if (question(world.scenario->faults[number], world.faults[number])) {
            return true;
        }
    }
    return false;
}
inline bool strikes(const WorldState& world, FaultKind kind, std::string_view target) {
    return any_active(world, [&](const Fault& fault, const FaultRun& run) {
        return fault.kind == kind && (run.target.empty() || run.target == target);
    });
}

// How long volumes of this pod take to be attached.
Duration slow_attachment(const WorldState& world, std::string_view pod);

// fault_schedule.cpp: triggers
void arm_triggers(WorldState& world);
void look_at_triggers(WorldState& world);                  // time and states
void fire_for_call(WorldState& world, const AtPoint& at);  // calls
void schedule_triggers(WorldState& world);
void begin_fault(WorldState& world, std::uint32_t number);
void end_fault(WorldState& world, std::uint32_t number);
// Faults that have not begun and edits that have not been made, by id.
std::vector<std::string> never_triggered(const WorldState& world);

// call_faults.cpp: what strikes a call at one of its points
void strike_call(WorldState& world, const AtPoint& at, Treatment& treatment);
void force_outcome(WorldState& world, const AtPoint& at, Treatment& treatment);

// fault_effects.cpp and its neighbours: by kind
void take_effect(WorldState& world, const Fault& fault, const std::string& target);
void lose_effect(WorldState& world, const Fault& fault, const std::string& target);

}  // namespace bestgres::scenarios
