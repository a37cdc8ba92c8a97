// What Patroni does beside its HA loop, one at a time: each action is a list of jobs, carried out
// one after the other. The loop goes on meanwhile and only keeps the lock.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fakepatroni/thread.hpp"

namespace bestgres::fakepatroni {

enum class ActionKind : std::uint8_t {
    bootstrap,       // initdb of a new cluster
    post_bootstrap,  // roles and scripts
    clone,           // base backup
    start,           // after a failure, as what the lock makes of it
    promote,
    demote_graceful,
    demote_offline,
    demote_immediate,  // the start after it; the stop has happened
    restart,
    reinitialize,
    crash_recovery,
    rewind,
};

enum class Job : std::uint8_t {
    initdb,
    copy,
    wipe,
    checkpoint,
    stop_fast,
    stop_immediate,
    single_user,
    rewind,
    start_primary,
    start_standby,  // follows whoever leads when it begins
    start_alone,    // a standby of nobody
    promote,
    await_production,  // looks once a second
    set_up_roles,      // after initdb
    let_standbys_catch_up,
    ask_heirs,  // can anybody take over?
    release,    // the lock
    release_if_heir,
    let_others_race,
    check_history,  // whether a rewind is needed before following
    // Of a group of a sharded cluster: the coordinator is told, and may be waited for.
    tell_before_demote,
    tell_before_promote,
    tell_after_promote,
};

struct Action {
    ActionKind kind = ActionKind::start;
    std::string name = {};  // as logs call it
    std::vector<Job> jobs = {};
    std::size_t next = 0;
    bool begun = false;  // jobs[next] is under way
    bool failed = false;
    bool heir_found = false;
    bool released = false;
    int attempts = 0;
    Instant since = {};
    Thread thread = {};

    bool over() const { return failed || next >= jobs.size(); }
};

Action make_action(ActionKind kind, Instant now);
std::string_view to_string(ActionKind kind);
// Whether members publish their position while it runs.
bool position_is_known_during(ActionKind kind);

}  // namespace bestgres::fakepatroni
