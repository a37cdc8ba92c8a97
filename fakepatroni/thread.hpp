// What the threads of a Patroni block on. A thread goes on where it stood when nothing of this is
// left: its owner runs it in steps until it blocks again.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fakepatroni/member_io.hpp"
#include "fakepatroni/write.hpp"

namespace bestgres::fakepatroni {

// Requests to peers that were sent together; each that has not come by the deadline counts as none.
struct Asking {
    std::vector<std::pair<PeerId, std::string>> open = {};
    Instant deadline = {};
};

struct PeerReply {
    std::string peer = {};
    std::optional<RestReply> reply = std::nullopt;
};

struct Thread {
    std::optional<Write> write = std::nullopt;
    std::optional<Asking> asking = std::nullopt;
    std::optional<PeerId> question = std::nullopt;  // to a Postgres elsewhere
    std::optional<Instant> sleeps_until = std::nullopt;
    std::optional<Instant> awaits_caches_until = std::nullopt;
    bool awaits_postgres = false;    // the end of the work that it has under way
    bool awaits_checkpoint = false;  // that it has asked for

    // What came of what it last waited for.
    WriteOutcome outcome = WriteOutcome::ok;
    std::vector<PeerReply> replies = {};
    std::optional<UpstreamFacts> facts = std::nullopt;

    bool blocked() const {
        return write || asking || question || sleeps_until || awaits_caches_until ||
               awaits_postgres || awaits_checkpoint;
    }
    bool wrote() const { return outcome == WriteOutcome::ok; }
};

}  // namespace bestgres::fakepatroni
