// The jobs of an action: what each asks of the server, and what its end means.
#include <algorithm>

#include "fakepatroni/member.hpp"
#include "fakepatroni/parameters.hpp"
#include "fakepatroni/wire.hpp"
#include "lib/base/check.hpp"

namespace bestgres::fakepatroni {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int copy_attempts = 2;

// A standby must not have less of the five than its primary had: Patroni then takes what
// pg_controldata says.
void raise_bound_parameters(const Volume& volume, Parameters& parameters) {
    const Parameters of_primary = volume.catalogue(volume.flushed).parameters;
    for (const BoundParameter& bound : bound_parameters) {
        const std::int64_t needed = number_of(of_primary, bound.name, bound.standard);
        if (number_of(parameters, bound.name, bound.standard) < needed) {
            parameters[std::string(bound.name)] = std::to_string(needed);
        }
    }
}

}  // namespace

void Member::begin_action(ActionKind kind, Turn& turn) {
    action_ = make_action(kind, turn.now);
    if (kind == ActionKind::clone) {
        state_ = LocalState::creating_replica;
    }
    if (kind == ActionKind::restart) {
        if (runs_as_primary(turn.local)) {
            std::ranges::replace(action_->jobs, Job::start_standby, Job::start_primary);
        }
        state_ = LocalState::restarting;
    }
}

void Member::run_action(Turn& turn) {
    while (action_ && !action_->thread.blocked()) {
        if (action_->over()) {
            end_action(turn);
            return;
        }
        const Job job = action_->jobs[action_->next];
        if (!action_->begun) {
            action_->begun = true;
            begin_job(job, turn);
        } else {
            action_->begun = false;
            ++action_->next;
            end_job(job, turn);
        }
        send(turn);
    }
}

void Member::stop_server(StopMode mode, Turn& turn) {
    if (!has_server(turn.local)) {
        return;
    }
    const Result<Done> told = turn.local.stop(mode, turn.now);
    if (!told.ok()) {
        say(turn, told.error().message);
    }
}

void Member::begin_job(Job job, Turn& turn) {
    Thread& thread = action_->thread;
    switch (job) {
        case Job::set_up_roles:
            thread.sleeps_until = turn.now + milliseconds(100);
            return;
        case Job::await_production:
        case Job::let_standbys_catch_up:
            thread.sleeps_until = turn.now + seconds(1);
            return;
        case Job::let_others_race:
            state_ = LocalState::stopped;
            thread.sleeps_until = turn.now + seconds(2);
            return;
        case Job::ask_heirs: {
            const Candidate me = candidate(turn);
            ask(thread, failover_candidates(race_input(me), false), turn);
            return;
        }
        case Job::release_if_heir: {
            const LsnBytes shutdown = turn.local.volume().checkpoint.bytes;
            const Candidate me = candidate(turn);
            if (failover_is_possible(race_input(me), statuses_of(thread), shutdown).yes) {
                action_->released = true;
                release(thread, shutdown - Wal::overhead, turn);
            }
            return;
        }
        case Job::release:
            if (!action_->released) {
                release(thread, turn.local.volume().checkpoint.bytes, turn);
            }
            return;
        case Job::check_history:
            thread.facts.reset();
            if (!cache_.view().leader_object || cache_.view().leader_object->holder.empty()) {
                return;
            }
            ask_source(thread, cache_.view().leader_object->holder, turn);
            return;
        case Job::tell_before_demote:
            tell_before_shutdown(thread, turn);
            return;
        case Job::tell_before_promote:
            tell_coordinator(thread, GroupEvent::before_promote, turn);
            registrar_.read_anew();
            return;
        case Job::tell_after_promote:
            if (has_lock()) {
                tell_coordinator(thread, GroupEvent::after_promote, turn);
            }
            return;
        case Job::initdb:
        case Job::copy:
        case Job::wipe:
        case Job::checkpoint:
        case Job::stop_fast:
        case Job::stop_immediate:
        case Job::single_user:
        case Job::rewind:
        case Job::start_primary:
        case Job::start_standby:
        case Job::start_alone:
        case Job::promote:
            begin_server_job(job, turn);
            return;
    }
}

void Member::begin_server_job(Job job, Turn& turn) {
    Postgres& local = turn.local;
    Result<Done> told = Done{};
    if (job == Job::initdb) {
        state_ = LocalState::initializing;
        told = local.initdb({.system_identifier = settings_->system_identifier,
                             .checksums = true,
                             .passwords = settings_->passwords},
                            turn.now);
    } else if (job == Job::copy) {
        state_ = LocalState::creating_replica;
        told = local.begin_base_backup(turn.now);
    } else if (job == Job::wipe) {
        local.wipe();
        role_ = LocalRole::uninitialized;
    } else if (job == Job::checkpoint) {
        action_->thread.awaits_checkpoint = local.checkpoint(turn.now).ok();
        return;
    } else if (job == Job::stop_fast || job == Job::stop_immediate) {
        if (action_->kind != ActionKind::restart && has_server(local)) {
            state_ = LocalState::stopping;
        }
        stop_server(job == Job::stop_fast ? StopMode::fast : StopMode::immediate, turn);
    } else if (job == Job::single_user) {
        told = local.recover_single_user(turn.now);
    } else if (job == Job::rewind) {
        work_succeeded_ = false;
        told = local.begin_rewind(turn.now);
    } else if (job == Job::promote) {
        told = local.promote(turn.now);
    } else {
        start_server(job, turn);
        return;
    }
    if (!told.ok()) {
        say(turn, told.error().message);
        fail_action(turn);
        return;
    }
    action_->thread.awaits_postgres = true;
}

