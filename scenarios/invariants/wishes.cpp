#include "scenarios/invariants/wishes.hpp"

#include <algorithm>

#include "operator/api/sharded.hpp"

namespace bestgres::scenarios {
namespace {

bool says_something_else(const kube::Object& before, const kube::Object& after) {
    return before.uid() != after.uid() || before.generation() != after.generation() ||
           before.being_deleted() != after.being_deleted() ||
           object_at(before.json(), {"metadata", "annotations"}) !=
               object_at(after.json(), {"metadata", "annotations"});
}

std::optional<kube::Ref> wished(const kube::Object& resource) {
    for (const kube::Kind& kind : {kube::kinds::bg_cluster, kube::kinds::bg_sharded_cluster}) {
        if (resource.kind() == kind.name) {
            return kube::Ref{kind, std::string(resource.ns()), std::string(resource.name())};
        }
    }
    return std::nullopt;
}

}  // namespace

void Wishes::on(const Occurrence& occurrence, const Truth& truth) {
    const auto* const changed = std::get_if<ObjectChanged>(&occurrence);
    const auto resource = changed == nullptr ? std::nullopt : wished(changed->before);
    if (!resource || !says_something_else(changed->before, changed->after)) {
        return;
    }
    std::vector<Former>& former = former_[*resource];
    std::erase_if(former, [&truth](const Former& one) { return one.until < truth.now(); });
    former.push_back({changed->before, truth.now() + reaction});
}

std::vector<kube::Object> Wishes::recent(const Truth& truth, const kube::Ref& resource) const {
    std::vector<kube::Object> found;
    if (kube::Object stored = truth.object(resource); !stored.name().empty()) {
        found.push_back(std::move(stored));
    }
    if (const auto former = former_.find(resource); former != former_.end()) {
        for (const Former& one : former->second) {
            if (one.until >= truth.now()) {
                found.push_back(one.resource);
            }
        }
    }
    return found;
}

std::vector<kube::Object> Wishes::recent(const Truth& truth, const ClusterId& id) const {
    return recent(truth, kube::Ref{kube::kinds::bg_cluster, id.ns, id.name});
}

void Wishes::hash_into(Hasher& hasher) const {
    for (const auto& [resource, former] : former_) {
        hasher.add(to_string(resource));
        for (const Former& one : former) {
            hasher.add(one.resource.hash());
            hasher.add(static_cast<std::uint64_t>(one.until.ns));
        }
    }
}

}  // namespace bestgres::scenarios
