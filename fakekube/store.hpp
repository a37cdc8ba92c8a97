// All objects, sorted by key. A copy costs one reference count; after a copy, a write copies one
// leaf of handles, never an object.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "fakekube/copy_on_write.hpp"
#include "fakekube/resource.hpp"
#include "lib/kube/object.hpp"

namespace bestgres::fakekube {

// "pods./", "statefulsets.apps/": what the keys of a resource's objects begin with.
std::string storage_prefix(const Resource& resource);
// The prefix, then "shop/db" or, for cluster-scoped resources, "db".
std::string storage_key(const Resource& resource, std::string_view ns, std::string_view name);

class Store {
public:
    struct Entry {
        std::string key;
        kube::Object object;
    };

    // Null where there is none. The pointer is good until the next write.
    const kube::Object* find(std::string_view key) const;
    void put(std::string key, kube::Object object);
    // Nothing happens if there is no such key.
    void erase(std::string_view key);
    std::size_t size() const { return size_; }

    // Visits entries whose keys begin with `prefix` and are >= `from`, in order, until the visitor
    // answers false.
    template <class Visitor>
    void scan(std::string_view prefix, std::string_view from, Visitor visitor) const;

private:
    // Sorted, never empty, at most `leaf_size` entries.
    using Leaf = CopyOnWrite<std::vector<Entry>>;

    static constexpr std::size_t leaf_size = 32;

    // The leaf that holds `key` or would hold it; 0 if there are no leaves.
    std::size_t leaf_of(std::string_view key) const;
    void split(std::size_t leaf);

    CopyOnWrite<std::vector<Leaf>> leaves_;
    std::size_t size_ = 0;
};

template <class Visitor>
void Store::scan(std::string_view prefix, std::string_view from, Visitor visitor) const {
    const std::string_view start = from < prefix ? prefix : from;
    for (std::size_t at = leaf_of(start); at < leaves_->size(); ++at) {
        for (const Entry& entry : *(*leaves_)[at]) {
            if (entry.key.compare(start) < 0) {
                continue;
            }
            if (!std::string_view(entry.key).starts_with(prefix) || !visitor(entry)) {
                return;
            }
        }
    }
}

}  // namespace bestgres::fakekube
