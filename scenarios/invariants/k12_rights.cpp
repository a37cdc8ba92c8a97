#include "scenarios/invariants/k12_rights.hpp"

#include <algorithm>

namespace bestgres::scenarios {
namespace {

// How an authorizer refuses, over HTTP and in process; a quota or an ending namespace is forbidden
// in other words.
bool is_for_want_of_rights(const kube::Error& error) {
    return error.code == kube::ErrorCode::forbidden &&
           (error.message.find(" cannot ") != std::string::npos ||
            error.message.find(" may not ") != std::string::npos);
}

bool is_refused_by_a_fault(const Truth& truth) {
    const std::vector<Fault> faults = truth.active_faults();
    return std::any_of(faults.begin(), faults.end(),
                       [](const Fault& fault) { return fault.kind == FaultKind::refused; });
}

// Of a cluster: the operator mends it. Its own are for people to keep.
bool grants_rights(const kube::Object& object) {
    const bool grants = object.kind() == kube::kinds::role.name ||
                        object.kind() == kube::kinds::role_binding.name ||
                        object.kind() == kube::kinds::service_account.name;
    return grants && !owner_uid(object).empty();
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

// What refuses while a grant is as a person left it is no fault of the shipped one.
void K12Rights::follow(const ObjectChanged& changed) {
    const kube::Object& object = changed.after.name().empty() ? changed.before : changed.after;
    // Rights go with everything else that is in it, in no order.
    namespace_ends_ = namespace_ends_ || (object.kind() == kube::kinds::namespace_.name &&
                                          (changed.after.name().empty() || object.being_deleted()));
    if (!grants_rights(object)) {
        return;
    }
    const std::string name = std::string(object.kind()) + "/" + std::string(object.name());
    if (changed.actor.sort == ActorSort::user && !changed.before.name().empty()) {
        spoiled_.insert(name);
    } else if (by_operator(changed.actor)) {
        spoiled_.erase(name);
    }
}

void K12Rights::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    if (const auto* performed = std::get_if<CallPerformed>(&occurrence)) {
        const bool ours =
            by_operator(performed->actor) || performed->actor.sort == ActorSort::patroni;
        if (ours && !performed->outcome.ok() && is_for_want_of_rights(performed->outcome.error()) &&
            spoiled_.empty() && !namespace_ends_ && !is_refused_by_a_fault(truth)) {
            findings.add(text,
                         performed->actor.name + ": " + kube::describe(performed->call) +
                             " is more than its Role allows",
                         {performed->outcome.error().message});
        }
    } else if (const auto* changed = std::get_if<ObjectChanged>(&occurrence)) {
        follow(*changed);
        if (by_operator(changed->actor) && changed->after.kind() == kube::kinds::role.name &&
            has_wildcard(array_at(changed->after.json(), {"rules"}))) {
            findings.add(text,
                         changed->actor.name + " makes Role " + std::string(changed->after.name()) +
                             " with a wildcard",
                         {identify(changed->after), dump(changed->after.json()["rules"])});
        }
    }
}

void K12Rights::hash_into(Hasher& hasher) const {
    for (const std::string& name : spoiled_) {
        hasher.add(name);
    }
    hasher.add(static_cast<std::uint64_t>(namespace_ends_));
}

}  // namespace bestgres::scenarios
