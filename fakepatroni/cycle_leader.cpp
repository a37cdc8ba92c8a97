// Rows for a lock that is held: by this member, which renews it, or by another one.
#include <fmt/format.h>

#include "fakepatroni/member.hpp"
#include "fakepatroni/sync_choice.hpp"
#include "fakepatroni/wire.hpp"

namespace bestgres::fakepatroni {

Point Member::healthy(Turn& turn) {
    if (!has_lock()) {
        return follow(turn, fmt::format("a secondary, following the leader {}", view_.leader));
    }
    if (config_->pause && !runs_as_primary(turn.local)) {
        if (view_.failover_pending() && view_.failover->candidate == settings_->name) {
            return end(turn, "waiting to become primary after the promotion");
        }
        release(loop_, std::nullopt, turn);
        say(turn, "removed the leader lock: postgres does not run as primary");
        return Point::released;
    }
    return renewed_point(turn, true, Point::renewed);
}

Point Member::at_renewed(Turn& turn) {
    if (loop_.outcome == WriteOutcome::unreachable) {
        return Point::unreachable;
    }
    lead_until(turn, loop_.wrote());
    if (loop_.wrote()) {
        return hand_over(turn);
    }
    if (!runs_as_primary(turn.local)) {
        return end(turn, "not promoting because failed to update the leader lock");
    }
    if (config_->pause) {
        return end(turn, "continue to run as primary after failing to update the leader lock");
    }
    return demote_at_once(turn, false, "demoted self because failed to update the leader lock");
}

// A hand-over that was asked for by the failover object.
Point Member::hand_over(Turn& turn) {
    if (!view_.failover_pending() || (config_->pause && !runs_as_primary(turn.local))) {
        return enforce_primary(turn);
    }
    const FailoverRecord& asked = *view_.failover;
    if (!asked.scheduled_at.empty() && asked.due) {
        const Duration late = turn.now - *asked.due;
        if (-late > applied_->loop_wait) {
            return enforce_primary(turn);
        }
        if (late > applied_->loop_wait * 3 / 2) {
            say(turn, "the scheduled hand-over is stale");
            clean_failover(loop_, true, turn);
            return Point::request_cleaned;
        }
        if (turn.reached < *asked.due) {
            loop_.sleeps_until = *asked.due;
            return Point::request_due;
        }
    }
    const bool mine = asked.leader.empty() || asked.leader == settings_->name;
    const bool to_another =
        asked.candidate != settings_->name && !(asked.candidate.empty() && config_->pause);
    if (!mine || !to_another) {
        say(turn, "the hand-over that was asked for is none");
        clean_failover(loop_, true, turn);
        return Point::request_cleaned;
    }
    const Candidate me = candidate(turn);
    ask(loop_, failover_candidates(race_input(me), false), turn);
    return Point::heirs_asked;
}

Point Member::at_heirs_asked(Turn& turn) {
    const Candidate me = candidate(turn);
    const Verdict verdict = failover_is_possible(race_input(me), statuses_of(loop_), 0);
    if (!verdict.yes) {
        say(turn, verdict.because);
        clean_failover(loop_, true, turn);
        return Point::request_cleaned;
    }
    begin_action(ActionKind::demote_graceful, turn);
    return end(turn, "manual failover: demoting myself, " + verdict.because);
}

Point Member::enforce_primary(Turn& turn) {
    see_to_checkpoint(turn);
    if (runs_as_primary(turn.local)) {
        role_ = LocalRole::primary;
        return Point::as_primary;
    }
    if (!config_->synchronous() || !view_.sync_is_active()) {
        return at_promote(turn);
    }
    sync_ = *view_.sync;
    if (config_->synchronous_mode == SyncMode::quorum) {
        QuorumState state = quorum_state(turn);
        NameSet names;
        for (const std::string& name : state.voters) {
            if (name != settings_->name) {
                names.push_back(name);
            }
        }
        const auto waited = static_cast<std::int64_t>(names.size()) - sync_.quorum;
        set_standby_names(
            standby_names(waited > 0 ? names : NameSet{}, SyncMode::quorum,
                          static_cast<std::size_t>(std::max<std::int64_t>(0, waited))),
            turn);
        return at_promote(turn);
    }
    set_standby_names(config_->synchronous_mode_strict ? "*" : "", turn);
    write_sync({.version = {}, .leader = settings_->name, .standbys = {}, .quorum = 0}, turn);
    return Point::promote;
}

Point Member::at_promote(Turn& turn) {
    if (!loop_.wrote()) {
        return end(turn, "postponing the promotion: somebody else wrote the sync object");
    }
    begin_action(ActionKind::promote, turn);
    return end(turn, "promoted self to leader: the lock is mine");
}

// Others must not rewind from here before the first checkpoint of the new timeline.
void Member::see_to_checkpoint(Turn& turn) {
    if (checkpointed_ || !runs_as_primary(turn.local)) {
        return;
    }
    if (turn.local.volume().checkpoint_timeline == turn.local.timeline()) {
        checkpointed_ = true;
        checkpoint_asked_ = false;
        return;
    }
    if (!checkpoint_asked_) {
        checkpoint_asked_ = turn.local.checkpoint(turn.now).ok();
    }
}

Point Member::at_history(Turn& turn) {
    const std::vector<Timeline>& timelines = turn.local.volume().wal.timelines();
    const std::vector<HistoryLine> known =
        view_.config ? view_.config->history : std::vector<HistoryLine>();
    std::vector<HistoryLine> lines;
    for (std::size_t index = 0; index + 1 < timelines.size(); ++index) {
        HistoryLine line{.timeline = timelines[index].number,
                         .lsn = timelines[index + 1].begin.bytes,
                         .reason = "no recovery target specified",
                         .at = {},
                         .new_leader = {}};
        if (index < known.size() && known[index].timeline == line.timeline &&
            known[index].lsn == line.lsn) {
            line = known[index];
        } else if (index + 2 == timelines.size()) {
            line.at = isoformat(turn.now);
            line.new_leader = settings_->name;
        }
        lines.push_back(line);
    }
    register_groups(turn);
    say(turn, fmt::format("no action. I am {}, the leader with the lock", settings_->name));
    if (lines == known) {
        return Point::touch;
    }
    write_map(loop_, "config", {{"history", history_text(lines)}}, turn);
    return Point::touch;
}

// The lock is lost, or is to be given up at once: no checkpoint, no waiting for standbys.
Point Member::demote_at_once(Turn& turn, bool releases, const std::string& because) {
    say(turn, because);
    action_.reset();
    bootstrapping_ = false;
    releases_ = releases;
    leader_until_ = {};
    checkpointed_ = false;
    checkpoint_asked_ = false;
    rewind_ = RewindState::check;
    standby_names_.clear();
    role_ = LocalRole::demoted;
    stop_server(StopMode::immediate, turn);
    loop_.awaits_postgres = has_server(turn.local);
    return Point::stopped_at_once;
}

Point Member::at_stopped_at_once(Turn& turn) {
    state_ = LocalState::stopped;
    if (releases_) {
        releases_ = false;
        release(loop_, std::nullopt, turn);
        loop_.sleeps_until = turn.now + std::chrono::seconds(2);
        return Point::stopped_at_once;
    }
    recovering_ = true;
    begin_action(ActionKind::demote_immediate, turn);
    return Point::touch;
}

}  // namespace bestgres::fakepatroni
