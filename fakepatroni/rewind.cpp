#include "fakepatroni/rewind.hpp"

namespace bestgres::fakepatroni {

std::string_view to_string(RewindState state) {
    switch (state) {
        case RewindState::unknown:
            return "unknown";
        case RewindState::check:
            return "check";
        case RewindState::not_needed:
            return "not needed";
        case RewindState::needed:
            return "needed";
        case RewindState::done:
            return "done";
        case RewindState::failed:
            return "failed";
    }
    return "unknown";
}

bool has_diverged(const LocalHistory& local, const UpstreamFacts& leader) {
    if (leader.timelines.empty() || local.timeline == 0) {
        return false;
    }
    if (local.timeline > leader.timelines.back().number) {
        return true;
    }
    for (std::size_t index = 0; index < leader.timelines.size(); ++index) {
        if (leader.timelines[index].number != local.timeline) {
            continue;
        }
        const bool current = index + 1 == leader.timelines.size();
        return !current && local.position > leader.timelines[index + 1].begin;
    }
    return true;  // a timeline that the leader has never been on
}

RewindAction rewind_action(const RewindInput& input) {
    switch (input.state) {
        case RewindState::unknown:
        case RewindState::check:
        case RewindState::not_needed:
        case RewindState::done:
            return RewindAction::follow;
        case RewindState::failed:
            return input.config.wipes_after_failed_rewind ? RewindAction::reinitialize
                                                          : RewindAction::stay_behind;
        case RewindState::needed:
            break;
    }
    if (!input.leader_known) {
        return RewindAction::wait;
    }
    if (input.means.can_rewind()) {
        const bool ready = !input.leader_in_recovery && input.leader_checkpointed;
        return ready ? RewindAction::rewind : RewindAction::wait;
    }
    return input.config.wipes_diverged ? RewindAction::reinitialize : RewindAction::stay_behind;
}

}  // namespace bestgres::fakepatroni
