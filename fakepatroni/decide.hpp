// One pass of Patroni's HA loop as a decision table (ha.py, _run_cycle), without pause, standby
// clusters and rewind: each branch is one action and one sentence. Pure.
#pragma once

#include <string>

#include "fakepatroni/state.hpp"

namespace bestgres::fakepatroni {

enum class Action {
    wait,              // nothing to write but the member's own state
    begin_bootstrap,   // take the initialize key
    finish_bootstrap,  // initdb is done: publish the system identifier and take the lock
    renew,             // the lock is ours
    acquire,           // take the free lock and promote
    demote,            // the lock belongs to somebody else, or is lost
    hand_over,         // a switchover was asked for: release the lock
    copy,              // the disk is empty: base backup from the leader
    follow,            // replicate from the leader
    start,             // Postgres is down: start it as what it was
};

struct Decision {
    Action action = Action::wait;
    std::string because;

    bool operator==(const Decision&) const = default;
};

Decision decide(const Local& local, const Seen& seen, Instant now);

// Whether the lock counts as held at `now`, by this member's own clock.
bool lock_is_held(const Local& local, const Seen& seen, Instant now);

}  // namespace bestgres::fakepatroni
