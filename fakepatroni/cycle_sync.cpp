// Rows for synchronous replication of a leader: the sync object and synchronous_standby_names.
#include <algorithm>

#include "fakepatroni/member.hpp"
#include "fakepatroni/sync_choice.hpp"

namespace bestgres::fakepatroni {
namespace {

NameSet sorted(std::vector<std::string> names) {
    std::sort(names.begin(), names.end());
    return names;
}

NameSet both(const NameSet& one, const NameSet& other) {
    NameSet common;
    std::set_intersection(one.begin(), one.end(), other.begin(), other.end(),
                          std::back_inserter(common));
    return common;
}

}  // namespace

void Member::set_standby_names(const std::string& text, Turn& turn) {
    if (text == standby_names_) {
        return;
    }
    standby_names_ = text;
    names_changed_at_ = turn.local.flushed().bytes;
    turn.local.reload(configuration(turn.local.upstream()), turn.now);
}

Point Member::at_as_primary(Turn& turn) {
    sync_ = view_.sync ? *view_.sync : SyncRecord{};
    quorum_began_ = turn.now;
    if (!config_->synchronous()) {
        if (!sync_.leader.empty()) {
            write_sync({}, turn);
            return Point::sync_disabled;
        }
        return at_sync_disabled(turn);
    }
    if (sync_.leader.empty()) {
        write_sync({.version = {}, .leader = settings_->name, .standbys = {}, .quorum = 0}, turn);
    }
    return Point::sync_enabled;
}

Point Member::at_sync_disabled(Turn& turn) {
    if (loop_.wrote()) {
        const auto wished = config_->parameters.find("synchronous_standby_names");
        set_standby_names(wished == config_->parameters.end() ? "" : wished->second, turn);
    }
    return Point::history;
}

Point Member::at_sync_enabled(Turn& turn) {
    if (!sync_is_written()) {
        return Point::history;
    }
    if (config_->synchronous_mode == SyncMode::quorum) {
        return at_quorum(turn);
    }
    const SyncChoice choice =
        sync_choice(turn.local.standbys(), view_, *config_, names_changed_at_);
    const NameSet voters = sorted(sync_.standbys);
    if (choice.active == voters) {
        if (choice.sync != voters) {
            write_sync({{}, settings_->name, choice.sync, 0}, turn);
        }
        return Point::history;
    }
    // First whoever must not be promoted any more leaves the object.
    const NameSet common = both(both(voters, choice.sync), choice.active);
    if (common != voters) {
        write_sync({{}, settings_->name, common, 0}, turn);
    }
    return Point::sync_narrowed;
}

Point Member::at_sync_narrowed(Turn& turn) {
    if (!sync_is_written()) {
        return Point::history;
    }
    const SyncChoice choice =
        sync_choice(turn.local.standbys(), view_, *config_, names_changed_at_);
    const bool star = choice.active.empty() && config_->synchronous_mode_strict;
    set_standby_names(
        standby_names(star ? NameSet{"*"} : choice.active, SyncMode::on, choice.active.size()),
        turn);
    if (!choice.active.empty() && choice.sync != choice.active) {
        loop_.sleeps_until = turn.now + std::chrono::seconds(2);
    }
    return Point::sync_waited;
}

// The standbys that are confirmed by now may be promoted.
Point Member::at_sync_waited(Turn& turn) {
    const SyncChoice choice =
        sync_choice(turn.local.standbys(), view_, *config_, names_changed_at_);
    if (!choice.sync.empty() && choice.sync != sorted(sync_.standbys)) {
        write_sync({{}, settings_->name, choice.sync, 0}, turn);
    }
    return Point::history;
}

QuorumState Member::quorum_state(const Turn& turn) const {
    QuorumState state;
    state.leader = sync_.leader;
    state.voters = sorted(sync_.standbys);
    state.quorum = sync_.quorum;
    const auto names = parse_synchronous_names(standby_names_);
    if (names.ok() && names->method != SynchronousNames::Method::none) {
        state.names = sorted(names->names);
        state.number = static_cast<std::int64_t>(names->number);
    }
    for (const StandbyRow& row : turn.local.standbys()) {
        const bool named =
            std::binary_search(state.names.begin(), state.names.end(), row.application_name);
        const bool holds = row.state == "streaming" && row.flushed.bytes >= names_changed_at_;
        state.confirmed += named && holds ? 1 : 0;
    }
    state.confirmed = std::min(state.confirmed, state.number);
    return state;
}

Point Member::at_quorum(Turn& turn) {
    if (turn.now - quorum_began_ >= applied_->loop_wait) {
        return Point::history;
    }
    const SyncChoice choice =
        sync_choice(turn.local.standbys(), view_, *config_, names_changed_at_);
    const QuorumState state = quorum_state(turn);
    const QuorumStep step = next_step(state, {.leader = settings_->name,
                                              .active = choice.active,
                                              .number = config_->synchronous_node_count});
    switch (step.kind) {
        case QuorumStep::Kind::none:
            return Point::history;
        case QuorumStep::Kind::write_sync:
            changes_leader_ = step.then.leader != state.leader;
            write_sync({{}, step.then.leader, step.then.voters, step.then.quorum}, turn);
            return Point::quorum_written;
        case QuorumStep::Kind::write_names:
            set_standby_names(standby_names(step.then.names, SyncMode::quorum,
                                            static_cast<std::size_t>(step.then.number)),
                              turn);
            if (state.names.empty()) {
                loop_.sleeps_until = turn.now + std::chrono::seconds(1);
            }
            return Point::quorum_waited;
    }
    return Point::history;
}

// A new leader stops here: its standbys get a loop's time to connect.
Point Member::at_quorum_written(Turn& turn) {
    if (!sync_is_written() || changes_leader_) {
        changes_leader_ = false;
        return Point::history;
    }
    return at_quorum(turn);
}

}  // namespace bestgres::fakepatroni
