// Quorum commit: how /sync and synchronous_standby_names are changed one after the other so that
// at every moment any `quorum` voters and any acknowledging standbys have one in common. A write of
// either is one step; whoever calls asks again after each.
//
// The rule that must hold between any two steps: quorum + number >= |voters and names together|.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bestgres::fakepatroni {

using NameSet = std::vector<std::string>;  // sorted, each once

struct QuorumState {
    std::string leader = {};     // in /sync
    NameSet voters = {};         // in /sync
    std::int64_t quorum = 0;     // votes that a candidate needs besides its own
    NameSet names = {};          // in synchronous_standby_names
    std::int64_t number = 0;     // of them that a commit waits for
    std::int64_t confirmed = 0;  // of them that hold everything already, at most `number`

    bool is_safe() const;
    bool operator==(const QuorumState&) const = default;
};

struct QuorumWish {
    std::string leader = {};
    NameSet active = {};      // standbys that stream
    std::int64_t number = 1;  // synchronous_node_count
};

struct QuorumStep {
    enum class Kind {
        none,
        write_sync,   // the sync object becomes leader, voters, quorum
        write_names,  // synchronous_standby_names becomes names, number
    };
    Kind kind = Kind::none;
    QuorumState then = {};
};

QuorumStep next_step(const QuorumState& state, const QuorumWish& wish);

}  // namespace bestgres::fakepatroni
