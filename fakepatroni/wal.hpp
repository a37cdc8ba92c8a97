// The history of one data directory as a log of commits, timeline switches and checkpoints. A
// value: copies share what is sealed, and cost the same however long the history is. Each record
// carries a digest of everything up to and including itself, so two histories agree up to a record
// exactly when its digests are equal there. "Is this commit still there", "is this standby a prefix
// of its upstream" and "where did they part" are one binary search each, and two members that both
// made a timeline 2 (a split brain) are told apart.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakepatroni/change.hpp"
#include "lib/patroni/lsn.hpp"

namespace bestgres::fakepatroni {

using patroni::Lsn;
using CommitId = std::uint64_t;  // chosen by the client, never used twice in a world

enum class RecordKind : std::uint8_t {
    timeline,    // the first record of a timeline; `id` is its number
    commit,      // a client's transaction; `id` is its CommitId
    change,      // a transaction that the model looks into: DDL, ledger rows, parameters
    checkpoint,  // online
    shutdown,    // the last record before a clean stop
};

struct Record {
    Lsn end;  // the first position behind it
    std::uint64_t digest = 0;
    std::uint64_t id = 0;
    RecordKind kind = RecordKind::commit;

    bool operator==(const Record&) const = default;
};

// A place that only this history and its continuations have. A client that was told "committed"
// keeps the mark: holds(mark) says later whether everything up to there survived.
struct Mark {
    Lsn lsn;
    std::uint64_t digest = 0;

    bool operator==(const Mark&) const = default;
};

struct Timeline {
    std::int64_t number = 1;
    Lsn begin;  // the end of the timeline before

    bool operator==(const Timeline&) const = default;
};

struct ChangeRecord {
    Lsn end;
    std::shared_ptr<const Changes> changes;  // immutable, shared by copies
};

// Whole records, to be appended to a history that ends with `after`.
struct WalSlice {
    Mark after;
    std::vector<Record> records;
    std::vector<ChangeRecord> changes;

    bool empty() const { return records.empty(); }
};

class Wal {
public:
    // Where initdb leaves off: the third segment of 16 MiB is begun.
    static constexpr Lsn first_position{0x2000028};

    Wal() = default;  // no history at all: an empty data directory
    explicit Wal(std::string_view system_identifier);

    // What a record takes beside its contents.
    static constexpr std::uint64_t overhead = 64;

    Mark append_commit(CommitId id, std::uint64_t bytes);
    Mark append_changes(Changes changes);
    Mark append_checkpoint(RecordKind kind);
    // `origin` names the member: equal numbers made by two members are different timelines.
    void begin_timeline(std::int64_t number, std::string_view origin);
    // Forgets every record that ends behind `end`.
    void truncate(Lsn end);
    // Whole records in (from, to]; `from` must be the end of a record of this history.
    WalSlice slice(Lsn from, Lsn to) const;
    // False, and nothing is changed, where the slice does not continue this history.
    bool extend(const WalSlice& slice);

    bool empty() const { return timelines_.empty(); }
    std::size_t size() const { return sealed_count_ + tail_.size(); }
    Lsn end() const { return mark().lsn; }
    Mark mark() const;  // of the last record
    std::optional<Mark> mark_at(Lsn end) const;
    std::int64_t timeline() const;
    // The timeline in force at `position`; a switch position belongs to the timeline that ends
    // there.
    std::int64_t timeline_at(Lsn position) const;
    const std::vector<Timeline>& timelines() const { return timelines_; }
    // Where `number` ended; absent while it is the current one, or none of this history.
    std::optional<Lsn> switch_point(std::int64_t number) const;
    bool has_timeline(std::int64_t number) const;

    bool holds(const Mark& mark) const;
    bool contains(CommitId id) const;  // linear: for tests and small questions
    std::vector<CommitId> commits() const;
    // What the changes up to `position` say, oldest first.
    const std::vector<ChangeRecord>& changes() const { return changes_; }

    bool is_prefix_of(const Wal& other) const;
    // The last mark that both have; nothing in common gives the mark of an empty history.
    Mark common_with(const Wal& other) const;
    // Each has something that the other lacks.
    bool diverges_from(const Wal& other) const;
    // Whether a server that has `other` would take this for its continuation: it looks at where
    // records begin and end, not at what they say.
    bool seems_to_continue(const Wal& other) const;
    // Whether a transaction stands behind `position`.
    bool has_transactions_after(Lsn position) const;

    std::uint64_t hash() const { return mark().digest; }
    bool operator==(const Wal& other) const { return mark() == other.mark(); }

private:
    static constexpr std::size_t block_size = 64;
    using Block = std::vector<Record>;
    using Blocks = std::vector<std::shared_ptr<const Block>>;

    Mark append(RecordKind kind, std::uint64_t id, std::uint64_t bytes, std::uint64_t contents);
    void push(const Record& record);
    const Record& at(std::size_t index) const;
    std::size_t count_up_to(Lsn end) const;  // records that end at or before it
    Lsn begin_of(std::size_t index) const;

    std::shared_ptr<const Blocks> sealed_;  // full blocks; absent: none
    std::size_t sealed_count_ = 0;          // records in them
    std::vector<Record> tail_;              // fewer than block_size
    std::uint64_t root_ = 0;                // the digest before the first record
    std::vector<Timeline> timelines_;
    std::vector<ChangeRecord> changes_;
};

}  // namespace bestgres::fakepatroni
