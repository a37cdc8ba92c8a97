#include "operator/core/work_queue.hpp"

namespace bestgres::core {

void WorkQueue::add(const ClusterKey& key, Instant due) {
    const auto [at, inserted] = due_.emplace(key, due);
    if (!inserted) {
        if (at->second <= due) {
            return;
        }
        order_.erase({at->second, key});
        at->second = due;
    }
    order_.emplace(due, key);
}

std::vector<ClusterKey> WorkQueue::take_due(Instant now) {
    std::vector<ClusterKey> keys;
    while (!order_.empty() && order_.begin()->first <= now) {
        keys.push_back(order_.begin()->second);
        forget(keys.back());
    }
    return keys;
}

void WorkQueue::forget(const ClusterKey& key) {
    const auto found = due_.find(key);
    if (found != due_.end()) {
        order_.erase({found->second, key});
        due_.erase(found);
    }
}

std::optional<Instant> WorkQueue::next_due() const {
    return order_.empty() ? std::nullopt : std::optional(order_.begin()->first);
}

void WorkQueue::hash_into(Hasher& hasher) const {
    for (const auto& [key, due] : due_) {
        hasher.add(to_string(key));
        hasher.add(static_cast<std::uint64_t>(due.ns));
    }
}

}  // namespace bestgres::core
