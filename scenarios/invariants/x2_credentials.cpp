#include "scenarios/invariants/x2_credentials.hpp"

#include <set>

#include "lib/kube/workload.hpp"

namespace bestgres::scenarios {
namespace {

std::uint64_t contents(const kube::Object& secret) {
    return hash_json(object_at(secret.json(), {"data"}));
}

// A password that two users share: the key of the second; empty where there is none.
std::string shared_password(const kube::Object& secret) {
    constexpr std::string_view ending = "password";
    std::set<std::string> passwords;
    for (const auto& [key, value] : object_at(secret.json(), {"data"}).items()) {
        const bool is_password = std::string_view(key).ends_with(ending) && value.is_string();
        if (is_password && !passwords.insert(value.get<std::string>()).second) {
            return key;
        }
    }
    return "";
}

bool has_volumes(const Truth& truth, const ClusterId& id) {
    for (const kube::Object& claim : children(truth, kube::kinds::persistent_volume_claim, id)) {
        if (kube::claim_phase(claim) == "Bound" && !claim.being_deleted()) {
            return true;
        }
    }
    return false;
}

}  // namespace

void X2Credentials::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    const auto* const changed = std::get_if<ObjectChanged>(&occurrence);
    if (changed == nullptr || changed->after.kind() != kube::kinds::secret.name ||
        cluster_name(changed->after).empty()) {
        return;
    }
    const kube::Object& after = changed->after;
    const ClusterId id = cluster_of(after);
    const std::uint64_t now = contents(after);
    const auto known = published_.find(id);
    const bool other = known != published_.end() && known->second != now;
    const std::string shared = by_operator(changed->actor) ? shared_password(after) : "";
    if (!shared.empty()) {
        findings.add(text,
                     changed->actor.name + " gives users of " + to_string(id) +
                         " the same password: " + shared + " is another one's too",
                     {identify(after)});
    }
    if (by_operator(changed->actor) && other) {
        if (!changed->before.name().empty()) {
            findings.add(text, changed->actor.name + " changes the credentials of " + to_string(id),
                         {identify(changed->before), identify(after)});
        } else if (has_volumes(truth, id)) {
            findings.add(text,
                         changed->actor.name + " makes other credentials for " + to_string(id) +
                             ", whose volumes hold data",
                         {identify(after)});
        }
    }
    published_[id] = now;
}

void X2Credentials::hash_into(Hasher& hasher) const {
    for (const auto& [id, hash] : published_) {
        hasher.add(to_string(id));
        hasher.add(hash);
    }
}

}  // namespace bestgres::scenarios
