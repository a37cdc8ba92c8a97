#include "scenarios/invariants/k5_preconditions.hpp"

namespace bestgres::scenarios {
namespace {

bool carries_version(const Json& body) {
    return !string_at(body, {"metadata", "resourceVersion"}).empty();
}

// What the call lacks; empty where nothing.
std::string missing(const kube::Call& call) {
    if (const auto* remove = std::get_if<kube::Delete>(&call)) {
        return remove->only_if.uid ? "" : "uid";
    }
    if (const auto* evict = std::get_if<kube::Evict>(&call)) {
        return evict->only_if.uid ? "" : "uid";
    }
    const bool changes =
        std::holds_alternative<kube::Patch>(call) || std::holds_alternative<kube::Replace>(call);
    return changes && !carries_version(written_body(call)) ? "resourceVersion" : "";
}

bool takes_away(const kube::Call& call) {
    return std::holds_alternative<kube::Delete>(call) || std::holds_alternative<kube::Evict>(call);
}

bool covers(const kube::List& list, const kube::Ref& ref) {
    return list.kind == ref.kind && (list.ns.empty() || list.ns == ref.ns);
}

}  // namespace

void K5Preconditions::note_performed(const CallPerformed& performed) {
    const std::string& who = performed.actor.name;
    if (const auto* list = std::get_if<kube::List>(&performed.call)) {
        std::erase_if(unread_, [&](const auto& entry) {
            return entry.first.first == who && covers(*list, entry.first.second);
        });
    } else if (const auto* get = std::get_if<kube::Get>(&performed.call)) {
        unread_.erase({who, get->ref});
    } else if (const auto ref = written_ref(performed.call)) {
        if (performed.outcome.ok() && ref->kind != kube::kinds::event) {
            unread_[{who, *ref}] = kube::describe(performed.call);
        }
    }
}

void K5Preconditions::on(const Occurrence& occurrence, const Truth&, Findings& findings) {
    if (const auto* ended = std::get_if<OperatorEnded>(&occurrence)) {
        std::erase_if(unread_, [ended](const auto& entry) {
            return entry.first.first == ended->operator_name;
        });
    }
    if (const auto* performed = std::get_if<CallPerformed>(&occurrence)) {
        if (by_operator(performed->actor)) {
            note_performed(*performed);
        }
        return;
    }
    const auto* const arrived = std::get_if<CallArrived>(&occurrence);
    if (arrived == nullptr || !by_operator(arrived->actor) || !kube::is_write(arrived->call)) {
        return;
    }
    const std::string what = arrived->actor.name + ": " + kube::describe(arrived->call);
    if (const std::string lacks = missing(arrived->call); !lacks.empty()) {
        findings.add(text, what + " carries no " + lacks, {identify(arrived->before)});
    }
    if (takes_away(arrived->call)) {
        const auto unread = unread_.find({arrived->actor.name, *written_ref(arrived->call)});
        if (unread != unread_.end()) {
            findings.add(text, what + " comes before it has read the object again",
                         {"its own write before: " + unread->second, identify(arrived->before)});
        }
    }
}

void K5Preconditions::hash_into(Hasher& hasher) const {
    for (const auto& [key, what] : unread_) {
        hasher.add(key.first);
        hasher.add(to_string(key.second));
        hasher.add(what);
    }
}

}  // namespace bestgres::scenarios
