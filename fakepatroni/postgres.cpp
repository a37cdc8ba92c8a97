// The life of the server: starting, stopping, promotion, and what is due when.
#include "fakepatroni/postgres.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "lib/base/check.hpp"
#include "lib/base/overloaded.hpp"
#include "lib/postgres/settings.hpp"

namespace bestgres::fakepatroni {
namespace {

void consider(std::optional<Instant>& due, const std::optional<Instant>& other) {
    if (other && (!due || *other < *due)) {
        due = other;
    }
}

bool has_come(const std::optional<Instant>& due, Instant now) {
    return due && *due <= now;
}

}  // namespace

Postgres::Postgres(PostgresSettings settings, Volume volume)
    : settings_(std::move(settings)), volume_(std::move(volume)) {}

bool Postgres::is_held_up() const {
    return faults_.hangs == work_;
}

std::optional<Instant> Postgres::next_due() const {
    std::optional<Instant> due;
    if (!is_held_up()) {
        consider(due, work_due_);
    }
    if (faults_.hangs != PostgresWork::checkpoint) {
        consider(due, checkpoint_due_);
    }
    if (!faults_.flush_hangs) {
        consider(due, flush_due_);
    }
    if (is_writable()) {
        consider(due, citus_.next_due());
    }
    consider(due, senders_.next_due());
    consider(due, upstream_.retry_at);
    consider(due, upstream_.give_up_at);
    return due;
}

void Postgres::advance(Instant now) {
    drive_citus(now);
    while (has_come(next_due(), now)) {
        const Instant due = *next_due();
        if (flush_due_ == due && !faults_.flush_hangs) {
            flush(now);
        } else if (work_due_ == due && !is_held_up()) {
            finish_work(now);
        } else if (checkpoint_due_ == due && faults_.hangs != PostgresWork::checkpoint) {
            finish_checkpoint(now);
        } else if (citus_.next_due() == due) {
            drive_citus(now);
        } else if (upstream_.retry_at == due) {
            want_upstream();
        } else if (upstream_.give_up_at == due) {
            last_message_ = "terminating walreceiver due to timeout";
            upstream_lost(now);
        } else {
            for (const ConnectionId connection : senders_.overdue(now)) {
                standby_lost(connection, now);
            }
        }
    }
}

std::vector<PostgresEvent> Postgres::take_events() {
    return std::exchange(events_, {});
}

void Postgres::begin_work(PostgresWork work, Instant due, Instant now) {
    work_ = work;
    work_began_ = now;
    work_due_ = due;
}

void Postgres::end_work(bool ok, std::string message) {
    if (!ok) {
        last_message_ = message;
    }
    events_.push_back(WorkEnded{.work = work_, .ok = ok, .message = std::move(message)});
    work_ = PostgresWork::none;
    work_due_.reset();
}

void Postgres::finish_work(Instant now) {
    work_due_.reset();
    switch (work_) {
        case PostgresWork::start:
            finish_start(now);
            return;
        case PostgresWork::stop:
            finish_stop(now);
            return;
        case PostgresWork::promote:
            finish_promotion(now);
            return;
        case PostgresWork::initdb:
            finish_initdb();
            return;
        case PostgresWork::base_backup:
            if (faults_.fails == work_ || faults_.backup_fails_at) {
                end_work(false, "could not receive data from WAL stream");
                return;
            }
            events_.push_back(SourceWanted{work_});
            return;
        case PostgresWork::rewind:
            events_.push_back(SourceWanted{work_});
            return;
        case PostgresWork::single_user:
            finish_single_user();
            return;
        case PostgresWork::none:
        case PostgresWork::checkpoint:
            return;
    }
}

Duration Postgres::duration_of_start() const {
    Duration takes = settings_.timings.start + faults_.start_takes;
    if (volume_.control != ControlState::shut_down) {
        const std::uint64_t behind =
            volume_.flushed.bytes - std::min(volume_.flushed.bytes, volume_.checkpoint.bytes);
        takes += settings_.timings.recovery_per_mib * static_cast<std::int64_t>(behind >> 20U);
    }
    return takes;
}

Result<Done> Postgres::start(const StartRequest& request, Instant now) {
    if (state_ != ServerState::stopped || work_ != PostgresWork::none) {
        return Error{"another server might be running"};
    }
    if (!volume_.has_data()) {
        return Error{fmt::format("the data directory is {}", to_string(volume_.directory))};
    }
    configuration_ = request.configuration;
    in_force_ = configuration_.parameters;
    volume_.standby_signal = request.standby;
    last_message_.clear();
    begin_recovery(now);
    return Done{};
}

void Postgres::begin_recovery(Instant now) {
    state_ = ServerState::starting;
    in_recovery_ = true;
    started_at_ = now;
    begin_work(PostgresWork::start, now + duration_of_start(), now);
    if (volume_.standby_signal) {
        volume_.control = ControlState::in_archive_recovery;
    } else if (volume_.control != ControlState::shut_down) {
        volume_.control = ControlState::in_crash_recovery;
    }
}

void Postgres::finish_start(Instant now) {
    std::string failure;
    if (faults_.fails == PostgresWork::start) {
        failure = "could not start the server";
    } else if (volume_.disk.read_only) {
        failure = "could not create lock file \"postmaster.pid\": Read-only file system";
    } else if (volume_.free() == 0) {
        failure = "could not write lock file \"postmaster.pid\": No space left on device";
    }
    if (!failure.empty()) {
        become_stopped();
        end_work(false, failure);
        return;
    }
    const auto names = parse_synchronous_names(text_of(in_force_, "synchronous_standby_names", ""));
    names_ = names.ok() ? *names : SynchronousNames{};
    reached_ = {};
    if (volume_.standby_signal) {
        begin_standby(now);
    } else {
        begin_primary(now);
    }
}

void Postgres::begin_primary(Instant now) {
    const bool crashed = volume_.control != ControlState::shut_down;
    // In the last quarter of a segment the next one is made before the server opens.
    if (volume_.lacks_room_for_wal({volume_.wal.end().bytes + Volume::segment / 4})) {
        become_stopped();
        end_work(false, "could not write to file \"pg_wal/xlogtemp\": No space left on device");
        return;
    }
    state_ = ServerState::running;
    in_recovery_ = false;
    if (crashed) {
        volume_.wal.append_checkpoint(RecordKind::checkpoint);
    }
    write_parameters();
    volume_.complete(ControlState::in_production);
    end_work(true, crashed ? "recovered from a crash" : "");
    release(now);
    start_citus(now);
}

void Postgres::begin_standby(Instant now) {
    const std::optional<TooLow> low =
        too_low_for_standby(in_force_, volume_.catalogue(volume_.flushed).parameters);
    if (low) {
        become_stopped();
        end_work(false, fmt::format("recovery aborted because of insufficient parameter settings: "
                                    "{} = {} is a lower setting than on the primary server, where "
                                    "its value was {}",
                                    low->name, low->own, low->primary));
        return;
    }
    state_ = ServerState::running;
    replay(now);
    end_work(true, "");
    want_upstream();
}

Result<Done> Postgres::stop(StopMode mode, Instant now) {
    if (state_ == ServerState::stopped) {
        return Error{"no server running"};
    }
    if (draining_ && mode != StopMode::immediate) {
        return Done{};  // it is shut down already, and only waits for its standbys
    }
    const bool hard = mode == StopMode::immediate || stopping_ == StopMode::immediate ||
                      state_ == ServerState::starting;
    if (work_ != PostgresWork::none && work_ != PostgresWork::stop) {
        end_work(false, "the server is told to stop");
    }
    state_ = ServerState::stopping;
    stopping_ = mode;
    checkpoint_due_.reset();
    Instant due = now + settings_.timings.stop + faults_.stop_takes;
    if (hard) {
        stopping_ = StopMode::immediate;
        cut_sessions("57P02", "terminating connection because of crash of another server process");
        senders_.close_all();
        forget_upstream();
        volume_.crash();
        draining_ = false;
        flush_due_.reset();
        due = now + settings_.timings.stop_immediate;
    } else if (mode == StopMode::fast) {
        cut_sessions("57P01", "terminating connection due to administrator command");
    }
    begin_work(PostgresWork::stop, due, now);
    if (stopping_ == StopMode::smart) {
        work_due_.reset();
        go_on_if_idle(now);
    }
    return Done{};
}

void Postgres::finish_stop(Instant now) {
    if (stopping_ == StopMode::immediate) {
        become_stopped();
        end_work(true, "");
        return;
    }
    if (in_recovery_) {
        volume_.flushed = volume_.wal.end();
        volume_.control = ControlState::shut_down_in_recovery;
        become_stopped();
        end_work(true, "");
        return;
    }
    shut_down_primary(now);
}

void Postgres::shut_down_primary(Instant now) {
    if (take_space(Wal::overhead, 0, now)) {
        return;  // the disk is full: it died instead
    }
    volume_.wal.append_checkpoint(RecordKind::shutdown);
    volume_.complete(ControlState::shut_down);
    draining_ = true;
    drain();
}

// A primary ends when each connected standby has flushed the shutdown checkpoint.
void Postgres::drain() {
    const bool behind = std::ranges::any_of(senders_.all(), [this](const auto& entry) {
        return !entry.second.report || entry.second.report->flushed < volume_.flushed;
    });
    if (draining_ && !behind) {
        become_stopped();
        end_work(true, "");
    }
}

void Postgres::become_stopped() {
    state_ = ServerState::stopped;
    in_recovery_ = false;
    draining_ = false;
    stopping_.reset();
    started_at_.reset();
    checkpoint_due_.reset();
    flush_due_.reset();
    replay_paused_ = false;
    checkpoint_asked_ = false;
    names_ = {};
    senders_.close_all();
    forget_upstream();
    for (auto& [name, slot] : volume_.slots) {
        slot.active = false;
    }
}

Result<Done> Postgres::promote(Instant now) {
    if (state_ != ServerState::running || !in_recovery_) {
        return Error{"cannot promote: the server is not in standby mode"};
    }
    if (work_ != PostgresWork::none) {
        return Error{"cannot promote: " + std::string(to_string(work_)) + " is under way"};
    }
    begin_work(PostgresWork::promote, now + settings_.timings.promote + faults_.promote_takes, now);
    return Done{};
}

void Postgres::finish_promotion(Instant now) {
    if (faults_.fails == PostgresWork::promote) {
        end_work(false, "the server did not promote in time");
        return;
    }
    volume_.flushed = volume_.wal.end();
    volume_.replayed = volume_.flushed;
    replay_paused_ = false;
    flush_due_.reset();
    forget_upstream();
    if (take_space(Volume::segment, 0, now)) {
        return;  // no room for the first segment of the new timeline
    }
    volume_.wal.begin_timeline(timeline() + 1, fmt::format("{} at {}", settings_.name, now.ns));
    in_recovery_ = false;
    volume_.standby_signal = false;
    volume_.control = ControlState::in_production;
    write_parameters();
    volume_.flushed = volume_.wal.end();
    volume_.replayed = volume_.flushed;
    reached_ = {};
    checkpoint_due_ = now + settings_.timings.checkpoint;
    end_work(true, "");
    start_citus(now);
}

void Postgres::reload(const Configuration& configuration, Instant now) {
    const bool redirected = configuration.upstream != configuration_.upstream ||
                            configuration.slot != configuration_.slot;
    configuration_ = configuration;
    if (state_ != ServerState::running) {
        return;
    }
    std::erase_if(in_force_, [&](const auto& entry) {
        return postgres::change_takes(entry.first) == postgres::Takes::reload &&
               !configuration_.parameters.contains(entry.first);
    });
    for (const auto& [name, value] : configuration_.parameters) {
        if (postgres::change_takes(name) == postgres::Takes::reload) {
            in_force_[name] = value;
        }
    }
    const auto names = parse_synchronous_names(text_of(in_force_, "synchronous_standby_names", ""));
    if (names.ok()) {
        names_ = *names;
    } else {
        last_message_ = names.error().message;
    }
    release(now);
    if (redirected && in_recovery_) {
        flush(now);
        forget_upstream();
        want_upstream();
    }
}

void Postgres::kill(const std::string& why, Instant /*now*/) {
    if (state_ != ServerState::stopped) {
        die(why);
        return;
    }
    if (work_ != PostgresWork::none) {
        end_work(false, why);
    }
    volume_.crash();
}

// What every way of going down unasked has in common.
void Postgres::break_off(const std::string& message) {
    cut_sessions("", "server closed the connection unexpectedly");
    volume_.crash();
    become_stopped();
    if (work_ != PostgresWork::none) {
        end_work(false, message);
    }
    last_message_ = message;
}

void Postgres::die(const std::string& message) {
    break_off(message);
    events_.push_back(Crashed{.message = message, .restarts = false});
}

void Postgres::crash_backend(const std::string& why, Instant now) {
    if (state_ == ServerState::stopped) {
        return;
    }
    const bool restarts =
        state_ == ServerState::running && text_of(in_force_, "restart_after_crash", "on") != "off";
    if (!restarts) {
        die(why);
        return;
    }
    break_off(why);
    events_.push_back(Crashed{.message = why, .restarts = true});
    begin_recovery(now);
}

}  // namespace bestgres::fakepatroni
