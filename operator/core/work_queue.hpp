// Which cluster is due when. Each key stands in the queue once; the earliest time wins.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "lib/base/hash.hpp"
#include "lib/base/time.hpp"
#include "operator/core/store.hpp"

namespace bestgres::core {

class WorkQueue {
public:
    void add(const ClusterKey& key, Instant due);
    // Takes out what is due now, the longest waiting first.
    std::vector<ClusterKey> take_due(Instant now);
    void forget(const ClusterKey& key);
    std::optional<Instant> next_due() const;
    std::size_t size() const { return due_.size(); }
    void hash_into(Hasher& hasher) const;

private:
    std::map<ClusterKey, Instant> due_;
    std::set<std::pair<Instant, ClusterKey>> order_;  // the same, by time
};

}  // namespace bestgres::core
