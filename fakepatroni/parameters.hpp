// Settings as numbers, and the five of which a standby needs at least its primary's value.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fakepatroni/volume.hpp"
#include "lib/base/time.hpp"

namespace bestgres::fakepatroni {

// Their defaults are PostgreSQL's.
struct BoundParameter {
    std::string_view name;
    std::int64_t standard;
};
inline constexpr std::array<BoundParameter, 5> bound_parameters{{
    {"max_connections", 100},
    {"max_worker_processes", 8},
    {"max_wal_senders", 10},
    {"max_prepared_transactions", 0},
    {"max_locks_per_transaction", 64},
}};

std::int64_t number_of(const Parameters& parameters, std::string_view name, std::int64_t standard);
// "64MB" is 67108864; a number without a unit counts as `unit` bytes.
std::uint64_t bytes_of(const Parameters& parameters, std::string_view name, std::uint64_t standard);
// "5min"; a number without a unit counts as milliseconds.
Duration duration_of(const Parameters& parameters, std::string_view name, Duration standard);
std::string text_of(const Parameters& parameters, std::string_view name, std::string standard);

struct TooLow {
    std::string name;
    std::int64_t own = 0;
    std::int64_t primary = 0;
};
// The first of the five that is lower than `of_primary` says; a primary that has said nothing has
// the defaults.
std::optional<TooLow> too_low_for_standby(const Parameters& own, const Parameters& of_primary);

}  // namespace bestgres::fakepatroni
