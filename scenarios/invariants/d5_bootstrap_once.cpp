#include "scenarios/invariants/d5_bootstrap_once.hpp"

namespace bestgres::scenarios {

void D5BootstrapOnce::judge_data(const std::string& pod_uid, const Truth& truth,
                                 Findings& findings) {
    const auto member = member_by_uid(truth, pod_uid);
    if (!member || member->postgres == nullptr || !member->postgres->volume().has_data()) {
        return;
    }
    const std::string& now = member->postgres->volume().system_identifier;
    const Data before =
        std::exchange(systems_[member->claim_uid], {now, member->half_made, member->pod_uid});
    if (before == systems_[member->claim_uid]) {
        return;
    }
    if (!before.system.empty() && before.system != now && !before.half_made) {
        findings.add(
            text,
            "The volume of " + member->pod + " held system " + before.system + " and holds " + now,
            {"claim " + member->claim_uid});
    }
    for (const MemberTruth& other : truth.members()) {
        if (other.cluster != member->cluster || other.postgres == nullptr || other.half_made) {
            continue;
        }
        const fakepatroni::Volume& data = other.postgres->volume();
        if (data.has_data() && data.system_identifier != now) {
            findings.add(text,
                         "Cluster " + member->cluster + " was bootstrapped twice: " + member->pod +
                             " is of system " + now + ", " + other.pod + " of " +
                             data.system_identifier,
                         {describe_member(*member), describe_member(other)});
            return;
        }
    }
}

void D5BootstrapOnce::judge_key(const ObjectChanged& changed, const Truth& truth,
                                Findings& findings) const {
    const std::string_view after = changed.after.annotation("initialize");
    if (!by_operator(changed.actor) || after.empty() ||
        after == changed.before.annotation("initialize")) {
        return;
    }
    const kube::Ref ref{kube::kinds::config_map, std::string(changed.after.ns()),
                        std::string(changed.after.name())};
    if (owner_of_dcs_object(truth, ref)) {
        findings.add(text, changed.actor.name + " writes `initialize` of " + to_string(ref),
                     {identify(changed.before), identify(changed.after)});
    }
}

void D5BootstrapOnce::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    if (const auto* postgres = std::get_if<PostgresChanged>(&occurrence)) {
        judge_data(postgres->pod_uid, truth, findings);
    } else if (const auto* patroni = std::get_if<PatroniChanged>(&occurrence)) {
        // Before it finds out itself that its data is of another system.
        judge_data(patroni->pod_uid, truth, findings);
    } else if (const auto* changed = std::get_if<ObjectChanged>(&occurrence)) {
        if (changed->after.kind() == kube::kinds::config_map.name) {
            judge_key(*changed, truth, findings);
        } else if (changed->before.kind() == kube::kinds::persistent_volume_claim.name &&
                   changed->after.name().empty()) {
            systems_.erase(std::string(changed->before.uid()));
        }
    }
}

void D5BootstrapOnce::hash_into(Hasher& hasher) const {
    for (const auto& [claim, data] : systems_) {
        hasher.add(claim);
        hasher.add(data.system);
        hasher.add(data.pod_uid);
        hasher.add(static_cast<std::uint64_t>(data.half_made));
    }
}

}  // namespace bestgres::scenarios
