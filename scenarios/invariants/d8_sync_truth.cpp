#include "scenarios/invariants/d8_sync_truth.hpp"

#include "fakepatroni/synchronous.hpp"
#include "lib/patroni/parse.hpp"
#include "operator/manifests/names.hpp"

namespace bestgres::scenarios {
namespace {

bool is_waited_for(const MemberTruth& primary, const std::string& standby) {
    const fakepatroni::Parameters& in_force = primary.postgres->parameters();
    const auto names = in_force.find("synchronous_standby_names");
    const auto parsed = fakepatroni::parse_synchronous_names(
        names == in_force.end() ? std::string_view() : std::string_view(names->second));
    return parsed.ok() && parsed->priority_of(standby) > 0;
}

}  // namespace

void D8SyncTruth::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    const auto* const changed = std::get_if<ObjectChanged>(&occurrence);
    if (changed == nullptr || changed->after.kind() != kube::kinds::config_map.name ||
        changed->actor.sort != ActorSort::patroni) {
        return;
    }
    const ClusterId id{std::string(changed->after.ns()), std::string(cluster_name(changed->after))};
    if (changed->after.name() != manifests::dcs_sync_name(id.name)) {
        return;
    }
    const Json& annotations = object_at(changed->after.json(), {"metadata", "annotations"});
    const patroni::SyncState sync = patroni::parse_sync(annotations);
    const patroni::SyncState before =
        patroni::parse_sync(object_at(changed->before.json(), {"metadata", "annotations"}));
    if (sync.leader.empty()) {
        return;
    }
    if (sync.contains(sync.leader)) {
        findings.add(text, sync.leader + " is published as a synchronous standby of itself",
                     {identify(changed->after), dump(annotations)});
    }
    const auto primary = writable_member(truth, id);
    if (!primary || primary->pod != sync.leader) {
        return;
    }
    for (const std::string& standby : sync.standbys) {
        const bool added = before.leader != sync.leader || !before.contains(standby);
        if (added && standby != sync.leader && !is_waited_for(*primary, standby)) {
            findings.add(text,
                         standby + " is published as a synchronous standby of " + primary->pod +
                             ", which does not wait for it",
                         {identify(changed->after), dump(annotations), describe_member(*primary)});
        }
    }
}

}  // namespace bestgres::scenarios
