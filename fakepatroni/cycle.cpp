// One pass of the HA loop from the load of the view to the nap: the first rows of the decision
// table, and the table itself.
#include <fmt/format.h>

#include <array>

#include "fakepatroni/member.hpp"
#include "fakepatroni/parameters.hpp"
#include "fakepatroni/slot_name.hpp"
#include "lib/base/check.hpp"

namespace bestgres::fakepatroni {

using std::chrono::milliseconds;

namespace {

// What Patroni changes for Citus: it is preloaded first, and prepares transactions.
void add_citus_parameters(Parameters& parameters) {
    std::string& libraries = parameters["shared_preload_libraries"];
    libraries = libraries.empty() ? "citus" : "citus," + libraries;
    if (parameters["max_prepared_transactions"] == "0") {
        parameters["max_prepared_transactions"] =
            std::to_string(2 * number_of(parameters, "max_connections", 100));
    }
    parameters["wal_level"] = "logical";
}

}  // namespace

Point Member::step(Turn& turn) {
    using Row = Point (Member::*)(Turn&);
    struct Line {
        Point point;
        Row row;
    };
    static constexpr std::array<Line, 53> table{{
        {Point::nap, &Member::at_nap},
        {Point::load, &Member::at_load},
        {Point::identity, &Member::at_identity},
        {Point::config_key, &Member::at_config_key},
        {Point::dispatch, &Member::at_dispatch},
        {Point::long_action_renewed, &Member::at_long_action_renewed},
        {Point::long_action_asked, &Member::at_long_action_asked},
        {Point::bootstrap_key, &Member::at_bootstrap_key},
        {Point::post_bootstrap_initialize, &Member::post_bootstrap_written},
        {Point::post_bootstrap_config, &Member::post_bootstrap_written},
        {Point::post_bootstrap_lock, &Member::post_bootstrap_written},
        {Point::data, &Member::at_data},
        {Point::released, &Member::at_touch},
        {Point::sysid_written, &Member::at_sysid_written},
        {Point::server, &Member::at_server},
        {Point::crash_renewed, &Member::at_crash_renewed},
        {Point::crash_asked, &Member::at_crash_asked},
        {Point::crash_history, &Member::at_crash_history},
        {Point::cluster, &Member::at_cluster},
        {Point::race_candidate, &Member::at_race_candidate},
        {Point::race_others, &Member::at_race_others},
        {Point::race_asked, &Member::at_race_asked},
        {Point::stood_back, &Member::at_stood_back},
        {Point::lost_race, &Member::at_lost_race},
        {Point::acquired, &Member::at_acquired},
        {Point::acquired_cleaned, &Member::at_acquired_cleaned},
        {Point::renewed, &Member::at_renewed},
        {Point::request_due, &Member::hand_over},
        {Point::heirs_asked, &Member::at_heirs_asked},
        {Point::request_cleaned, &Member::enforce_primary},
        {Point::as_primary, &Member::at_as_primary},
        {Point::sync_enabled, &Member::at_sync_enabled},
        {Point::sync_narrowed, &Member::at_sync_narrowed},
        {Point::sync_waited, &Member::at_sync_waited},
        {Point::quorum_written, &Member::at_quorum_written},
        {Point::quorum_waited, &Member::at_quorum},
        {Point::sync_disabled, &Member::at_sync_disabled},
        {Point::history, &Member::at_history},
        {Point::promote, &Member::at_promote},
        {Point::follow_history, &Member::at_follow_history},
        {Point::stopped_at_once, &Member::at_stopped_at_once},
        {Point::unreachable, &Member::at_unreachable},
        {Point::failsafe_asked, &Member::at_failsafe_asked},
        {Point::touch, &Member::at_touch},
        {Point::touched, &Member::at_touched},
        {Point::told, &Member::at_told},
        {Point::shutdown_told, &Member::at_shutdown_told},
        {Point::shutdown_stopped, &Member::at_shutdown_stopped},
        {Point::shutdown_waited, &Member::at_shutdown_waited},
        {Point::shutdown_asked, &Member::at_shutdown_asked},
        {Point::shutdown_optime, &Member::at_shutdown_optime},
        {Point::shutdown_released, &Member::at_shutdown_released},
        {Point::shutdown_touched, &Member::at_shutdown_touched},
    }};
    for (const Line& line : table) {
        if (line.point == point_) {
            return (this->*line.row)(turn);
        }
    }
    BG_CHECK(false, "a point of the HA loop without a row");
    return Point::gone;
}

void Member::run_loop(Turn& turn) {
    if (point_ == Point::nap && woken_) {
        loop_.sleeps_until.reset();
        next_run_ = turn.now;
    }
    while (!loop_.blocked() && !is_gone()) {
        point_ = step(turn);
    }
}

// Patroni has just started: what it makes of the data directory and of a server that runs already.
void Member::start_up(Turn& turn) {
    started_ = true;
    next_run_ = turn.now;
    if (has_server(turn.local)) {
        const auto names = turn.local.parameters().find("synchronous_standby_names");
        standby_names_ = names == turn.local.parameters().end() ? "" : names->second;
        state_ = LocalState::running;
        role_ = runs_as_primary(turn.local) ? LocalRole::primary : LocalRole::replica;
    } else {
        role_ = is_empty(turn.local)                 ? LocalRole::uninitialized
                : turn.local.volume().standby_signal ? LocalRole::replica
                                                     : LocalRole::demoted;
    }
    begin_list(maps_, turn);
    begin_list(pods_, turn);
    point_ = Point::load;
}

Point Member::at_nap(Turn&) {
    woken_ = false;
    return Point::load;
}

Point Member::at_load(Turn& turn) {
    loop_.outcome = WriteOutcome::ok;
    if (!caches_ready()) {
        if (last_wait_began_ && turn.reached >= *last_wait_began_ + applied_->retry_timeout) {
            last_wait_began_.reset();
            return Point::unreachable;
        }
        if (!last_wait_began_) {
            last_wait_began_ = turn.now;
        }
        loop_.awaits_caches_until = *last_wait_began_ + applied_->retry_timeout;
        return Point::load;
    }
    last_wait_began_.reset();
    load_view(turn);
    return Point::identity;
}

void Member::load_view(Turn& turn) {
    view_ = cache_.view();
    has_view_ = true;
    last_load_ = turn.now;
    observe(lock_, view_.leader_object.get(), turn.now);
    view_.leader = holder_of(lock_, view_.leader_object.get(), applied_->ttl, turn.now);
    if (view_.leader_object) {
        failsafe_list_ = view_.leader_object->failsafe;
    }
    // Whoever asked for failsafe leads for ttl, as far as this member is concerned.
    if (view_.unlocked() && failsafe_.until && turn.now < *failsafe_.until) {
        view_.leader = failsafe_.leader;
    }
    if (!view_.unlocked()) {
        last_led_ = view_;
    }
    if (reloads_ || view_.config != config_record_) {
        config_record_ = view_.config;
        if (config_record_ && config_record_->config) {
            config_json_ = *config_record_->config;
        }
        config_ = std::make_shared<const DynamicConfig>(
            dynamic_config(config_json_, settings_->postgresql, settings_->version));
    }
    if (was_paused_ && !config_->pause) {
        rewind_ = RewindState::unknown;
        registrar_.read_anew();
    }
    was_paused_ = config_->pause;
}

// The keys that only a leader may mend.
Point Member::at_identity(Turn& turn) {
    const std::string sysid = system_identifier_of(turn.local);
    if (has_lock() && !view_.initialized() && !sysid.empty()) {
        write_initialize(loop_, sysid, turn);
    }
    return Point::config_key;
}

Point Member::at_config_key(Turn& turn) {
    if (has_lock() && (!view_.config || !view_.config->config)) {
        write_map(loop_, "config", {{"config", dump(config_json_)}}, turn);
    }
    return Point::dispatch;
}

Point Member::at_dispatch(Turn& turn) {
    if (busy()) {
        return has_lock() ? renewed_point(turn, false, Point::long_action_renewed)
                          : without_lock_in_action(turn);
    }
    if (bootstrapping_) {
        return post_bootstrap(turn);
    }
    if (recovering_) {
        recovering_ = false;
        if (!has_server(turn.local)) {
            if (!has_lock()) {
                return end(turn, "failed to start postgres");
            }
            role_ = LocalRole::demoted;
            release(loop_, std::nullopt, turn);
            say(turn, "removed the leader key after trying and failing to start postgres");
            return Point::released;
        }
        crash_recovery_done_ = false;
        if (rewind_ == RewindState::done) {
            rewind_ = RewindState::unknown;
        }
    }
    return Point::data;
}

Point Member::renewed_point(Turn& turn, bool with_positions, Point then) {
    renew(turn, with_positions);
    return then;
}

void Member::lead_until(Turn& turn, bool ok) {
    leader_until_ = ok ? turn.now + applied_->ttl : Instant{};
}

Point Member::at_long_action_renewed(Turn& turn) {
    if (loop_.outcome == WriteOutcome::unreachable) {
        return Point::unreachable;
    }
    lead_until(turn, loop_.wrote());
    if (!loop_.wrote()) {
        return without_lock_in_action(turn);
    }
    if (!busy()) {
        return end(turn, "updated the leader lock");
    }
    const bool starts =
        action_->kind == ActionKind::crash_recovery || action_->kind == ActionKind::start;
    if (starts && turn.now - action_->since > config_->primary_start_timeout) {
        ask(loop_, failover_candidates(race_input(candidate(turn)), false), turn);
        return Point::long_action_asked;
    }
    return end(turn, fmt::format("updated the leader lock during {}", action_->name));
}

Point Member::at_long_action_asked(Turn& turn) {
    const Candidate me = candidate(turn);
    if (failover_is_possible(race_input(me), statuses_of(loop_), 0).yes) {
        return demote_at_once(turn, true, "stopped postgres because of its startup timeout");
    }
    return end(turn, "the start takes too long, but nobody could take over");
}

Point Member::without_lock_in_action(Turn& turn) {
    if (!busy()) {
        return end(turn, "lost the lock while an action ended");
    }
    if (role_ == LocalRole::primary && !bootstrapping_ && !config_->pause) {
        return demote_at_once(turn, false,
                              fmt::format("lost the leader lock during {}", action_->name));
    }
    return end(turn, fmt::format("{} in progress", action_->name));
}

Point Member::at_data(Turn& turn) {
    const std::string sysid = system_identifier_of(turn.local);
    if (is_empty(turn.local)) {
        role_ = LocalRole::uninitialized;
        if (has_lock()) {
            release(loop_, std::nullopt, turn);
            say(turn, "released the leader key: the data directory is empty");
            return Point::released;
        }
        return config_->pause ? end(turn, "running with an empty data directory") : bootstrap(turn);
    }
    if (sysid.empty()) {
        return end(turn, "the data directory is not empty and has no valid system identifier");
    }
    if (view_.initialized()) {
        if (*view_.initialize() == sysid) {
            return Point::server;
        }
        if (!config_->pause) {
            turn.out.exit = "system identifier mismatch: this is another cluster's data";
            return Point::gone;
        }
        if (has_lock()) {
            release(loop_, std::nullopt, turn);
            return Point::released;
        }
        return end(turn, "system identifier mismatch");
    }
    if (view_.unlocked() && !config_->pause) {
        if (runs_as_standby(turn.local)) {
            turn.out.exit = "the initialize key is missing, and a replica must not write it";
            return Point::gone;
        }
        write_initialize(loop_, sysid, turn);
        return Point::sysid_written;
    }
    return Point::server;
}

Point Member::at_sysid_written(Turn&) {
    return Point::server;
}

Point Member::at_server(Turn& turn) {
    if (has_server(turn.local)) {
        if (turn.local.state() == ServerState::running) {
            state_ = LocalState::running;
        }
        return Point::cluster;
    }
    if (config_->pause) {
        state_ = LocalState::stopped;
        if (has_lock()) {
            release(loop_, std::nullopt, turn);
            say(turn, "removed the leader lock because postgres is not running");
            return Point::released;
        }
        return end(turn, "postgres is not running");
    }
    if (state_ == LocalState::running || state_ == LocalState::starting) {
        state_ = LocalState::crashed;
    }
    return recover(turn);
}

Point Member::at_cluster(Turn& turn) {
    return view_.unlocked() ? race(turn) : healthy(turn);
}

Point Member::end(Turn& turn, std::string sentence) {
    say(turn, std::move(sentence));
    return Point::touch;
}

Point Member::at_touch(Turn& turn) {
    if (leads(turn.now)) {
        failsafe_.active = false;
    }
    if (!busy()) {
        run_scheduled_restart(turn);
        tend_slots(turn);
    }
    touch(loop_, turn);
    return Point::touched;
}

// A group's new primary tells the coordinator once its pod says so.
Point Member::at_touched(Turn& turn) {
    const bool primary = state_ == LocalState::running && role_ == LocalRole::primary;
    if (loop_.wrote()) {
        if (primary && !was_published_as_primary_) {
            tell_coordinator(loop_, GroupEvent::after_promote, turn);
        }
        was_published_as_primary_ = primary;
    }
    return Point::told;
}

// The end of the pass: a changed configuration comes into force, then the loop naps.
Point Member::at_told(Turn& turn) {
    apply_config(turn);
    next_run_ = next_run_ + applied_->loop_wait;
    const Traits& traits = traits_of(settings_->version);
    const bool another_leads = !busy() && has_view_ && !view_.unlocked() && !has_lock();
    const bool longer = traits.always_waits_half_a_second || another_leads;
    if (woken_ || skips_nap_ || next_run_ <= turn.now) {
        next_run_ = turn.now;
        loop_.sleeps_until = turn.now + milliseconds(1);
    } else {
        loop_.sleeps_until = next_run_ + (longer ? milliseconds(500) : milliseconds(0));
    }
    skips_nap_ = false;
    return Point::nap;
}

void Member::apply_config(Turn& turn) {
    if (!reloads_ && *config_ == *applied_) {
        return;
    }
    skips_nap_ = config_->ttl != applied_->ttl;
    applied_ = config_;
    reloads_ = false;
    if (has_server(turn.local)) {
        turn.local.reload(configuration(turn.local.upstream()), turn.now);
    }
}

// Postgresql.conf: Patroni's own defaults, then what is configured.
Configuration Member::configuration(const std::string& upstream) const {
    Configuration out;
    out.parameters = {{"hot_standby", "on"},
                      {"max_connections", "100"},
                      {"max_locks_per_transaction", "64"},
                      {"max_prepared_transactions", "0"},
                      {"max_replication_slots", "10"},
                      {"max_wal_senders", "10"},
                      {"max_worker_processes", "8"},
                      {"track_commit_timestamp", "off"},
                      {"wal_keep_size", "128MB"},
                      {"wal_level", "replica"},
                      {"wal_log_hints", "on"}};
    for (const auto& [name, value] : config_->parameters) {
        out.parameters[name] = value;
    }
    if (settings_->citus) {
        add_citus_parameters(out.parameters);
    }
    if (!standby_names_.empty()) {
        out.parameters["synchronous_standby_names"] = standby_names_;
    }
    out.upstream = upstream;
    if (config_->use_slots && !upstream.empty()) {
        out.slot = slot_name(settings_->name);
    }
    return out;
}

}  // namespace bestgres::fakepatroni
