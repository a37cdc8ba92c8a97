#include "fakepatroni/replication.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bestgres::fakepatroni {

Result<Done> Senders::check(const UpstreamRequest& request, const Volume& volume) {
    const Wal& wal = volume.wal;
    if (request.system_identifier != volume.system_identifier) {
        return Error{"database system identifier differs between the primary and standby"};
    }
    if (request.timeline > wal.timeline()) {
        return Error{
            fmt::format("highest timeline {} of the primary is behind recovery timeline {}",
                        wal.timeline(), request.timeline)};
    }
    const std::string start = patroni::to_string(request.start);
    if (!wal.has_timeline(request.timeline)) {
        return Error{
            fmt::format("requested starting point {} on timeline {} is not in this "
                        "server's history",
                        start, request.timeline)};
    }
    const std::optional<Lsn> fork = wal.switch_point(request.timeline);
    if (fork && request.start > *fork) {
        return Error{
            fmt::format("requested starting point {} on timeline {} is not in this "
                        "server's history: it forked from there at {}",
                        start, request.timeline, patroni::to_string(*fork))};
    }
    if (request.start > volume.flushed) {
        return Error{
            fmt::format("requested starting point {} is ahead of the WAL flush position "
                        "of this server {}",
                        start, patroni::to_string(volume.flushed))};
    }
    if (request.start < volume.oldest) {
        return Error{fmt::format("requested WAL segment of {} has already been removed", start)};
    }
    if (!wal.seems_to_continue(request.history)) {
        // Another member's timeline of the same number: it streams, and the first record is wrong.
        return Error{fmt::format("record with incorrect prev-link at {}", start)};
    }
    const auto slot = volume.slots.find(request.slot);
    if (!request.slot.empty() && slot == volume.slots.end()) {
        return Error{fmt::format("replication slot \"{}\" does not exist", request.slot)};
    }
    if (!request.slot.empty() && slot->second.lost) {
        return Error{
            fmt::format("can no longer get changes from replication slot \"{}\"", request.slot)};
    }
    if (!request.slot.empty() && slot->second.active) {
        return Error{fmt::format("replication slot \"{}\" is active", request.slot)};
    }
    return Done{};
}

Sender& Senders::open(const UpstreamRequest& request, ConnectionId connection) {
    Sender& sender = senders_[connection];
    sender.connection = connection;
    sender.application_name = request.application_name;
    sender.slot = request.slot;
    sender.sent = request.start;
    return sender;
}

Sender* Senders::find(ConnectionId connection) {
    const auto found = senders_.find(connection);
    return found == senders_.end() ? nullptr : &found->second;
}

const Sender* Senders::find(ConnectionId connection) const {
    const auto found = senders_.find(connection);
    return found == senders_.end() ? nullptr : &found->second;
}

void Senders::close(ConnectionId connection) {
    senders_.erase(connection);
}

std::vector<ConnectionId> Senders::overdue(Instant now) const {
    std::vector<ConnectionId> found;
    for (const auto& [id, sender] : senders_) {
        if (sender.drop_at && *sender.drop_at <= now) {
            found.push_back(id);
        }
    }
    return found;
}

std::optional<Instant> Senders::next_due() const {
    std::optional<Instant> due;
    for (const auto& [id, sender] : senders_) {
        if (sender.drop_at && (!due || *sender.drop_at < *due)) {
            due = sender.drop_at;
        }
    }
    return due;
}

std::vector<StandbyPosition> Senders::positions(Lsn StandbyReport::*what) const {
    std::vector<StandbyPosition> found;
    for (const auto& [id, sender] : senders_) {
        if (sender.streaming && sender.report) {
            found.push_back({.application_name = sender.application_name,
                             .connected = id,
                             .position = (*sender.report).*what});
        }
    }
    return found;
}

void Senders::add_to(Hasher& hasher) const {
    for (const auto& [id, sender] : senders_) {
        hasher.add(id);
        hasher.add(sender.application_name);
        hasher.add(sender.slot);
        hasher.add(sender.sent.bytes);
        hasher.add(sender.caught_up.bytes);
        hasher.add(static_cast<std::uint64_t>(sender.streaming));
        const StandbyReport report = sender.report.value_or(StandbyReport{});
        hasher.add(report.written.bytes);
        hasher.add(report.flushed.bytes);
        hasher.add(report.replayed.bytes);
        hasher.add(static_cast<std::uint64_t>(sender.drop_at.value_or(Instant{}).ns));
    }
}

}  // namespace bestgres::fakepatroni
