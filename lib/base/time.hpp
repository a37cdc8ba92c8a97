// Points in time and spans, both in nanoseconds. Who decides receives `now`; nobody asks a clock
// but adapters, servers and main programs.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "lib/base/result.hpp"

namespace bestgres {

using Duration = std::chrono::nanoseconds;

// Nanoseconds since 1970-01-01T00:00:00Z.
struct Instant {
    std::int64_t ns = 0;

    auto operator<=>(const Instant&) const = default;
};

constexpr Instant operator+(Instant at, Duration span) {
    return Instant{at.ns + span.count()};
}
constexpr Instant operator-(Instant at, Duration span) {
    return Instant{at.ns - span.count()};
}
constexpr Duration operator-(Instant later, Instant earlier) {
    return Duration(later.ns - earlier.ns);
}

// "2026-11-20T16:47:39Z": what Kubernetes writes in metadata (whole seconds).
std::string format_seconds(Instant at);
// "2026-11-20T16:47:39.403426Z": MicroTime of Leases and Events, always six digits.
std::string format_micros(Instant at);
// RFC 3339 with any fraction and offset; Python's isoformat is accepted too.
Result<Instant> parse_time(std::string_view text);

// Go's form plus days and weeks: "1h30m", "90s", "250ms", "7d", "2w". No sign, at least one unit.
Result<Duration> parse_duration(std::string_view text);
// The shortest exact Go form: "1h30m0s" is written as "1h30m".
std::string format_duration(Duration span);
// What kubectl shows in AGE columns: "5s", "3m12s", "4h", "12d".
std::string format_age(Duration span);

}  // namespace bestgres
