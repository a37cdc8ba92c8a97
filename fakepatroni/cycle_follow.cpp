// Rows for a member that does not lead: it follows whoever does, and mends its history first where
// that has left the leader's.
#include <fmt/format.h>

#include <algorithm>

#include "fakepatroni/member.hpp"

namespace bestgres::fakepatroni {
namespace {

bool is_shut_down(const Volume& volume) {
    return volume.control == ControlState::shut_down ||
           volume.control == ControlState::shut_down_in_recovery;
}

}  // namespace

Point Member::follow(Turn& turn, const std::string& because) {
    sentence_ = because;
    if (runs_as_primary(turn.local)) {
        if (config_->pause) {
            role_ = LocalRole::primary;
            return end(turn, "continue to run as primary without lock");
        }
        return demote_at_once(turn, false, because);
    }
    if (turn.local.state() != ServerState::running) {
        return end(turn, "still starting up as a standby");
    }
    role_ = LocalRole::replica;
    // Replay pauses where a setting is too low for the primary; going on ends the server, which is
    // then started with enough.
    if (turn.local.replay_paused() && !config_->pause) {
        turn.local.resume_replay(turn.now);
    }
    if (config_->pause || view_.unlocked() || has_lock()) {
        return go_on_following(turn);
    }
    if (followed_ != view_.leader) {
        rewind_ = RewindState::check;
        followed_ = view_.leader;
    }
    if (rewind_ == RewindState::check) {
        ask_source(loop_, view_.leader, turn);
        return Point::follow_history;
    }
    if (const auto mended = mend_history(turn)) {
        return end(turn, *mended);
    }
    return go_on_following(turn);
}

Point Member::at_follow_history(Turn& turn) {
    judge_history(turn, loop_.facts);
    if (const auto mended = mend_history(turn)) {
        return end(turn, *mended);
    }
    return go_on_following(turn);
}

Point Member::go_on_following(Turn& turn) {
    const std::string wanted = node_to_follow();
    if (!wanted.empty() && turn.local.upstream() != wanted) {
        turn.local.reload(configuration(wanted), turn.now);
        return end(turn, fmt::format("following {} from now on", wanted));
    }
    return end(turn, sentence_);
}

std::string Member::node_to_follow() const {
    if (view_.unlocked() || has_lock()) {
        return "";
    }
    const std::string wanted = parse_tags(settings_->tags).replicatefrom;
    const MemberRecord* upstream = wanted.empty() ? nullptr : view_.find_member(wanted);
    const bool good =
        upstream != nullptr && upstream->running() && upstream->name != settings_->name;
    return good ? upstream->name : view_.leader;
}

void Member::judge_history(const Turn& turn, const std::optional<UpstreamFacts>& facts) {
    // Without an answer, and while the leader is not yet a primary, the question stays open.
    leader_in_recovery_ = facts && facts->in_recovery;
    if (!facts || facts->in_recovery) {
        return;
    }
    const Volume& volume = turn.local.volume();
    const bool running = has_server(turn.local);
    const LocalHistory local{
        .timeline = running ? turn.local.timeline() : volume.wal.timeline_at(volume.flushed),
        .position =
            running ? std::max(turn.local.flushed(), turn.local.replayed()) : volume.flushed};
    rewind_ = has_diverged(local, *facts) ? RewindState::needed : RewindState::not_needed;
}

std::optional<std::string> Member::mend_history(Turn& turn) {
    const MemberRecord* leader = view_.leader_member();
    const RewindInput input{
        .state = rewind_,
        .means = {.allowed = config_->use_pg_rewind, .checksums = turn.local.volume().checksums},
        .config = *config_,
        .leader_known = leader != nullptr,
        .leader_checkpointed = leader != nullptr && leader->checkpointed_after_promotion,
        .leader_in_recovery = leader_in_recovery_};
    switch (rewind_action(input)) {
        case RewindAction::follow:
        case RewindAction::stay_behind:
            return std::nullopt;
        case RewindAction::wait:
            return "waiting for a checkpoint of the leader before pg_rewind";
        case RewindAction::rewind:
            if (!has_server(turn.local) && !is_shut_down(turn.local.volume()) &&
                !crash_recovery_done_) {
                begin_action(ActionKind::crash_recovery, turn);
                return "doing crash recovery in a single user mode before pg_rewind";
            }
            source_ = view_.leader;
            begin_action(ActionKind::rewind, turn);
            return "running pg_rewind from " + source_;
        case RewindAction::reinitialize:
            source_ = view_.leader;
            begin_action(ActionKind::reinitialize, turn);
            return "reinitializing: the histories have diverged";
    }
    return std::nullopt;
}

}  // namespace bestgres::fakepatroni
