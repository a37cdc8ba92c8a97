// Rows for a server that does not run although it should.
#include "fakepatroni/member.hpp"

namespace bestgres::fakepatroni {
namespace {

bool died(const Volume& volume) {
    switch (volume.control) {
        case ControlState::in_production:
        case ControlState::in_crash_recovery:
        case ControlState::shutting_down:
            return true;
        case ControlState::shut_down:
        case ControlState::shut_down_in_recovery:
        case ControlState::in_archive_recovery:
            return false;
    }
    return false;
}

}  // namespace

Point Member::recover(Turn& turn) {
    return has_lock() ? renewed_point(turn, false, Point::crash_renewed) : start_again(turn);
}

Point Member::at_crash_renewed(Turn& turn) {
    if (loop_.outcome == WriteOutcome::unreachable) {
        return Point::unreachable;
    }
    lead_until(turn, loop_.wrote());
    if (loop_.wrote() && config_->primary_start_timeout == Duration(0)) {
        const Candidate me = candidate(turn);
        ask(loop_, failover_candidates(race_input(me), false), turn);
        return Point::crash_asked;
    }
    return start_again(turn);
}

Point Member::at_crash_asked(Turn& turn) {
    const Candidate me = candidate(turn);
    if (failover_is_possible(race_input(me), statuses_of(loop_), 0).yes) {
        return demote_at_once(turn, true, "stopped postgres to fail over after a crash");
    }
    return start_again(turn);
}

Point Member::start_again(Turn& turn) {
    const bool locked = has_lock() && leads(turn.now);
    if (locked && role_ == LocalRole::primary) {
        recovering_ = true;
        begin_action(ActionKind::start, turn);
        action_->jobs = {Job::start_primary};
        return end(turn, "starting the primary after a failure");
    }
    if (locked) {
        rewind_ = RewindState::unknown;
        checkpointed_ = false;
        recovering_ = true;
        begin_action(ActionKind::start, turn);
        action_->jobs = {Job::start_alone};
        return end(turn, "starting as readonly because I had the session lock");
    }
    const bool can_rewind = config_->use_pg_rewind && turn.local.volume().checksums;
    if (died(turn.local.volume()) && !turn.local.volume().standby_signal && !crash_recovery_done_ &&
        (view_.unlocked() || can_rewind)) {
        begin_action(ActionKind::crash_recovery, turn);
        return end(turn, "doing crash recovery in a single user mode");
    }
    if (rewind_ != RewindState::done && rewind_ != RewindState::failed) {
        rewind_ = RewindState::check;
    }
    if (rewind_ == RewindState::check && !node_to_follow().empty()) {
        ask_source(loop_, view_.leader, turn);
        return Point::crash_history;
    }
    return start_as_standby(turn);
}

Point Member::at_crash_history(Turn& turn) {
    judge_history(turn, loop_.facts);
    if (const auto mended = mend_history(turn)) {
        return end(turn, *mended);
    }
    return start_as_standby(turn);
}

Point Member::start_as_standby(Turn& turn) {
    recovering_ = true;
    begin_action(ActionKind::start, turn);
    return end(turn, "starting as a secondary");
}

}  // namespace bestgres::fakepatroni
