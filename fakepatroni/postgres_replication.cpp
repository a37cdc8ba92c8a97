// Both ends of streaming replication, and replay.
#include <fmt/format.h>

#include <algorithm>

#include "fakepatroni/postgres.hpp"

namespace bestgres::fakepatroni {
namespace {

constexpr Duration default_timeout = std::chrono::seconds(60);  // wal_sender, wal_receiver

}  // namespace

void Postgres::want_upstream() {
    upstream_.retry_at.reset();
    if (state_ == ServerState::running && in_recovery_ && !configuration_.upstream.empty() &&
        !upstream_.connection) {
        upstream_.wanted = true;
        events_.push_back(UpstreamWanted{});
    }
}

void Postgres::forget_upstream() {
    upstream_ = {};
}

std::optional<UpstreamRequest> Postgres::upstream_request() const {
    if (!upstream_.wanted) {
        return std::nullopt;
    }
    Wal history = volume_.wal;
    history.truncate(volume_.flushed);
    return UpstreamRequest{.upstream = configuration_.upstream,
                           .application_name = settings_.name,
                           .slot = configuration_.slot,
                           .system_identifier = volume_.system_identifier,
                           .timeline = history.timeline(),
                           .start = volume_.flushed,
                           .history = history};
}

void Postgres::upstream_accepted(const UpstreamRequest& request, ConnectionId connection) {
    if (upstream_request() == request) {
        upstream_ = {};
        upstream_.connection = connection;
    }
}

void Postgres::upstream_refused(const UpstreamRequest& request, const std::string& why,
                                Instant now) {
    if (upstream_request() == request) {
        upstream_ = {};
        upstream_.retry_at = now + settings_.timings.retrieve_retry;
        last_message_ = why;
    }
}

void Postgres::upstream_lost(Instant now) {
    if (!upstream_.connection) {
        return;
    }
    upstream_ = {};
    upstream_.retry_at = now + settings_.timings.retrieve_retry;
    flush(now);  // a receiver that ends flushes what it has
}

void Postgres::upstream_silent(Instant now) {
    if (upstream_.connection && !upstream_.give_up_at) {
        upstream_.give_up_at =
            now + duration_of(in_force_, "wal_receiver_timeout", default_timeout);
    }
}

void Postgres::upstream_spoken() {
    upstream_.give_up_at.reset();
}

void Postgres::receive(const WalMessage& message, Instant now) {
    if (upstream_.connection != message.connection) {
        return;
    }
    upstream_.give_up_at.reset();
    if (faults_.receiver_stuck) {
        upstream_.unread.push_back(message);
        return;
    }
    take(message, now);
}

// What comes replaces what is there from its beginning on, as the files of a segment are.
bool Postgres::write_over(const WalSlice& slice) {
    Wal& wal = volume_.wal;
    if (slice.after == wal.mark()) {
        return wal.extend(slice);
    }
    if (!wal.holds(slice.after)) {
        return false;
    }
    const Wal before = wal;
    wal.truncate(slice.after.lsn);
    if (!wal.extend(slice)) {
        return false;
    }
    if (!wal.holds(before.mark()) && before.has_transactions_after(slice.after.lsn)) {
        volume_.inconsistent = true;
    }
    return true;
}

void Postgres::take(const WalMessage& message, Instant now) {
    if (message.slice.empty()) {
        return;
    }
    const Lsn end = message.slice.records.back().end;
    if (volume_.disk.read_only || volume_.lacks_room_for_wal(end)) {
        crash_backend(volume_.disk.read_only
                          ? "PANIC: could not write to the log: Read-only file system"
                          : "PANIC: could not write to the log: No space left on device",
                      now);
        return;
    }
    if (!write_over(message.slice)) {
        last_message_ = "record with incorrect prev-link in the stream";
        upstream_lost(now);
        return;
    }
    for (const Record& record : message.slice.records) {
        if (record.kind == RecordKind::checkpoint || record.kind == RecordKind::shutdown) {
            upstream_.checkpoint = record.end;
        }
    }
    flush_by(now + settings_.timings.flush + faults_.flush_takes);
}

// The first change between `replayed` and `flushed` that needs a higher setting than there is.
std::optional<std::pair<Lsn, TooLow>> Postgres::obstacle() const {
    const std::vector<ChangeRecord>& changes = volume_.wal.changes();
    if (changes.empty() || changes.back().end <= volume_.replayed) {
        return std::nullopt;
    }
    const auto news = [this](const ChangeRecord& change) {
        return change.end > volume_.replayed && change.end <= volume_.flushed;
    };
    const auto is_setting = [](const Change& change) {
        return change.kind == Change::Kind::set_parameter;
    };
    const bool settings = std::ranges::any_of(changes, [&](const ChangeRecord& change) {
        return news(change) && std::ranges::any_of(*change.changes, is_setting);
    });
    if (!settings) {
        return std::nullopt;
    }
    Catalogue catalogue = volume_.catalogue(volume_.replayed);
    for (const ChangeRecord& change : changes) {
        if (!news(change)) {
            continue;
        }
        catalogue.apply(*change.changes);
        if (const auto low = too_low_for_standby(in_force_, catalogue.parameters)) {
            return std::pair(change.end, *low);
        }
    }
    return std::nullopt;
}

// Applies what is flushed; nothing stops it but a setting that is too low.
void Postgres::replay(Instant now) {
    if (!in_recovery_ || replay_paused_ || faults_.replay_stuck) {
        return;
    }
    if (const auto found = obstacle()) {
        const auto& [position, low] = *found;
        volume_.replayed = position;
        replay_paused_ = true;
        last_message_ = fmt::format(
            "hot standby is not possible because of insufficient parameter settings: {} = {} is a "
            "lower setting than on the primary server, where its value was {}",
            low.name, low.own, low.primary);
        if (settings_.server_version < 140000) {
            resume_replay(now);
        }
        return;
    }
    volume_.replayed = volume_.flushed;
    if (upstream_.checkpoint > volume_.checkpoint && upstream_.checkpoint <= volume_.replayed) {
        volume_.checkpoint = upstream_.checkpoint;
        volume_.checkpoint_timeline = volume_.wal.timeline_at(volume_.checkpoint);
        recycle();
    }
}

void Postgres::resume_replay(Instant /*now*/) {
    if (replay_paused_) {
        die("recovery aborted because of insufficient parameter settings");
    }
}

std::optional<StandbyReport> Postgres::take_report() {
    if (!upstream_.connection || faults_.receiver_stuck) {
        return std::nullopt;
    }
    const StandbyReport report{.connection = *upstream_.connection,
                               .written = written(),
                               .flushed = flushed(),
                               .replayed = volume_.replayed};
    if (upstream_.reported == report) {
        return std::nullopt;
    }
    upstream_.reported = report;
    return report;
}

Result<ConnectionId> Postgres::accept_standby(const UpstreamRequest& request, Instant /*now*/) {
    if (state_ != ServerState::running) {
        return Error{state_ == ServerState::stopped ? "connection refused"
                                                    : "the database system is not accepting "
                                                      "connections"};
    }
    if (faults_.refuses_connections) {
        return Error{"sorry, too many clients already"};
    }
    if (static_cast<std::int64_t>(senders_.all().size()) >=
        number_of(in_force_, "max_wal_senders", 10)) {
        return Error{"number of requested standby connections exceeds max_wal_senders"};
    }
    BG_TRY(Senders::check(request, volume_));
    const std::uint64_t origin = hash_text(fmt::format("{} {}", settings_.name, started_at_->ns));
    const ConnectionId connection = (origin << 32U) | (++counter_ & 0xffffffffU);
    Sender& sender = senders_.open(request, connection);
    sender.sent = volume_.wal.common_with(request.history).lsn;
    sender.caught_up = volume_.flushed;
    sender.streaming = request.start == volume_.flushed;
    if (const auto slot = volume_.slots.find(request.slot); slot != volume_.slots.end()) {
        slot->second.active = true;
    }
    return connection;
}

void Postgres::take_standby_report(const StandbyReport& report, Instant now) {
    Sender* const sender = senders_.find(report.connection);
    if (sender == nullptr) {
        return;
    }
    sender->report = report;
    sender->drop_at.reset();
    sender->streaming = sender->streaming || report.written >= sender->caught_up;
    const auto slot = volume_.slots.find(sender->slot);
    if (slot != volume_.slots.end() && slot->second.active) {
        slot->second.restart = std::max(slot->second.restart, report.flushed);
    }
    release(now);
    drain();
}

std::optional<WalMessage> Postgres::wal_for(ConnectionId connection) {
    Sender* const sender = senders_.find(connection);
    if (sender == nullptr || sender->sent >= volume_.flushed) {
        return std::nullopt;
    }
    WalMessage message{.connection = connection,
                       .slice = volume_.wal.slice(sender->sent, volume_.flushed)};
    sender->sent = volume_.flushed;
    return message;
}

void Postgres::close_sender(ConnectionId connection) {
    const Sender* const sender = senders_.find(connection);
    if (sender == nullptr) {
        return;
    }
    if (const auto slot = volume_.slots.find(sender->slot); slot != volume_.slots.end()) {
        slot->second.active = false;
    }
    senders_.close(connection);
}

void Postgres::standby_lost(ConnectionId connection, Instant now) {
    close_sender(connection);
    release(now);
    drain();
}

void Postgres::standby_silent(ConnectionId connection, Instant now) {
    Sender* const sender = senders_.find(connection);
    if (sender != nullptr && !sender->drop_at) {
        sender->drop_at = now + duration_of(in_force_, "wal_sender_timeout", default_timeout);
    }
}

void Postgres::standby_spoken(ConnectionId connection) {
    if (Sender* const sender = senders_.find(connection)) {
        sender->drop_at.reset();
    }
}

}  // namespace bestgres::fakepatroni
