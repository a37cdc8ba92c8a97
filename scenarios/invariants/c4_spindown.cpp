#include "scenarios/invariants/c4_spindown.hpp"

#include <fmt/format.h>

namespace bestgres::scenarios {
namespace {

// The group whose own object the operator is about to delete for good.
std::optional<GroupKey> group_deleted_by(const CallArrived& arrived, const Truth& truth) {
    const auto* remove = std::get_if<kube::Delete>(&arrived.call);
    if (remove == nullptr || !by_operator(arrived.actor) ||
        !holds(remove->only_if, arrived.before)) {
        return std::nullopt;
    }
    const bool of_group = remove->ref.kind == kube::kinds::stateful_set ||
                          remove->ref.kind == kube::kinds::persistent_volume_claim;
    const kube::Object cluster = resource_of(truth, cluster_of(arrived.before));
    const std::optional<GroupKey> key = group_of(cluster);
    const bool removed = of_group && key && key->group != 0 && cluster.being_deleted() &&
                         !whole_cluster_goes(truth, key->scope);
    return removed ? key : std::nullopt;
}

}  // namespace

void C4Spindown::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    if (std::holds_alternative<CitusChanged>(occurrence)) {
        for (const auto& [key, member] : primaries(truth)) {
            const CitusTables* tables = tables_of(member);
            if (tables != nullptr && !tables->prepared.empty()) {
                prepared_.insert(key);
            } else if (tables != nullptr) {
                prepared_.erase(key);
            }
        }
        return;
    }
    const auto* arrived = std::get_if<CallArrived>(&occurrence);
    const std::optional<GroupKey> key =
        arrived == nullptr ? std::nullopt : group_deleted_by(*arrived, truth);
    if (!key) {
        return;
    }
    std::vector<std::string> left;
    for (const auto& [of, tables] : metadata_in(primaries_in(truth, key->scope))) {
        for (const auto shard : tables->only_copies_on(key->group)) {
            left.push_back(fmt::format("{} places shard {} there",
                                       to_string(GroupKey{key->scope, of}), shard));
        }
        if (tables->primary_of(key->group) != nullptr) {
            left.push_back(to_string(GroupKey{key->scope, of}) + " has it in pg_dist_node");
        }
    }
    if (prepared_.contains(*key)) {
        left.push_back("a transaction is prepared on it");
    }
    const bool volume = arrived->before.kind() == kube::kinds::persistent_volume_claim.name;
    for (const MemberTruth& member : truth.members()) {
        if (volume && member.claim_uid == arrived->before.uid()) {
            left.push_back(member.pod + " runs on it");
        }
    }
    if (!left.empty()) {
        findings.add(text,
                     fmt::format("{} deletes {} of {} while {}", arrived->actor.name,
                                 arrived->before.name(), to_string(*key), left.front()),
                     left);
    }
}

void C4Spindown::hash_into(Hasher& hasher) const {
    for (const GroupKey& key : prepared_) {
        hasher.add(key.scope);
        hasher.add(static_cast<std::uint64_t>(key.group));
    }
}

}  // namespace bestgres::scenarios
