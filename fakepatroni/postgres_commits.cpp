// Clients of the server: sessions, commits, when they are acknowledged, and checkpoints.
#include <fmt/format.h>

#include <algorithm>

#include "fakepatroni/postgres.hpp"
#include "lib/base/check.hpp"

namespace bestgres::fakepatroni {
namespace {

constexpr std::size_t reserved_connections = 3;  // superuser_reserved_connections

}  // namespace

std::size_t Postgres::connections() const {
    const auto loose = std::ranges::count_if(commits_.waiting(), &WaitingCommit::loose);
    return sessions_.size() + sql_.size() + static_cast<std::size_t>(loose);
}

std::optional<Refusal> Postgres::refusal_to_connect(const ConnectRequest& request) const {
    switch (state_) {
        case ServerState::stopped:
            return Refusal{.message = "connection refused"};
        case ServerState::starting:
            return Refusal{.sqlstate = "57P03", .message = "the database system is starting up"};
        case ServerState::stopping:
            return Refusal{.sqlstate = "57P03", .message = "the database system is shutting down"};
        case ServerState::running:
            break;
    }
    const auto limit = static_cast<std::size_t>(number_of(in_force_, "max_connections", 100));
    const std::size_t usable =
        request.superuser ? limit : limit - std::min(limit, reserved_connections);
    if (faults_.refuses_connections || connections() >= usable) {
        return Refusal{.sqlstate = "53300", .message = "sorry, too many clients already"};
    }
    if (request.password_digest) {
        const Catalogue now = catalogue();
        const auto known = now.passwords.find(request.role);
        if (known == now.passwords.end() || known->second != *request.password_digest) {
            return Refusal{.sqlstate = "28P01",
                           .message = fmt::format("password authentication failed for user \"{}\"",
                                                  request.role)};
        }
    }
    if (request.read_write && in_recovery_) {
        return Refusal{.message = "session is read-only"};
    }
    return std::nullopt;
}

Result<SessionId, Refusal> Postgres::connect(const ConnectRequest& request, Instant /*now*/) {
    if (std::optional<Refusal> refusal = refusal_to_connect(request)) {
        return *std::move(refusal);
    }
    const SessionId session = ++counter_;
    sessions_[session] = Session{request.role};
    return session;
}

void Postgres::disconnect(SessionId session, Instant now) {
    sessions_.erase(session);
    go_on_if_idle(now);
}

// A smart shutdown goes on when the last client has left.
void Postgres::go_on_if_idle(Instant now) {
    if (stopping_ == StopMode::smart && connections() == 0 && commits_.waiting().empty() &&
        !work_due_) {
        work_due_ = now + settings_.timings.stop + faults_.stop_takes;
    }
}

std::optional<Refusal> Postgres::refusal_to_write() const {
    if (in_recovery_) {
        return Refusal{.sqlstate = "25006",
                       .message = "cannot execute INSERT in a read-only transaction"};
    }
    return std::nullopt;
}

// Room for a record, or what the client is told. A server that cannot write its log panics.
std::optional<Refusal> Postgres::take_space(std::uint64_t wal_bytes, std::uint64_t growth,
                                            Instant now) {
    if (growth > volume_.free()) {
        return Refusal{.sqlstate = "53100",
                       .message = "could not extend file: No space left on device"};
    }
    const bool no_room =
        volume_.lacks_room_for_wal({volume_.wal.end().bytes + Wal::overhead + wal_bytes});
    if (no_room || volume_.disk.read_only) {
        crash_backend(fmt::format("PANIC: could not write to the write-ahead log: {}",
                                  no_room ? "No space left on device" : "Read-only file system"),
                      now);
        return Refusal{.message = "server closed the connection unexpectedly", .unknown = true};
    }
    volume_.disk.tables += growth;
    return std::nullopt;
}

Result<Done, Refusal> Postgres::begin_commit(const CommitRequest& request, Instant now) {
    if (request.session && !sessions_.contains(*request.session)) {
        return Refusal{.message = "the connection is closed"};
    }
    if (!request.session) {
        if (std::optional<Refusal> refusal = refusal_to_connect({})) {
            return *std::move(refusal);
        }
    }
    if (std::optional<Refusal> refusal = refusal_to_write()) {
        return *std::move(refusal);
    }
    if (std::optional<Refusal> refusal = take_space(request.bytes, request.growth, now)) {
        return *std::move(refusal);
    }
    wait_for({.id = request.id,
              .mark = volume_.wal.append_commit(request.id, request.bytes),
              .durability = request.durability,
              .whose = CommitOf::client,
              .loose = !request.session.has_value()},
             now);
    return Done{};
}

Result<Done, Refusal> Postgres::change(Changes changes, Instant now) {
    if (std::optional<Refusal> refusal = refusal_to_connect({.superuser = true})) {
        return *std::move(refusal);
    }
    if (std::optional<Refusal> refusal = refusal_to_write()) {
        return *std::move(refusal);
    }
    if (std::optional<Refusal> refusal = take_space(Wal::overhead * changes.size(), 0, now)) {
        return *std::move(refusal);
    }
    volume_.wal.append_changes(std::move(changes));
    flush_by(now + settings_.timings.flush + faults_.flush_takes);
    return Done{};
}

void Postgres::flush_by(Instant due) {
    if (!flush_due_ || due < *flush_due_) {
        flush_due_ = due;
    }
}

void Postgres::wait_for(const WaitingCommit& commit, Instant now) {
    const bool later = commit.durability == Durability::off;
    flush_by(now + (later ? settings_.timings.wal_writer_delay
                          : settings_.timings.flush + faults_.flush_takes));
    if (!checkpoint_due_) {
        checkpoint_due_ =
            now + duration_of(in_force_, "checkpoint_timeout", std::chrono::minutes(5));
    }
    const std::uint64_t since = volume_.wal.end().bytes - volume_.checkpoint.bytes;
    if (since > bytes_of(in_force_, "max_wal_size", std::uint64_t{1} << 30U)) {
        checkpoint_due_ = std::min(*checkpoint_due_, now + settings_.timings.checkpoint);
    }
    commits_.add(commit);
    if (later) {
        release(now);
    }
}

void Postgres::flush(Instant now) {
    flush_due_.reset();
    if (volume_.disk.read_only) {
        crash_backend("PANIC: could not fsync the write-ahead log: Read-only file system", now);
        return;
    }
    volume_.flushed = volume_.wal.end();
    if (in_recovery_) {
        replay(now);
    } else {
        release(now);
    }
}

// What standbys have confirmed is remembered: one that leaves takes nothing back.
const Reached& Postgres::reached() {
    const auto raise = [this](Lsn& reached, Lsn StandbyReport::*what) {
        const std::optional<Lsn> position = synchronous_position(names_, senders_.positions(what));
        reached = std::max(reached, position.value_or(Lsn{}));
    };
    reached_.flushed = volume_.flushed;
    reached_.synchronous = names_.method != SynchronousNames::Method::none;
    if (reached_.synchronous && !commits_.waiting().empty()) {
        raise(reached_.standbys_wrote, &StandbyReport::written);
        raise(reached_.standbys_flushed, &StandbyReport::flushed);
        raise(reached_.standbys_replayed, &StandbyReport::replayed);
    }
    return reached_;
}

void Postgres::release(Instant now) {
    if (commits_.waiting().empty()) {
        return;
    }
    for (const WaitingCommit& commit : commits_.take_acknowledged(reached())) {
        acknowledge(commit, CommitOutcome::acknowledged, now);
    }
    go_on_if_idle(now);
}

void Postgres::acknowledge(const WaitingCommit& commit, CommitOutcome outcome, Instant now) {
    if (commit.whose == CommitOf::statement) {
        const auto run = sql_.find(commit.id);
        if (run != sql_.end()) {
            run->second.waits = false;
            go_on(commit.id, now);
        }
        return;
    }
    if (commit.whose != CommitOf::client) {
        citus_committed(commit);
        return;
    }
    const bool waited = outcome == CommitOutcome::acknowledged && reached_.synchronous &&
                        commit.durability >= Durability::remote_write;
    events_.push_back(CommitEnded{.id = commit.id,
                                  .outcome = outcome,
                                  .mark = commit.mark,
                                  .durability = commit.durability,
                                  .synchronous = waited});
}

void Postgres::cancel_commit(CommitId id) {
    const auto found = std::ranges::find_if(commits_.waiting(), [id](const WaitingCommit& commit) {
        return commit.id == id && commit.whose == CommitOf::client;
    });
    // Only the wait for standbys can be cancelled, not the local flush.
    if (found == commits_.waiting().end() || found->mark.lsn > volume_.flushed) {
        return;
    }
    acknowledge(*commits_.take(id), CommitOutcome::cancelled, Instant{});
}

void Postgres::cut_sessions(const std::string& sqlstate, const std::string& message) {
    for (const WaitingCommit& commit : commits_.take_all()) {
        if (commit.whose == CommitOf::client) {
            acknowledge(commit, CommitOutcome::cut, Instant{});
        }
    }
    while (!sql_.empty()) {
        fail_sql(sql_.begin()->first, {.sqlstate = sqlstate, .message = message, .unknown = true});
    }
    for (const auto& [session, who] : sessions_) {
        events_.push_back(SessionCut{session});
    }
    sessions_.clear();
    stop_citus(message);
}

Result<Done> Postgres::checkpoint(Instant now) {
    if (state_ != ServerState::running) {
        return Error{"could not connect to the server"};
    }
    const Instant due = now + settings_.timings.checkpoint;
    checkpoint_due_ = std::min(checkpoint_due_.value_or(due), due);
    checkpoint_asked_ = true;
    return Done{};
}

void Postgres::finish_checkpoint(Instant now) {
    checkpoint_due_.reset();
    const bool asked = std::exchange(checkpoint_asked_, false);
    const auto end = [&](bool ok) {
        if (asked) {
            events_.push_back(WorkEnded{PostgresWork::checkpoint, ok, ok ? "" : "failed"});
        }
    };
    if (faults_.fails == PostgresWork::checkpoint) {
        end(false);
        return;
    }
    const bool news =
        volume_.wal.end() > volume_.checkpoint || volume_.checkpoint_timeline != timeline();
    if (!in_recovery_ && news) {
        if (take_space(Wal::overhead * 2, 0, now)) {
            return;
        }
        volume_.wal.append_checkpoint(RecordKind::checkpoint);
        volume_.checkpoint = volume_.wal.end();
        volume_.checkpoint_timeline = timeline();
        flush(now);
        recycle();
    }
    end(true);
}

// Forgets WAL that neither a crash nor a slot nor wal_keep_size needs.
void Postgres::recycle() {
    const std::uint64_t keep = bytes_of(in_force_, "wal_keep_size", 0);
    const std::uint64_t end = volume_.flushed.bytes;
    std::uint64_t oldest = std::min(volume_.checkpoint.bytes, end - std::min(end, keep));
    const auto limit = bytes_of(in_force_, "max_slot_wal_keep_size", ~std::uint64_t{0});
    for (auto& [name, slot] : volume_.slots) {
        slot.lost = slot.lost || end - std::min(end, slot.restart.bytes) > limit;
        if (!slot.lost) {
            oldest = std::min(oldest, slot.restart.bytes);
        }
    }
    volume_.oldest = std::max(volume_.oldest, Lsn{oldest / Volume::segment * Volume::segment});
}

// The five settings that bind standbys go through the log whenever they have changed.
void Postgres::write_parameters() {
    const Parameters known = volume_.catalogue(volume_.wal.end()).parameters;
    Changes changes;
    for (const BoundParameter& parameter : bound_parameters) {
        const auto name = std::string(parameter.name);
        const std::string value = std::to_string(number_of(in_force_, name, parameter.standard));
        if (text_of(known, name, std::to_string(parameter.standard)) != value) {
            changes.push_back({Change::Kind::set_parameter, name, value});
        }
    }
    if (!changes.empty()) {
        volume_.wal.append_changes(std::move(changes));
    }
}

}  // namespace bestgres::fakepatroni
