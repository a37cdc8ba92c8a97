// Rows for a free lock.
#include <algorithm>

#include "fakepatroni/member.hpp"

namespace bestgres::fakepatroni {

Candidate Member::candidate(const Turn& turn) const {
    return {.name = settings_->name,
            .system_identifier = system_identifier_of(turn.local),
            .primary = runs_as_primary(turn.local),
            .starting = turn.local.state() == ServerState::starting,
            .position = position_of(turn.local),
            .timeline = turn.local.timeline(),
            .tags = parse_tags(settings_->tags),
            .gave_lock_back = false};
}

RaceInput Member::race_input(const Candidate& me) const {
    return {.me = me,
            .view = view_,
            .last_led = last_led_,
            .config = *config_,
            .traits = traits_of(settings_->version),
            .failsafe = failsafe_list_};
}

Point Member::race(Turn& turn) {
    const Candidate me = candidate(turn);
    return opened(open_race(race_input(me)), turn);
}

Point Member::opened(RaceOpening opening, Turn& turn) {
    opening_ = std::move(opening);
    switch (opening_.verdict) {
        case RaceOpening::Verdict::no:
            return leave_race(turn, opening_.because);
        case RaceOpening::Verdict::yes:
            return take_lock(turn, opening_.because);
        case RaceOpening::Verdict::ask_all:
            ask(loop_, opening_.opponents, turn);
            return Point::race_asked;
        case RaceOpening::Verdict::ask_candidate:
            ask(loop_, opening_.opponents, turn);
            return Point::race_candidate;
        case RaceOpening::Verdict::ask_if_others_could:
            ask(loop_, opening_.opponents, turn);
            return Point::race_others;
    }
    return leave_race(turn, opening_.because);
}

Point Member::at_race_candidate(Turn& turn) {
    const std::vector<PeerStatus> statuses = statuses_of(loop_);
    if (!statuses.empty() && statuses.front().can_take_over()) {
        return leave_race(turn, opening_.because);
    }
    const Candidate me = candidate(turn);
    return opened(reopen_race(race_input(me)), turn);
}

Point Member::at_race_others(Turn& turn) {
    const Candidate me = candidate(turn);
    const Verdict others = failover_is_possible(race_input(me), statuses_of(loop_), 0);
    return others.yes ? leave_race(turn, opening_.because)
                      : take_lock(turn, "the former leader, and nobody else is healthy");
}

Point Member::at_race_asked(Turn& turn) {
    const Candidate me = candidate(turn);
    const Verdict verdict = is_healthiest(race_input(me), opening_, statuses_of(loop_));
    return verdict.yes ? take_lock(turn, verdict.because) : leave_race(turn, verdict.because);
}

Point Member::take_lock(Turn& turn, const std::string& because) {
    say(turn, "tries to take the leader lock: " + because);
    acquire(turn);
    return Point::acquired;
}

Point Member::leave_race(Turn& turn, const std::string& because) {
    const bool asked = view_.failover_pending() && !view_.failover->candidate.empty();
    // The new leader of a hand-over need not be ahead: time for it to take the lock, then a look
    // at the histories.
    if (asked || parse_tags(settings_->tags).nofailover) {
        rewind_ = RewindState::check;
        sentence_ = because;
        loop_.sleeps_until = turn.now + std::chrono::seconds(2);
        return Point::stood_back;
    }
    return follow(turn, "not in the race: " + because);
}

Point Member::at_stood_back(Turn& turn) {
    return follow(turn, "not in the race: " + sentence_);
}

Point Member::at_acquired(Turn& turn) {
    if (loop_.outcome == WriteOutcome::unreachable) {
        return Point::unreachable;
    }
    lead_until(turn, loop_.wrote());
    if (!loop_.wrote()) {
        return Point::lost_race;
    }
    if (view_.failover_pending()) {
        clean_failover(loop_, false, turn);
    }
    return Point::acquired_cleaned;
}

// The caches are being filled anew; then the winner is known.
Point Member::at_lost_race(Turn& turn) {
    if (!caches_ready()) {
        loop_.awaits_caches_until = turn.now + applied_->retry_timeout;
        if (lost_race_at_ && turn.reached >= *lost_race_at_ + applied_->retry_timeout) {
            lost_race_at_.reset();
            return Point::unreachable;
        }
        lost_race_at_ = lost_race_at_.value_or(turn.now);
        return Point::lost_race;
    }
    lost_race_at_.reset();
    load_view(turn);
    return follow(turn, "tried and failed to obtain the lock");
}

Point Member::at_acquired_cleaned(Turn& turn) {
    load_view(turn);
    say(turn, "acquired the leader lock");
    failsafe_.active = false;
    failsafe_.until.reset();
    return enforce_primary(turn);
}

}  // namespace bestgres::fakepatroni
