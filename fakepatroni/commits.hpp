// Commits that a client waits for, and when each may be acknowledged.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "fakepatroni/wal.hpp"
#include "lib/base/hash.hpp"

namespace bestgres::fakepatroni {

// The values of synchronous_commit. Those after `local` wait for synchronous standbys, if
// synchronous_standby_names asks for any.
enum class Durability : std::uint8_t { off, local, remote_write, on, remote_apply };

enum class CommitOutcome : std::uint8_t {
    acknowledged,
    cut,        // the connection broke first: the client cannot know
    cancelled,  // the wait for standbys was: committed here, with a warning to the client
};

struct CommitEnded {
    CommitId id = 0;
    CommitOutcome outcome = CommitOutcome::acknowledged;
    Mark mark = {};  // where it stands in the history
    Durability durability = Durability::on;
    bool synchronous = false;  // standbys have confirmed it as well

    bool operator==(const CommitEnded&) const = default;
};

// Whose commit it is, which says what `id` counts.
enum class CommitOf : std::uint8_t { client, statement, citus, other_node };

struct WaitingCommit {
    CommitId id = 0;
    Mark mark = {};
    Durability durability = Durability::on;
    CommitOf whose = CommitOf::client;
    bool loose = false;  // it has a connection of its own

    bool operator==(const WaitingCommit&) const = default;
};

// How far a history is safe. Positions of standbys are absent while nobody is waited for.
struct Reached {
    Lsn flushed = {};
    bool synchronous = false;  // standbys are waited for
    Lsn standbys_wrote = {};
    Lsn standbys_flushed = {};
    Lsn standbys_replayed = {};

    bool operator==(const Reached&) const = default;
};

bool may_be_acknowledged(const WaitingCommit& commit, const Reached& reached);

class CommitQueue {
public:
    void add(const WaitingCommit& commit) { waiting_.push_back(commit); }
    // In the order of the log.
    std::vector<WaitingCommit> take_acknowledged(const Reached& reached);
    std::vector<WaitingCommit> take_all();
    std::optional<WaitingCommit> take(CommitId id);
    const std::vector<WaitingCommit>& waiting() const { return waiting_; }

    void add_to(Hasher& hasher) const;
    bool operator==(const CommitQueue&) const = default;

private:
    std::vector<WaitingCommit> waiting_ = {};
};

}  // namespace bestgres::fakepatroni
