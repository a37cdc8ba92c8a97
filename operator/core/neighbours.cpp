#include "operator/core/neighbours.hpp"

#include <algorithm>
#include <set>

#include "lib/kube/workload.hpp"
#include "operator/api/sharded_operation.hpp"
#include "operator/manifests/labels.hpp"
#include "operator/manifests/names.hpp"

namespace bestgres::core {
namespace {

bool is_accepted(const Store& store, const ClusterKey& key, const kube::Object& resource) {
    const Store::Entry* const stored =
        store.find({kube::kinds::config_map, key.ns, manifests::accepted_spec_name(key.name)});
    return stored != nullptr && stored->object.label(manifests::owner_uid_key) == resource.uid();
}

bool holds_volumes(const Store& store, const ClusterKey& key) {
    return std::ranges::any_of(store.of_cluster(key), [&store](const kube::Ref& ref) {
        return ref.kind == kube::kinds::persistent_volume_claim &&
               kube::claim_phase(store.find(ref)->object) == "Bound";
    });
}

// Or only operations that name it.
bool is_sharded(const Store& store, const ClusterKey& key) {
    return store.find({kube::kinds::bg_sharded_cluster, key.ns, key.name}) != nullptr ||
           std::ranges::any_of(store.of_cluster(key), [](const kube::Ref& ref) {
               return ref.kind == kube::kinds::bg_sharded_db_ops;
           });
}

api::CitusSpec group_of_scope(const std::string& scope, std::int64_t number) {
    return {.scope = scope, .group = number, .database = ""};
}

// As it is asked for, as Citus says, and as there are BGClusters.
std::set<std::int64_t> group_numbers(const Store& store, const ClusterKey& key,
                                     const plan::ShardedFacts& facts) {
    constexpr std::int64_t most_shards = 500;
    std::set<std::int64_t> numbers;
    const std::int64_t shards = find_int(facts.resource.json(), {"spec", "shards"}).value_or(0);
    for (std::int64_t number = 0; number <= std::min(shards, most_shards); ++number) {
        numbers.insert(number);
    }
    for (const ClusterKey& group : store.siblings_of({key.ns, ""}, group_of_scope(key.name, 0))) {
        const auto called = manifests::group_called(group.name);
        if (called && called->sharded == key.name) {
            numbers.insert(called->group);
        }
    }
    for (const auto& [number, reading] : facts.readings) {
        for (const plan::CitusNode& node : reading.nodes) {
            numbers.insert(node.group);
        }
    }
    if (const auto removed = find_int(facts.resource.json(), {"status", "removal", "group"})) {
        numbers.insert(*removed);
    }
    return numbers;
}

void take(const Store& store, const kube::Ref& ref, plan::ShardedFacts& facts) {
    if (const Store::Entry* const entry = store.find(ref)) {
        facts.objects.emplace(ref, entry->object);
    }
}

void observe_rivals(const Store& store, const ClusterKey& group, std::int64_t number,
                    plan::ShardedFacts& facts) {
    const api::CitusSpec citus = group_of_scope(std::string(facts.resource.name()), number);
    for (const ClusterKey& other : store.rivals_of(group, citus)) {
        const kube::Object& rival =
            store.find({kube::kinds::bg_cluster, other.ns, other.name})->object;
        if (rival.annotation(manifests::owner_uid_key) != facts.resource.uid()) {
            facts.rivals[number].push_back(other.name);
        }
    }
}

}  // namespace

std::set<ClusterKey> sharded_of(const Store& store, const ClusterKey& key) {
    std::set<ClusterKey> found;
    if (!store.has(kube::kinds::bg_sharded_cluster) && !store.has(kube::kinds::bg_sharded_db_ops)) {
        return found;
    }
    std::set<ClusterKey> candidates{key, {key.ns, key.name.substr(0, key.name.rfind('-'))}};
    if (const auto called = manifests::group_called(key.name)) {
        candidates.insert({key.ns, called->sharded});
    }
    for (const ClusterKey& candidate : candidates) {
        if (is_sharded(store, candidate)) {
            found.insert(candidate);
        }
    }
    return found;
}

void observe_groups(const Store& store, const ClusterKey& key, plan::ShardedFacts& facts) {
    facts.resource = store.find({kube::kinds::bg_sharded_cluster, key.ns, key.name})->object;
    take(store, {kube::kinds::secret, key.ns, key.name}, facts);
    for (const std::int64_t number : group_numbers(store, key, facts)) {
        const ClusterKey group{key.ns, manifests::group_cluster_name(key.name, number)};
        for (const kube::Ref& ref : store.of_cluster(group)) {
            if (ref.kind == kube::kinds::bg_cluster || ref.kind == kube::kinds::pod ||
                ref.kind == kube::kinds::persistent_volume_claim ||
                ref.kind == kube::kinds::bg_db_ops) {
                take(store, ref, facts);
            }
        }
        const std::string prefix =
            manifests::dcs_prefix(group.name, group_of_scope(key.name, number));
        for (const std::string& name : manifests::dcs_names(prefix)) {
            take(store, {kube::kinds::config_map, key.ns, name}, facts);
        }
        if (!facts.objects.contains({kube::kinds::bg_cluster, key.ns, group.name})) {
            observe_rivals(store, group, number, facts);
        }
    }
}

void observe_sharded_operations(const Store& store, const ClusterKey& key,
                                plan::ShardedFacts& facts) {
    for (const kube::Ref& ref : store.of_cluster(key)) {
        if (ref.kind != kube::kinds::bg_sharded_db_ops) {
            continue;
        }
        const kube::Object& operation = store.find(ref)->object;
        facts.operations.push_back(operation);
        for (const Json& group : array_at(operation.json(), {"status", "groups"})) {
            take(store, {kube::kinds::bg_db_ops, key.ns, string_at(group, {"operation"})}, facts);
        }
    }
}

void observe_neighbours(const Store& store, const ClusterKey& key, plan::Facts& facts) {
    const Store::Group group = store.group_of(key);
    for (const ClusterKey& other : store.rivals_of(key, group)) {
        const kube::Object& resource =
            store.find({kube::kinds::bg_cluster, other.ns, other.name})->object;
        facts.rivals.push_back(
            {.resource = resource, .accepted = is_accepted(store, other, resource)});
    }
    for (const std::string& name : manifests::dcs_names(manifests::dcs_prefix(key.name, group))) {
        const kube::Ref ref{kube::kinds::config_map, key.ns, name};
        if (store.find(ref) != nullptr && !facts.objects.contains(ref)) {
            facts.left_behind.push_back(ref);
        }
    }
    for (const ClusterKey& sibling : store.siblings_of(key, group)) {
        facts.siblings.exist = true;
        facts.siblings.hold_volumes = facts.siblings.hold_volumes || holds_volumes(store, sibling);
    }
}

}  // namespace bestgres::core
