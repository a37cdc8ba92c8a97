#include "scenarios/invariants/wishes.hpp"

#include <algorithm>

namespace bestgres::scenarios {
namespace {

bool says_something_else(const kube::Object& before, const kube::Object& after) {
    return before.uid() != after.uid() || before.generation() != after.generation() ||
           before.being_deleted() != after.being_deleted() ||
           object_at(before.json(), {"metadata", "annotations"}) !=
               object_at(after.json(), {"metadata", "annotations"});
}

}  // namespace

void Wishes::on(const Occurrence& occurrence, const Truth& truth) {
    const auto* const changed = std::get_if<ObjectChanged>(&occurrence);
    if (changed == nullptr || changed->before.kind() != kube::kinds::bg_cluster.name ||
        !says_something_else(changed->before, changed->after)) {
        return;
    }
    std::vector<Former>& former = former_[cluster_of(changed->before)];
    std::erase_if(former, [&truth](const Former& one) { return one.until < truth.now(); });
    former.push_back({changed->before, truth.now() + reaction});
}

std::vector<kube::Object> Wishes::recent(const Truth& truth, const ClusterId& id) const {
    std::vector<kube::Object> found;
    if (kube::Object stored = resource_of(truth, id); !stored.name().empty()) {
        found.push_back(std::move(stored));
    }
    if (const auto former = former_.find(id); former != former_.end()) {
        for (const Former& one : former->second) {
            if (one.until >= truth.now()) {
                found.push_back(one.resource);
            }
        }
    }
    return found;
}

void Wishes::hash_into(Hasher& hasher) const {
    for (const auto& [id, former] : former_) {
        hasher.add(to_string(id));
        for (const Former& one : former) {
            hasher.add(one.resource.hash());
            hasher.add(static_cast<std::uint64_t>(one.until.ns));
        }
    }
}

}  // namespace bestgres::scenarios
