#include "fakepatroni/wal.hpp"

#include <algorithm>

#include "lib/base/check.hpp"

namespace bestgres::fakepatroni {
namespace {

constexpr std::uint64_t checkpoint_bytes = 120;

std::uint64_t next_digest(std::uint64_t before, const Record& record, std::uint64_t contents) {
    Hasher hasher;
    hasher.add(before);
    hasher.add(static_cast<std::uint64_t>(record.kind));
    hasher.add(record.id);
    hasher.add(record.end.bytes);
    hasher.add(contents);
    return hasher.value();
}

}  // namespace

Wal::Wal(std::string_view system_identifier) : root_(hash_text(system_identifier)) {
    begin_timeline(1, "initdb");
}

Mark Wal::mark() const {
    if (size() == 0) {
        return {empty() ? Lsn{} : first_position, root_};
    }
    const Record& last = at(size() - 1);
    return {last.end, last.digest};
}

std::optional<Mark> Wal::mark_at(Lsn end) const {
    const std::size_t count = count_up_to(end);
    if (count == 0 || at(count - 1).end != end) {
        return std::nullopt;
    }
    return Mark{end, at(count - 1).digest};
}

const Record& Wal::at(std::size_t index) const {
    return index < sealed_count_ ? (*(*sealed_)[index / block_size])[index % block_size]
                                 : tail_[index - sealed_count_];
}

std::size_t Wal::count_up_to(Lsn end) const {
    std::size_t low = 0;
    std::size_t high = size();
    while (low < high) {
        const std::size_t middle = low + (high - low) / 2;
        if (at(middle).end <= end) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

void Wal::push(const Record& record) {
    tail_.push_back(record);
    if (record.kind == RecordKind::timeline) {
        timelines_.push_back(
            {static_cast<std::int64_t>(record.id), size() == 1 ? Lsn{} : at(size() - 2).end});
    }
    if (tail_.size() == block_size) {
        auto blocks = std::make_shared<Blocks>(sealed_ ? *sealed_ : Blocks{});
        blocks->push_back(std::make_shared<const Block>(std::move(tail_)));
        sealed_ = std::move(blocks);
        sealed_count_ += block_size;
        tail_.clear();
    }
}

Mark Wal::append(RecordKind kind, std::uint64_t id, std::uint64_t bytes, std::uint64_t contents) {
    const Mark last = mark();
    const Lsn begin = size() == 0 ? first_position : last.lsn;
    Record record{.end = {begin.bytes + overhead + bytes}, .digest = 0, .id = id, .kind = kind};
    record.digest = next_digest(last.digest, record, contents);
    push(record);
    return {record.end, record.digest};
}

Mark Wal::append_commit(CommitId id, std::uint64_t bytes) {
    BG_CHECK(!empty(), "an empty data directory takes no commits");
    return append(RecordKind::commit, id, bytes, 0);
}

Mark Wal::append_changes(Changes changes) {
    BG_CHECK(!empty(), "an empty data directory takes no commits");
    const std::uint64_t contents = hash_of(changes);
    const Mark mark = append(RecordKind::change, 0, overhead * changes.size(), contents);
    changes_.push_back({mark.lsn, std::make_shared<const Changes>(std::move(changes))});
    return mark;
}

Mark Wal::append_checkpoint(RecordKind kind) {
    return append(kind, 0, checkpoint_bytes, 0);
}

void Wal::begin_timeline(std::int64_t number, std::string_view origin) {
    BG_CHECK(empty() || number > timeline(), "timelines only go up");
    append(RecordKind::timeline, static_cast<std::uint64_t>(number), 0, hash_text(origin));
}

void Wal::truncate(Lsn end) {
    const std::size_t keep = count_up_to(end);
    BG_CHECK(keep > 0 || empty(), "a history keeps its first record");
    if (keep < sealed_count_) {
        const std::size_t whole = keep / block_size;
        const std::size_t rest = keep % block_size;
        const Blocks& blocks = *sealed_;
        tail_.assign(blocks[whole]->begin(), blocks[whole]->begin() + static_cast<long>(rest));
        sealed_ = std::make_shared<const Blocks>(blocks.begin(),
                                                 blocks.begin() + static_cast<long>(whole));
        sealed_count_ = whole * block_size;
    } else {
        tail_.resize(keep - sealed_count_);
    }
    const Lsn last = mark().lsn;
    std::erase_if(changes_, [last](const ChangeRecord& change) { return change.end > last; });
    std::erase_if(timelines_, [last](const Timeline& line) { return line.begin >= last; });
}

WalSlice Wal::slice(Lsn from, Lsn to) const {
    const std::optional<Mark> after = mark_at(from);
    BG_CHECK(after.has_value(), "a slice begins where a record ends");
    WalSlice slice{.after = *after, .records = {}, .changes = {}};
    const std::size_t last = count_up_to(to);
    for (std::size_t index = count_up_to(from); index < last; ++index) {
        slice.records.push_back(at(index));
    }
    for (const ChangeRecord& change : changes_) {
        if (change.end > from && change.end <= to) {
            slice.changes.push_back(change);
        }
    }
    return slice;
}

bool Wal::extend(const WalSlice& slice) {
    if (slice.after != mark()) {
        return false;
    }
    for (const Record& record : slice.records) {
        push(record);
    }
    changes_.insert(changes_.end(), slice.changes.begin(), slice.changes.end());
    return true;
}

std::int64_t Wal::timeline() const {
    return timelines_.empty() ? 0 : timelines_.back().number;
}

std::int64_t Wal::timeline_at(Lsn position) const {
    std::int64_t number = 0;
    for (const Timeline& line : timelines_) {
        if (number == 0 || line.begin < position) {
            number = line.number;
        }
    }
    return number;
}

bool Wal::has_timeline(std::int64_t number) const {
    return std::ranges::any_of(timelines_,
                               [number](const Timeline& line) { return line.number == number; });
}

std::optional<Lsn> Wal::switch_point(std::int64_t number) const {
    const auto line = std::ranges::find(timelines_, number, &Timeline::number);
    if (line == timelines_.end() || std::next(line) == timelines_.end()) {
        return std::nullopt;
    }
    return std::next(line)->begin;
}

bool Wal::holds(const Mark& mark) const {
    return mark_at(mark.lsn) == mark;
}

bool Wal::contains(CommitId id) const {
    for (std::size_t index = 0; index < size(); ++index) {
        if (at(index).kind == RecordKind::commit && at(index).id == id) {
            return true;
        }
    }
    return false;
}

std::vector<CommitId> Wal::commits() const {
    std::vector<CommitId> ids;
    for (std::size_t index = 0; index < size(); ++index) {
        if (at(index).kind == RecordKind::commit) {
            ids.push_back(at(index).id);
        }
    }
    return ids;
}

bool Wal::is_prefix_of(const Wal& other) const {
    return size() == 0 || other.holds(mark());
}

Mark Wal::common_with(const Wal& other) const {
    std::size_t low = 0;
    std::size_t high = std::min(size(), other.size());
    while (low < high) {
        const std::size_t middle = low + (high - low) / 2;
        if (at(middle).digest == other.at(middle).digest) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low == 0 ? Mark{} : Mark{at(low - 1).end, at(low - 1).digest};
}

Lsn Wal::begin_of(std::size_t index) const {
    return index == 0 ? first_position : at(index - 1).end;
}

bool Wal::seems_to_continue(const Wal& other) const {
    const std::size_t count = count_up_to(other.end());
    return count > 0 && other.size() > 0 && at(count - 1).end == other.end() &&
           begin_of(count - 1) == other.begin_of(other.size() - 1);
}

bool Wal::has_transactions_after(Lsn position) const {
    for (std::size_t index = count_up_to(position); index < size(); ++index) {
        if (at(index).kind == RecordKind::commit || at(index).kind == RecordKind::change) {
            return true;
        }
    }
    return false;
}

bool Wal::diverges_from(const Wal& other) const {
    return !is_prefix_of(other) && !other.is_prefix_of(*this);
}

}  // namespace bestgres::fakepatroni
