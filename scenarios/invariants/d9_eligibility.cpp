#include "scenarios/invariants/d9_eligibility.hpp"

#include "lib/patroni/parse.hpp"
#include "operator/manifests/names.hpp"

namespace bestgres::scenarios {
namespace {

// Why the new holder should not lead; empty where it may.
std::string objection(const Truth& truth, const ClusterId& id, const std::string& holder) {
    const kube::Object pod = truth.object({kube::kinds::pod, id.ns, holder});
    const auto status = patroni::parse_member_status(pod.annotation("status"));
    if (status.ok() && find_bool(status->tags, {"nofailover"}).value_or(false)) {
        return "is tagged nofailover";
    }
    const auto member = member_by_uid(truth, pod.uid());
    if (member && member->postgres != nullptr && !member->postgres->volume().has_data() &&
        config_of(truth, id).initialize.value_or("") != "") {
        return "has no data";
    }
    const patroni::SyncState sync = sync_of(truth, id);
    const bool allowed = sync.leader.empty() || sync.leader == holder || sync.contains(holder);
    return allowed ? "" : "is no synchronous standby of " + sync.leader;
}

}  // namespace

void D9Eligibility::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    const auto* const changed = std::get_if<ObjectChanged>(&occurrence);
    if (changed == nullptr || changed->after.kind() != kube::kinds::config_map.name ||
        changed->actor.sort != ActorSort::patroni) {
        return;
    }
    const std::string holder(changed->after.annotation("leader"));
    if (holder.empty() || holder == changed->before.annotation("leader")) {
        return;
    }
    const ClusterId id = cluster_of(changed->after);
    if (changed->after.name() != manifests::dcs_leader_name(id.name)) {
        return;
    }
    if (const std::string why = objection(truth, id, holder); !why.empty()) {
        const patroni::SyncState sync = sync_of(truth, id);
        findings.add(
            text, holder + " takes the lock of " + to_string(id) + ", but it " + why,
            {identify(changed->after), "published before: leader " + sync.leader + ", " +
                                           std::to_string(sync.standbys.size()) + " standbys"});
    }
}

}  // namespace bestgres::scenarios