void Member::start_server(Job job, Turn& turn) {
    const std::string upstream = job == Job::start_standby ? node_to_follow() : "";
    StartRequest request{.standby = job != Job::start_primary,
                         .configuration = configuration(upstream)};
    if (request.standby) {
        raise_bound_parameters(turn.local.volume(), request.configuration.parameters);
    }
    const Result<Done> told = turn.local.start(request, turn.now);
    if (!told.ok()) {
        say(turn, told.error().message);
        fail_action(turn);
        return;
    }
    if (action_->kind != ActionKind::restart) {
        state_ = LocalState::starting;
    }
    role_ = request.standby ? LocalRole::replica : LocalRole::primary;
    action_->thread.awaits_postgres = true;
}

void Member::end_job(Job job, Turn& turn) {
    Postgres& local = turn.local;
    switch (job) {
        case Job::initdb:
        case Job::copy:
            end_copy(job, turn);
            return;
        case Job::start_primary:
        case Job::start_standby:
        case Job::start_alone:
            if (local.state() != ServerState::running) {
                state_ = LocalState::start_failed;
                fail_action(turn);
                return;
            }
            state_ = LocalState::running;
            local.reload(configuration(local.upstream()), turn.now);
            return;
        case Job::stop_fast:
        case Job::stop_immediate:
            end_stop(turn);
            return;
        case Job::single_user:
            crash_recovery_done_ = true;
            return;
        case Job::rewind:
            rewind_ = local.volume().has_data() && work_succeeded_ ? RewindState::done
                                                                   : RewindState::failed;
            return;
        case Job::promote:
            if (local.in_recovery()) {
                fail_action(turn);
                return;
            }
            role_ = LocalRole::promoted;
            checkpointed_ = false;
            checkpoint_asked_ = false;
            return;
        case Job::await_production:
            role_ = runs_as_primary(local) ? LocalRole::primary : role_;
            return;
        case Job::set_up_roles:
            roles_are_set_up_ = true;
            make_citus(turn);
            return;
        case Job::check_history:
            load_view(turn);
            judge_history(turn, action_->thread.facts);
            if (rewind_ == RewindState::needed) {
                action_->next = action_->jobs.size();  // no start: the loop mends it first
            }
            return;
        case Job::wipe:
        case Job::checkpoint:
        case Job::let_standbys_catch_up:
        case Job::ask_heirs:
        case Job::release:
        case Job::release_if_heir:
        case Job::let_others_race:
        case Job::tell_before_demote:
        case Job::tell_before_promote:
        case Job::tell_after_promote:
            return;
    }
}

// A copy that failed is tried once more.
void Member::end_copy(Job job, Turn& turn) {
    if (turn.local.volume().has_data()) {
        return;
    }
    turn.local.wipe();
    if (job == Job::copy && ++action_->attempts < copy_attempts) {
        --action_->next;
        action_->thread.sleeps_until = turn.now + seconds(5);
        return;
    }
    fail_action(turn);
}

void Member::end_stop(Turn& turn) {
    if (has_server(turn.local)) {
        --action_->next;  // it hangs: wait on
        action_->begun = true;
        action_->thread.sleeps_until = turn.now + seconds(1);
        return;
    }
    if (action_->kind == ActionKind::demote_graceful) {
        role_ = LocalRole::demoted;
        rewind_ = RewindState::check;
    } else if (action_->kind != ActionKind::restart) {
        state_ = LocalState::stopped;
    }
    if (action_->kind == ActionKind::demote_offline) {
        role_ = LocalRole::demoted;
        rewind_ = RewindState::check;
        leader_until_ = {};
    }
}

void Member::fail_action(Turn& turn) {
    action_->failed = true;
    action_->thread.awaits_postgres = false;
    say(turn, action_->name + " failed");
    if (action_->kind == ActionKind::rewind) {
        rewind_ = RewindState::failed;
    }
    if (action_->kind == ActionKind::clone || action_->kind == ActionKind::reinitialize) {
        state_ = LocalState::stopped;
    }
}

// Its end wakes the loop, which sees what has come of it.
void Member::end_action(Turn& turn) {
    static_cast<void>(turn);
    action_.reset();
    wake_loop();
}

}  // namespace bestgres::fakepatroni
