// Open watches: who listens, to what, through which replica, and what has not been told yet. A
// version is entered once, when it is written; nothing ever scans the log again.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "fakekube/selection.hpp"
#include "fakekube/stored_event.hpp"
#include "lib/base/hash.hpp"
#include "lib/kube/cluster.hpp"
#include "scenarios/engine/happening.hpp"

namespace bestgres::scenarios {

struct Watch {
    Process owner = {};
    kube::WatchId id = 0;  // the owner's word for it
    fakekube::Selection selection = {};
    kube::Kind kind = {};
    std::uint32_t replica = 0;
    std::vector<std::uint64_t> untold = {};  // versions of its kind, in order
    bool refused = false;                    // it ends before it has told anything
    bool on_its_way = false;                 // a delivery is in the queue
    bool duplicates = false;                 // tells its first events twice
    std::optional<Instant> silent_since = std::nullopt;
};

// What an event in the store is for a watcher: objects enter and leave a selection.
std::optional<kube::WatchEvent> seen_through(const Watch& watch,
                                             const fakekube::StoredEvent& stored);

class WatchTable {
public:
    using Number = std::uint64_t;

    Number open(Watch watch);
    void close(Number number) { open_.erase(number); }
    // Those of a process that has ended.
    void close_all(const Process& owner);
    Watch* find(Number number);
    std::optional<Number> find(const Process& owner, kube::WatchId id) const;
    std::map<Number, Watch>& all() { return open_; }
    const std::map<Number, Watch>& all() const { return open_; }

    // Enters a version; answers the watches that have something to tell since.
    std::vector<Number> enter(const fakekube::StoredEvent& stored);

    void hash_into(Hasher& hasher) const;

private:
    std::map<Number, Watch> open_;
    Number next_ = 1;
};

}  // namespace bestgres::scenarios
