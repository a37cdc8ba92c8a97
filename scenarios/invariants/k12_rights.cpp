#include "scenarios/invariants/k12_rights.hpp"

namespace bestgres::scenarios {
namespace {

// How an authorizer refuses, over HTTP and in process; a quota or an ending namespace is forbidden
// in other words.
bool is_for_want_of_rights(const kube::Error& error) {
    return error.code == kube::ErrorCode::forbidden &&
           (error.message.find(" cannot ") != std::string::npos ||
            error.message.find(" may not ") != std::string::npos);
}

// A Role that was taken away by hand refuses what the shipped one allows.
bool is_somebodys_doing(const Truth& truth) {
    for (const Fault& fault : truth.active_faults()) {
        if (fault.kind == FaultKind::refused || fault.kind == FaultKind::object_edited ||
            fault.kind == FaultKind::object_deleted ||
            fault.kind == FaultKind::old_manifest_applied) {
            return true;
        }
    }
    return false;
}

bool has_wildcard(const Json& rules) {
    for (const Json& rule : rules) {
        for (const char* const part : {"apiGroups", "resources", "verbs", "resourceNames"}) {
            for (const Json& word : array_at(rule, {part})) {
                if (word == "*") {
                    return true;
                }
            }
        }
    }
    return false;
}

}  // namespace

void K12Rights::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    if (const auto* performed = std::get_if<CallPerformed>(&occurrence)) {
        const bool ours =
            by_operator(performed->actor) || performed->actor.sort == ActorSort::patroni;
        if (ours && !performed->outcome.ok() && is_for_want_of_rights(performed->outcome.error()) &&
            !is_somebodys_doing(truth)) {
            findings.add(text,
                         performed->actor.name + ": " + kube::describe(performed->call) +
                             " is more than its Role allows",
                         {performed->outcome.error().message});
        }
    } else if (const auto* changed = std::get_if<ObjectChanged>(&occurrence)) {
        if (by_operator(changed->actor) && changed->after.kind() == kube::kinds::role.name &&
            has_wildcard(array_at(changed->after.json(), {"rules"}))) {
            findings.add(text,
                         changed->actor.name + " makes Role " + std::string(changed->after.name()) +
                             " with a wildcard",
                         {identify(changed->after), dump(changed->after.json()["rules"])});
        }
    }
}

}  // namespace bestgres::scenarios
