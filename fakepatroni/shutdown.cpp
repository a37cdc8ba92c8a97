// SIGTERM: the server stops, and the lock goes to a standby that has everything.
#include "fakepatroni/member.hpp"
#include "fakepatroni/wire.hpp"

namespace bestgres::fakepatroni {

void Member::terminate(Turn& turn) {
    if (terminating_) {
        return;
    }
    terminating_ = true;
    pending_.clear();
    if (config_->pause) {
        turn.out.exit = "SIGTERM while paused: postgres and the lock are left alone";
        point_ = Point::gone;
        return;
    }
    if (action_) {
        turn.local.cancel_work(turn.now);
        action_.reset();
    }
    loop_ = Thread{};
    was_leader_ = leads(turn.now);
    if (was_leader_ && settings_->citus && settings_->citus->group != 0) {
        tell_coordinator(loop_, GroupEvent::before_demote, turn);
    }
    point_ = Point::shutdown_told;
}

Point Member::at_shutdown_told(Turn& turn) {
    stop_server(StopMode::fast, turn);
    loop_.awaits_postgres = has_server(turn.local);
    return Point::shutdown_stopped;
}

Point Member::at_shutdown_stopped(Turn& turn) {
    if (has_server(turn.local)) {
        loop_.sleeps_until = turn.now + std::chrono::seconds(1);
        return Point::shutdown_stopped;
    }
    state_ = LocalState::stopped;
    if (!was_leader_) {
        touch(loop_, turn);
        return Point::shutdown_touched;
    }
    loop_.sleeps_until = turn.now + std::chrono::seconds(1);
    return Point::shutdown_waited;
}

Point Member::at_shutdown_waited(Turn& turn) {
    const Candidate me = candidate(turn);
    ask(loop_, failover_candidates(race_input(me), false), turn);
    return Point::shutdown_asked;
}

Point Member::at_shutdown_asked(Turn& turn) {
    const LsnBytes shutdown = turn.local.volume().checkpoint.bytes;
    const Candidate me = candidate(turn);
    const bool heir = failover_is_possible(race_input(me), statuses_of(loop_), shutdown).yes;
    if (!heir && traits_of(settings_->version).keeps_leader_without_heir) {
        write_map(loop_, "leader", {{"optime", std::to_string(shutdown)}}, turn);
        return Point::shutdown_optime;
    }
    release(loop_, heir ? shutdown - Wal::overhead : shutdown, turn);
    return Point::shutdown_released;
}

Point Member::at_shutdown_optime(Turn& turn) {
    release(loop_, turn.local.volume().checkpoint.bytes, turn);
    return Point::shutdown_released;
}

Point Member::at_shutdown_released(Turn& turn) {
    touch(loop_, turn);
    return Point::shutdown_touched;
}

Point Member::at_shutdown_touched(Turn& turn) {
    turn.out.exit = "SIGTERM";
    return Point::gone;
}

}  // namespace bestgres::fakepatroni
