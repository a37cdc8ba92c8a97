#include "fakepatroni/commits.hpp"

#include <algorithm>

namespace bestgres::fakepatroni {

bool may_be_acknowledged(const WaitingCommit& commit, const Reached& reached) {
    const Lsn end = commit.mark.lsn;
    if (commit.durability == Durability::off) {
        return true;
    }
    if (reached.flushed < end) {
        return false;
    }
    if (!reached.synchronous) {
        return true;
    }
    switch (commit.durability) {
        case Durability::off:
        case Durability::local:
            return true;
        case Durability::remote_write:
            return reached.standbys_wrote >= end;
        case Durability::on:
            return reached.standbys_flushed >= end;
        case Durability::remote_apply:
            return reached.standbys_replayed >= end;
    }
    return false;
}

std::vector<WaitingCommit> CommitQueue::take_acknowledged(const Reached& reached) {
    std::vector<WaitingCommit> taken;
    std::erase_if(waiting_, [&](const WaitingCommit& commit) {
        if (!may_be_acknowledged(commit, reached)) {
            return false;
        }
        taken.push_back(commit);
        return true;
    });
    return taken;
}

std::vector<WaitingCommit> CommitQueue::take_all() {
    return std::exchange(waiting_, {});
}

std::optional<WaitingCommit> CommitQueue::take(CommitId id) {
    const auto found = std::ranges::find_if(waiting_, [id](const WaitingCommit& commit) {
        return commit.id == id && commit.whose == CommitOf::client;
    });
    if (found == waiting_.end()) {
        return std::nullopt;
    }
    const WaitingCommit commit = *found;
    waiting_.erase(found);
    return commit;
}

void CommitQueue::add_to(Hasher& hasher) const {
    hasher.add(waiting_.size());
    for (const WaitingCommit& commit : waiting_) {
        hasher.add(commit.id);
        hasher.add(commit.mark.digest);
        hasher.add(static_cast<std::uint64_t>(commit.durability));
        hasher.add(static_cast<std::uint64_t>(commit.whose));
    }
}

}  // namespace bestgres::fakepatroni
