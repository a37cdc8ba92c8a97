#include "scenarios/invariants/sharded_reached.hpp"

#include <charconv>

#include "operator/manifests/labels.hpp"
#include "operator/manifests/names.hpp"
#include "scenarios/invariants/sharding.hpp"

namespace bestgres::scenarios {
namespace {

std::string group_name(const kube::Object& sharded, GroupId group) {
    return manifests::group_cluster_name(sharded.name(), group);
}

GroupId number_in(std::string_view label) {
    GroupId number = 0;
    std::from_chars(label.data(), label.data() + label.size(), number);
    return number;
}

std::string wrong_with_groups(const Truth& truth, const kube::Object& sharded,
                              std::int64_t shards) {
    std::set<std::string> there;
    for (const kube::Object& cluster : truth.objects(kube::kinds::bg_cluster)) {
        if (cluster.annotation(manifests::owner_uid_key) == sharded.uid()) {
            there.insert(std::string(cluster.name()));
        }
    }
    for (GroupId group = 0; group <= shards; ++group) {
        if (there.erase(group_name(sharded, group)) == 0) {
            return group_name(sharded, group) + " is not there";
        }
    }
    return there.empty() ? "" : *there.begin() + " has not left";
}

// Patroni's coordinator reads them all.
std::string wrong_with_records(const Truth& truth, const kube::Object& sharded,
                               std::int64_t shards) {
    for (const kube::Object& object : truth.objects(kube::kinds::config_map)) {
        const GroupId group = number_in(object.label(manifests::citus_group_label));
        const bool of_whole =
            object.ns() == sharded.ns() && object.label(manifests::scope_label) == sharded.name();
        if (of_whole && group > shards) {
            return "ConfigMap " + std::string(object.name()) + " of a shard that has left is there";
        }
    }
    return "";
}

// Of distributed and single-shard tables, by group.
std::map<GroupId, std::int64_t> shards_placed(const CitusTables& tables) {
    std::map<GroupId, std::int64_t> placed;
    for (const fakepatroni::Placement& placement : tables.placements) {
        if (tables.kind_of(placement.shard) != fakepatroni::TableKind::reference) {
            ++placed[placement.group];
        }
    }
    return placed;
}

std::string wrong_with_nodes(const kube::Object& sharded, const api::ShardedSpec& spec,
                             const CitusTables& tables) {
    std::map<GroupId, std::int64_t> placed = shards_placed(tables);
    std::string idle;
    bool any_to_spare = false;
    for (GroupId group = 1; group <= spec.shards; ++group) {
        const CitusNode* const node = tables.primary_of(group);
        const std::string name = group_name(sharded, group);
        if (node == nullptr || !node->active) {
            return name + " is not registered";
        }
        if (!node->should_have_shards) {
            return name + " is to get no shards";
        }
        idle = placed[group] == 0 ? name : idle;
        any_to_spare = any_to_spare || placed[group] > 1;
    }
    for (const auto& [id, node] : tables.nodes) {
        if (node.group > spec.shards) {
            return group_name(sharded, node.group) + " is still registered";
        }
    }
    return spec.auto_rebalance && any_to_spare && !idle.empty() ? idle + " has no share of the data"
                                                                : "";
}

}  // namespace

std::optional<api::ShardedSpec> asked_sharded_spec(const kube::Object& sharded) {
    const Json* const json = find(sharded.json(), {"spec"});
    if (json == nullptr || !api::validate_sharded_name(sharded.name()).empty()) {
        return std::nullopt;
    }
    api::Parsed<api::ShardedSpec> spec = api::parse_sharded_spec(*json);
    return spec ? std::optional(*std::move(spec)) : std::nullopt;
}

std::int64_t wanted_members(const api::ShardedSpec& spec) {
    std::int64_t members = wanted_members(spec.coordinator);
    for (std::int64_t shard = 0; shard < spec.shards; ++shard) {
        members += wanted_members(api::worker_spec(spec, shard));
    }
    return members;
}

std::string difference_of_sharded(const Truth& truth, const kube::Object& sharded) {
    const std::optional<api::ShardedSpec> spec = asked_sharded_spec(sharded);
    if (!spec || api::is_paused(sharded)) {
        return "";
    }
    if (is_going(sharded)) {
        return "it is still being deleted";
    }
    const std::map<GroupId, MemberTruth> members = primaries_in(truth, std::string(sharded.name()));
    for (GroupId group = 0; group <= spec->shards; ++group) {
        const ClusterId id{std::string(sharded.ns()), group_name(sharded, group)};
        if (!resource_of(truth, id).name().empty() &&
            (!members.contains(group) || is_paused_by_hand(truth, id))) {
            return "";
        }
    }
    std::string wrong = wrong_with_groups(truth, sharded, spec->shards);
    if (wrong.empty()) {
        wrong = wrong_with_records(truth, sharded, spec->shards);
    }
    const CitusTables* const tables = members.contains(0) ? tables_of(members.at(0)) : nullptr;
    if (wrong.empty()) {
        wrong = tables == nullptr ? "its coordinator does not run Citus"
                                  : wrong_with_nodes(sharded, *spec, *tables);
    }
    const std::string_view phase = sharded.text_at({"status", "phase"});
    return wrong.empty() && phase != api::word_of(api::ShardedPhase::running)
               ? "its phase is " + std::string(phase)
               : wrong;
}

}  // namespace bestgres::scenarios
