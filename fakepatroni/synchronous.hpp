// synchronous_standby_names as Patroni writes it, and what it demands of standbys.
// https://www.postgresql.org/docs/current/runtime-config-replication.html
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.hpp"
#include "lib/patroni/lsn.hpp"

namespace bestgres::fakepatroni {

struct SynchronousNames {
    enum class Method : std::uint8_t {
        none,   // '': nobody is waited for
        first,  // "n1", '2 (n1,n2)', 'FIRST 2 (n1,n2)': the first so many in the order of the list
        any,    // 'ANY 1 (n1,n2)': any so many of the list
    };
    Method method = Method::none;
    std::size_t number = 0;
    std::vector<std::string> names;  // "*" stands for every name

    // The place of `application_name` in the list, from 1; 0: not in it. Case does not count.
    int priority_of(std::string_view application_name) const;
    bool operator==(const SynchronousNames&) const = default;
};

Result<SynchronousNames> parse_synchronous_names(std::string_view text);

// What a primary knows of one standby that streams.
struct StandbyPosition {
    std::string application_name;
    std::uint64_t connected = 0;  // the order of connecting breaks ties of priority
    patroni::Lsn position;        // flushed or replayed, as the commit demands

    bool operator==(const StandbyPosition&) const = default;
};

enum class StandbySync : std::uint8_t { async, potential, sync, quorum };
std::string_view to_string(StandbySync state);

// What pg_stat_replication says of each, in the order of `standbys`.
std::vector<StandbySync> sync_states(const SynchronousNames& names,
                                     const std::vector<StandbyPosition>& standbys);

// Up to where commits may be acknowledged; absent: too few standbys, everybody waits.
std::optional<patroni::Lsn> synchronous_position(const SynchronousNames& names,
                                                 const std::vector<StandbyPosition>& standbys);

}  // namespace bestgres::fakepatroni
