// The bounded log of all writes, one entry a version without gaps. Watchers are cursors into it:
// one that fell behind the bound is told that its version is gone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "fakekube/copy_on_write.hpp"
#include "fakekube/stored_event.hpp"

namespace bestgres::fakekube {

class WatchLog {
public:
    // `bound` events are kept, rounded up to whole chunks.
    explicit WatchLog(std::size_t bound = 65536) : bound_(bound) {}

    // The event's version must be last() + 1.
    void append(StoredEvent event);
    // Everything up to `version` is forgotten; a later start than last() moves last() too.
    void compact(std::uint64_t version);

    // Events with versions above this one can be had.
    std::uint64_t compacted() const { return compacted_; }
    std::uint64_t last() const { return last_; }
    // compacted() < version <= last().
    const StoredEvent& at(std::uint64_t version) const;

private:
    using Chunk = CopyOnWrite<std::vector<StoredEvent>>;
    static constexpr std::size_t chunk_size = 32;

    std::size_t bound_;
    std::uint64_t compacted_ = 0;
    std::uint64_t last_ = 0;
    std::uint64_t first_ = 1;  // the version of the first event of the first chunk
    CopyOnWrite<std::vector<Chunk>> chunks_;
};

}  // namespace bestgres::fakekube
