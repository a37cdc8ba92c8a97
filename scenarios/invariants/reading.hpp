// Words that laws share: who acts, what a call would write, whose object it is, what its user asks
// for, and how facts are written down.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/hash.hpp"
#include "lib/kube/cluster.hpp"
#include "lib/patroni/member.hpp"
#include "operator/api/cluster.hpp"
#include "scenarios/engine/occurrence.hpp"
#include "scenarios/engine/truth.hpp"

namespace bestgres::scenarios {

// A cluster of the world: its namespace and name.
struct ClusterId {
    std::string ns;
    std::string name;

    auto operator<=>(const ClusterId&) const = default;
};
std::string to_string(const ClusterId& id);  // "shop/db"

inline bool by_operator(const Actor& actor) {
    return actor.sort == ActorSort::operator_core;
}

// --- calls
// What a call writes; absent for reads.
std::optional<kube::Ref> written_ref(const kube::Call& call);
// The body that a create, apply, patch or replace carries; null for others.
const Json& written_body(const kube::Call& call);
// Whether the server will let the preconditions pass: what it refuses does no harm.
bool holds(const kube::Preconditions& preconditions, const kube::Object& stored);
// Likewise for the uid and resourceVersion that a patch or replace carries in its metadata.
bool body_holds(const Json& body, const kube::Object& stored);

// --- objects
std::string_view cluster_name(const kube::Object& object);  // the label; empty where there is none
ClusterId cluster_of(const kube::Object& object);
kube::Object resource_of(const Truth& truth, const ClusterId& id);
// All of a kind that carry the cluster's label.
std::vector<kube::Object> children(const Truth& truth, const kube::Kind& kind, const ClusterId& id);
// "Pod shop/db-0 uid=u1 rv=7": a fact.
std::string identify(const kube::Object& object);
std::string_view owner_uid(const kube::Object& object);

// --- what the user asks for
// Absent where it is not valid.
std::optional<api::ClusterSpec> asked_spec(const kube::Object& resource);
// What is asked for, or what was accepted last while that is not valid.
std::optional<api::ClusterSpec> spec_in_force(const Truth& truth, const ClusterId& id);

// Deletion was asked for, and no protection holds it: its annotation repeats the name, or there is
// none.
// How many members are to run: derived from the spec anew, as is_going is.
std::int64_t wanted_members(const api::ClusterSpec& spec);
bool is_going(const kube::Object& resource);

// --- what Patroni says in the store
patroni::LeaderLock lock_of(const Truth& truth, const ClusterId& id);
patroni::SyncState sync_of(const Truth& truth, const ClusterId& id);
patroni::ConfigState config_of(const Truth& truth, const ClusterId& id);
// The config, leader, failover or sync object of a cluster that exists in the world.
std::optional<ClusterId> owner_of_dcs_object(const Truth& truth, const kube::Ref& ref);
bool is_paused_by_hand(const Truth& truth, const ClusterId& id);

// --- members
std::vector<MemberTruth> members_of(const Truth& truth, const ClusterId& id);
std::optional<MemberTruth> member_by_uid(const Truth& truth, std::string_view pod_uid);

std::string seconds_text(Duration span);  // "12.5 s"

}  // namespace bestgres::scenarios
