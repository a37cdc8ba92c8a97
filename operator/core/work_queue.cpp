#include "operator/core/work_queue.hpp"

#include <algorithm>

namespace bestgres::core {

void WorkQueue::add(const ClusterKey& key, Instant due) {
    const auto [at, inserted] = due_.emplace(key, due);
    if (!inserted && due < at->second) {
        at->second = due;
    }
}

std::vector<ClusterKey> WorkQueue::take_due(Instant now) {
    std::vector<std::pair<Instant, ClusterKey>> ready;
    for (auto at = due_.begin(); at != due_.end();) {
        if (at->second <= now) {
            ready.emplace_back(at->second, at->first);
            at = due_.erase(at);
        } else {
            ++at;
        }
    }
    std::ranges::sort(ready);
    std::vector<ClusterKey> keys;
    keys.reserve(ready.size());
    for (std::pair<Instant, ClusterKey>& entry : ready) {
        keys.push_back(std::move(entry.second));
    }
    return keys;
}

std::optional<Instant> WorkQueue::next_due() const {
    const auto found = std::ranges::min_element(
        due_, {}, [](const std::pair<const ClusterKey, Instant>& entry) { return entry.second; });
    return found == due_.end() ? std::nullopt : std::optional(found->second);
}

void WorkQueue::hash_into(Hasher& hasher) const {
    for (const auto& [key, due] : due_) {
        hasher.add(to_string(key));
        hasher.add(static_cast<std::uint64_t>(due.ns));
    }
}

}  // namespace bestgres::core
