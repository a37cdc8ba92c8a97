// Replication between two instances as data: the world carries these values from one to the other,
// with whatever lag, loss of connections and silence it models.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fakepatroni/synchronous.hpp"
#include "fakepatroni/volume.hpp"
#include "lib/base/time.hpp"

namespace bestgres::fakepatroni {

using ConnectionId = std::uint64_t;  // unique among all connections of a world

// What a standby's receiver says when it connects.
struct UpstreamRequest {
    std::string upstream = {};  // the member that primary_conninfo names
    std::string application_name = {};
    std::string slot = {};  // empty: none
    std::string system_identifier = {};
    std::int64_t timeline = 0;
    Lsn start = {};
    // Up to `start`. A real receiver does not say it: it begins at the start of a segment, and
    // writes over what it has.
    Wal history = {};

    bool operator==(const UpstreamRequest&) const = default;
};

struct WalMessage {
    ConnectionId connection = 0;
    WalSlice slice = {};
};

struct StandbyReport {
    ConnectionId connection = 0;
    Lsn written = {};
    Lsn flushed = {};
    Lsn replayed = {};

    bool operator==(const StandbyReport&) const = default;
};

// A row of pg_stat_replication.
struct Sender {
    ConnectionId connection = 0;
    std::string application_name = {};
    std::string slot = {};
    Lsn sent = {};
    Lsn caught_up = {};                        // it streams once it has reported this much
    bool streaming = false;                    // it has caught up once
    std::optional<StandbyReport> report = {};  // the last; absent before the first
    std::optional<Instant> drop_at = {};       // the standby is silent: wal_sender_timeout

    bool operator==(const Sender&) const = default;
};

// The sending side. Refusals are PostgreSQL's own sentences, so that a log reads like a real one.
class Senders {
public:
    // Whether `wal` can feed such a standby from where it asks.
    static Result<Done> check(const UpstreamRequest& request, const Volume& volume);

    Sender& open(const UpstreamRequest& request, ConnectionId connection);
    Sender* find(ConnectionId connection);
    const Sender* find(ConnectionId connection) const;
    void close(ConnectionId connection);
    void close_all() { senders_.clear(); }
    // Those whose silence has lasted too long.
    std::vector<ConnectionId> overdue(Instant now) const;
    std::optional<Instant> next_due() const;

    // What the standbys have in the sense of synchronous_standby_names.
    std::vector<StandbyPosition> positions(Lsn StandbyReport::*what) const;
    const std::map<ConnectionId, Sender>& all() const { return senders_; }

    void add_to(Hasher& hasher) const;
    bool operator==(const Senders&) const = default;

private:
    std::map<ConnectionId, Sender> senders_ = {};
};

}  // namespace bestgres::fakepatroni
