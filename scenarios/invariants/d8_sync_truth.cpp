#include "scenarios/invariants/d8_sync_truth.hpp"

#include <set>

#include "fakepatroni/synchronous.hpp"
#include "lib/patroni/parse.hpp"
#include "operator/manifests/names.hpp"

namespace bestgres::scenarios {
namespace {

fakepatroni::SynchronousNames names_in_force(const MemberTruth& primary) {
    const fakepatroni::Parameters& in_force = primary.postgres->parameters();
    const auto names = in_force.find("synchronous_standby_names");
    return fakepatroni::parse_synchronous_names(
               names == in_force.end() ? std::string_view() : std::string_view(names->second))
        .value_or({});
}

// How many votes and waits have to come together so that whoever is elected has been waited for: a
// voter that the primary does not wait for yet is none the less safe while enough votes are asked.
// https://patroni.readthedocs.io/en/latest/replication_modes.html, quorum commit mode.
std::size_t voters_and_names(const patroni::SyncState& sync,
                             const fakepatroni::SynchronousNames& names) {
    std::set<std::string> all(sync.standbys.begin(), sync.standbys.end());
    all.insert(names.names.begin(), names.names.end());
    return all.size();
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
    const fakepatroni::SynchronousNames names = names_in_force(*primary);
    if (sync.quorum > 0) {
        if (static_cast<std::size_t>(sync.quorum) + names.number < voters_and_names(sync, names)) {
            findings.add(text,
                         "a quorum is published in which nobody has to be whom " + primary->pod +
                             " waits for",
                         {identify(changed->after), dump(annotations), describe_member(*primary)});
        }
        return;
    }
    for (const std::string& standby : sync.standbys) {
        const bool added = before.leader != sync.leader || !before.contains(standby);
        if (added && standby != sync.leader && names.priority_of(standby) == 0) {
            findings.add(text,
                         standby + " is published as a synchronous standby of " + primary->pod +
                             ", which does not wait for it",
                         {identify(changed->after), dump(annotations), describe_member(*primary)});
        }
    }
}

}  // namespace bestgres::scenarios
