#include "operator/core/neighbours.hpp"

#include <algorithm>

#include "lib/kube/workload.hpp"
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

}  // namespace

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
