#include "scenarios/invariants/l7_progress.hpp"

namespace bestgres::scenarios {

void L7Progress::on(const Occurrence& occurrence, const Truth&, Findings& findings) {
    const auto* const performed = std::get_if<CallPerformed>(&occurrence);
    if (performed == nullptr || !by_operator(performed->actor)) {
        return;
    }
    const std::optional<kube::Ref> ref = written_ref(performed->call);
    if (!ref) {
        return;
    }
    const bool conflict =
        !performed->outcome.ok() && performed->outcome.error().code == kube::ErrorCode::conflict;
    if (!conflict) {
        conflicts_.erase({performed->actor.name, *ref});
        return;
    }
    const int tries = ++conflicts_[{performed->actor.name, *ref}];
    if (tries == most_tries + 1) {
        findings.add(text,
                     performed->actor.name + ": " + kube::describe(performed->call) +
                         " has met another writer " + std::to_string(tries) + " times in a row",
                     {performed->outcome.error().message});
    }
}

void L7Progress::hash_into(Hasher& hasher) const {
    for (const auto& [key, tries] : conflicts_) {
        hasher.add(key.first);
        hasher.add(to_string(key.second));
        hasher.add(static_cast<std::uint64_t>(tries));
    }
}

}  // namespace bestgres::scenarios
