#include "fakekube/watch_log.hpp"

#include <utility>

#include "lib/base/check.hpp"

namespace bestgres::fakekube {

void WatchLog::append(StoredEvent event) {
    BG_CHECK(event.version == last_ + 1, "the watch log has no gaps");
    std::vector<Chunk>& chunks = chunks_.write();
    if (chunks.empty()) {
        first_ = event.version;
    }
    if (chunks.empty() || chunks.back()->size() == chunk_size) {
        chunks.emplace_back();
        chunks.back().write().reserve(chunk_size);
    }
    chunks.back().write().push_back(std::move(event));
    ++last_;
    if (last_ - compacted_ > bound_ + chunk_size) {
        compact(last_ - bound_);
    }
}

void WatchLog::compact(std::uint64_t version) {
    if (version <= compacted_) {
        return;
    }
    compacted_ = version;
    if (version >= last_) {
        last_ = version;
        chunks_ = CopyOnWrite<std::vector<Chunk>>();
        return;
    }
    const std::uint64_t whole = (compacted_ + 1 - first_) / chunk_size;
    if (whole > 0) {
        std::vector<Chunk>& chunks = chunks_.write();
        chunks.erase(chunks.begin(), chunks.begin() + static_cast<std::ptrdiff_t>(whole));
        first_ += whole * chunk_size;
    }
}

const StoredEvent& WatchLog::at(std::uint64_t version) const {
    BG_CHECK(version > compacted_ && version <= last_, "version outside the watch log");
    const std::size_t index = version - first_;
    return (*(*chunks_)[index / chunk_size])[index % chunk_size];
}

}  // namespace bestgres::fakekube
