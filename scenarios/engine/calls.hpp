// The way of a call to the API server and of its answer: four points at which faults strike, and a
// network between.
#pragma once

#include "fakekube/in_process_cluster.hpp"
#include "scenarios/engine/world_state.hpp"

namespace bestgres::scenarios {

// Who calls, as the API server knows it.
fakekube::Caller caller_of(const WorldState& world, const Process& process);

struct Outgoing {
    kube::CallId id = 0;
    kube::Call call;
    std::string_view site = {};  // of an operator's call
    Duration patience = std::chrono::seconds(10);
};
// May end the caller's process: a fault can strike before the call has left.
void send_call(WorldState& world, const Process& from, Outgoing outgoing);
void arrive(WorldState& world, CallArrives arrives);
void answer(WorldState& world, AnswerArrives arrives);

// Performs a call at once and tells of it.
Result<kube::Outcome, kube::Error> perform_as(WorldState& world, const Actor& actor,
                                              const fakekube::Caller& caller, kube::Call& call);
// As a person with every right, at once and without faults.
Result<kube::Outcome, kube::Error> perform_as_user(WorldState& world, kube::Call call);

// Nobody at this process's place gets through to the API server now.
bool is_unreachable(const WorldState& world, const Process& process);

// One call of an operator comes to a point: triggers, forced outcomes and standing faults strike.
struct AtPoint {
    const CallLabel& label;
    std::uint64_t number = 0;  // of an operator's call; 0: of somebody else
    CallPoint point = CallPoint::before_send;
};
void at_point(WorldState& world, const AtPoint& at, Treatment& treatment);
std::uint64_t number_call(WorldState& world, std::uint32_t operator_index, std::string_view site,
                          const CallLabel& label);

}  // namespace bestgres::scenarios
