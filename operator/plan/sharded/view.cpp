#include "operator/plan/sharded/view.hpp"

#include <algorithm>
#include <set>

#include "lib/base/check.hpp"
#include "lib/base/hash.hpp"
#include "lib/kube/workload.hpp"
#include "lib/patroni/parse.hpp"
#include "operator/manifests/labels.hpp"
#include "operator/manifests/names.hpp"

namespace bestgres::plan {
namespace {

using kube::Object;

const Object* find_object(const ShardedFacts& facts, const kube::Kind& kind, std::string name) {
    const auto found =
        facts.objects.find({kind, std::string(facts.resource.ns()), std::move(name)});
    return found == facts.objects.end() ? nullptr : &found->second;
}

std::string prefix_of(const ShardedView& view, std::int64_t number) {
    return manifests::dcs_prefix(
        "", api::CitusSpec{.scope = view.name, .group = number, .database = ""});
}

// The groups that are wanted, that are there, that Citus knows, or that left something behind.
std::set<std::int64_t> numbers_of(const ShardedView& view) {
    std::set<std::int64_t> numbers;
    for (std::int64_t number = 0; view.spec && number <= view.spec->shards; ++number) {
        numbers.insert(number);
    }
    for (const auto& [ref, object] : view.facts.objects) {
        const auto called =
            ref.kind == kube::kinds::bg_cluster ? manifests::group_called(ref.name) : std::nullopt;
        if (called && called->sharded == view.name &&
            object.annotation(manifests::owner_uid_key) == view.resource().uid()) {
            numbers.insert(called->group);
        }
    }
    if (const auto coordinator = view.facts.readings.find(0);
        coordinator != view.facts.readings.end()) {
        for (const CitusNode& node : coordinator->second.nodes) {
            numbers.insert(node.group);
        }
    }
    if (view.previous.removal) {
        numbers.insert(view.previous.removal->group);
    }
    return numbers;
}

void read_child(const ShardedView& view, ShardGroup& group) {
    const Object* const found = find_object(view.facts, kube::kinds::bg_cluster, group.cluster);
    if (found == nullptr) {
        return;
    }
    if (found->annotation(manifests::owner_uid_key) != view.resource().uid()) {
        group.stranger = true;
        return;
    }
    group.child = *found;
    const auto spec = api::parse_cluster_spec(object_at(found->json(), {"spec"}));
    if (spec.ok()) {
        group.spec = *spec;
    }
    group.status = api::parse_cluster_status(object_at(found->json(), {"status"}));
}

void read_leader(const ShardedView& view, ShardGroup& group) {
    const Object* const lock =
        find_object(view.facts, kube::kinds::config_map,
                    manifests::dcs_leader_name(prefix_of(view, group.number)));
    if (lock == nullptr) {
        return;
    }
    const patroni::LeaderLock leader =
        patroni::parse_leader(object_at(lock->json(), {"metadata", "annotations"}));
    const Object* const pod = find_object(view.facts, kube::kinds::pod, leader.holder);
    if (pod != nullptr && !pod->being_deleted() && kube::pod_is_ready(*pod) &&
        !kube::pod_address(*pod).empty()) {
        group.leader = Target{.pod = std::string(pod->name()),
                              .uid = std::string(pod->uid()),
                              .address = std::string(kube::pod_address(*pod))};
    }
}

ShardGroup read_group(const ShardedView& view, std::int64_t number) {
    ShardGroup group;
    group.number = number;
    group.cluster = manifests::group_cluster_name(view.name, number);
    group.wanted = view.spec && number <= view.spec->shards;
    read_child(view, group);
    read_leader(view, group);
    for (const auto& [ref, object] : view.facts.objects) {
        const bool own = object.label(manifests::cluster_label) == group.cluster;
        group.has_pods = group.has_pods || (own && ref.kind == kube::kinds::pod &&
                                            manifests::pod_ordinal(group.cluster, ref.name));
        group.holds_volumes =
            group.holds_volumes || (own && ref.kind == kube::kinds::persistent_volume_claim);
    }
    for (const std::string& name : manifests::dcs_names(prefix_of(view, number))) {
        if (const Object* const object = find_object(view.facts, kube::kinds::config_map, name)) {
            group.dcs.push_back(*object);
        }
    }
    return group;
}

std::uint64_t ground_of(const ShardedView& view) {
    Hasher hasher;
    hasher.add(static_cast<std::uint64_t>(view.resource().generation()));
    for (const ShardGroup& group : view.groups) {
        hasher.add(static_cast<std::uint64_t>(group.number));
        hasher.add(static_cast<std::uint64_t>(group.wanted) * 2 +
                   static_cast<std::uint64_t>(group.exists()));
        hasher.add(group.leader ? group.leader->uid + " " + group.leader->address : "");
    }
    return std::max<std::uint64_t>(hasher.value(), 1);
}

std::uint64_t spread_of(const ShardedView& view) {
    Hasher hasher;
    if (const CitusReading* const reading = view.reading(0)) {
        for (const CitusNode& node : reading->nodes) {
            hasher.add(static_cast<std::uint64_t>(node.id) * 2 +
                       static_cast<std::uint64_t>(node.takes_shards));
        }
        for (const auto& [group, placements] : reading->placements) {
            hasher.add(static_cast<std::uint64_t>(group));
            hasher.add(static_cast<std::uint64_t>(placements.only));
        }
    }
    return std::max<std::uint64_t>(hasher.value(), 1);
}

void read_problems(ShardedView& view, const api::Parsed<api::ShardedSpec>& asked) {
    view.problems = api::validate_sharded_name(view.name);
    if (!asked.ok()) {
        view.problems.insert(view.problems.end(), asked.error().begin(), asked.error().end());
    }
    // What has its groups already is not given up for a newcomer: that one is refused.
    const bool is_new = find_object(view.facts, kube::kinds::bg_cluster,
                                    manifests::group_cluster_name(view.name, 0)) == nullptr;
    if (const auto rivals = view.facts.rivals.begin();
        is_new && rivals != view.facts.rivals.end()) {
        view.problems.push_back({"metadata.name", objection_to_name(view, rivals->first), nullptr});
    }
}

}  // namespace

std::string objection_to_name(const ShardedView& view, std::int64_t number) {
    const auto rivals = view.facts.rivals.find(number);
    return rivals == view.facts.rivals.end() || rivals->second.empty()
               ? ""
               : "BGCluster " + rivals->second.front() + " has objects that " +
                     manifests::group_cluster_name(view.name, number) +
                     " would take for its own. Give this one another name, or delete that one";
}

const ShardGroup* ShardedView::group(std::int64_t number) const {
    const auto found = std::ranges::find(groups, number, &ShardGroup::number);
    return found == groups.end() ? nullptr : &*found;
}

const CitusReading* ShardedView::reading(std::int64_t number) const {
    const auto found = facts.readings.find(number);
    return found == facts.readings.end() ? nullptr : &found->second;
}

ShardedView read_sharded_view(ShardedFacts facts) {
    ShardedView view;
    view.facts = std::move(facts);
    view.ns = view.resource().ns();
    view.name = view.resource().name();
    BG_CHECK(!view.name.empty(), "a view of no resource");
    view.paused = api::is_paused(view.resource());
    view.going = view.resource().being_deleted() && !api::deletion_is_held(view.resource());
    view.previous = api::parse_sharded_status(object_at(view.resource().json(), {"status"}));
    const auto asked = api::parse_sharded_spec(object_at(view.resource().json(), {"spec"}));
    read_problems(view, asked);
    if (view.problems.empty()) {
        view.spec = *asked;
    }
    for (const std::int64_t number : numbers_of(view)) {
        view.groups.push_back(read_group(view, number));
    }
    view.ground = ground_of(view);
    view.spread = spread_of(view);
    return view;
}

}  // namespace bestgres::plan
