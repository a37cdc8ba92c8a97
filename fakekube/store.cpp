#include "fakekube/store.hpp"

#include <algorithm>
#include <utility>

namespace bestgres::fakekube {
namespace {

// The place of `key` in a sorted leaf, or where it would be inserted.
template <class Entries>
auto place_of(Entries& entries, std::string_view key) {
    return std::lower_bound(entries.begin(), entries.end(), key,
                            [](const Store::Entry& entry, std::string_view wanted) {
                                return entry.key.compare(wanted) < 0;
                            });
}

}  // namespace

std::string storage_prefix(const Resource& resource) {
    const std::string& group = resource.storage_group ? *resource.storage_group : resource.group;
    std::string prefix;
    prefix.reserve(96);
    prefix.append(resource.plural).append(1, '.').append(group).append(1, '/');
    return prefix;
}

std::string storage_key(const Resource& resource, std::string_view ns, std::string_view name) {
    std::string key = storage_prefix(resource);
    if (resource.namespaced) {
        key.append(ns).append(1, '/');
    }
    key.append(name);
    return key;
}

std::size_t Store::leaf_of(std::string_view key) const {
    const auto after = std::upper_bound(
        leaves_->begin(), leaves_->end(), key,
        [](std::string_view wanted, const Leaf& leaf) { return wanted < leaf->front().key; });
    return after == leaves_->begin() ? 0 : static_cast<std::size_t>(after - leaves_->begin()) - 1;
}

const kube::Object* Store::find(std::string_view key) const {
    const std::size_t at = leaf_of(key);
    if (at >= leaves_->size()) {
        return nullptr;
    }
    const std::vector<Entry>& entries = *(*leaves_)[at];
    const auto place = place_of(entries, key);
    return place != entries.end() && place->key == key ? &place->object : nullptr;
}

void Store::put(std::string key, kube::Object object) {
    std::vector<Leaf>& leaves = leaves_.write();
    if (leaves.empty()) {
        leaves.emplace_back();
    }
    const std::size_t at = leaves.size() == 1 && leaves[0]->empty() ? 0 : leaf_of(key);
    std::vector<Entry>& entries = leaves[at].write();
    const auto place = place_of(entries, key);
    if (place != entries.end() && place->key == key) {
        place->object = std::move(object);
        return;
    }
    entries.insert(place, Entry{std::move(key), std::move(object)});
    ++size_;
    if (entries.size() > leaf_size) {
        split(at);
    }
}

void Store::split(std::size_t leaf) {
    std::vector<Leaf>& leaves = leaves_.write();
    std::vector<Entry>& left = leaves[leaf].write();
    const auto middle = left.begin() + static_cast<std::ptrdiff_t>(left.size() / 2);
    std::vector<Entry> right(std::make_move_iterator(middle), std::make_move_iterator(left.end()));
    left.erase(middle, left.end());
    leaves.insert(leaves.begin() + static_cast<std::ptrdiff_t>(leaf) + 1, Leaf(std::move(right)));
}

void Store::erase(std::string_view key) {
    if (find(key) == nullptr) {
        return;
    }
    const std::size_t at = leaf_of(key);
    std::vector<Leaf>& leaves = leaves_.write();
    std::vector<Entry>& entries = leaves[at].write();
    entries.erase(place_of(entries, key));
    --size_;
    if (entries.empty()) {
        leaves.erase(leaves.begin() + static_cast<std::ptrdiff_t>(at));
    }
}

}  // namespace bestgres::fakekube
