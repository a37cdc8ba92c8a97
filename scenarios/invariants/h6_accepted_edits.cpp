#include "scenarios/invariants/h6_accepted_edits.hpp"

namespace bestgres::scenarios {
namespace {

// An object that is gone or taken is what a user meets in any world, and so is a budget. No fault
// hits the calls of users: what is "unavailable" is the 500 of an apply whose fields have the wrong
// types.
bool is_a_mistake(kube::ErrorCode code) {
    switch (code) {
        case kube::ErrorCode::invalid:
        case kube::ErrorCode::forbidden:
        case kube::ErrorCode::unauthorized:
        case kube::ErrorCode::unavailable:
            return true;
        case kube::ErrorCode::not_found:
        case kube::ErrorCode::already_exists:
        case kube::ErrorCode::conflict:
        case kube::ErrorCode::gone:
        case kube::ErrorCode::throttled:
        case kube::ErrorCode::timeout:
            return false;
    }
    return false;
}

}  // namespace

void H6AcceptedEdits::on(const Occurrence& occurrence, const Truth&, Findings& findings) {
    const auto* const performed = std::get_if<CallPerformed>(&occurrence);
    if (performed == nullptr || performed->actor.sort != ActorSort::user ||
        performed->outcome.ok() || !is_a_mistake(performed->outcome.error().code)) {
        return;
    }
    findings.add(text,
                 "The scenario's " + kube::describe(performed->call) +
                     " is refused: mend the scenario, or the schema",
                 {performed->outcome.error().message});
}

}  // namespace bestgres::scenarios
