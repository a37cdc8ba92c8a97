// Five-field cron schedules in UTC, with names, lists, ranges, steps and the @macros, as the cron
// library of Kubernetes reads them. Time zones other than UTC are not known here.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "lib/base/result.hpp"
#include "lib/base/time.hpp"

namespace bestgres::fakekube::controllers {

struct CronSchedule {
    std::uint64_t minutes = 0;  // one bit a value
    std::uint64_t hours = 0;
    std::uint64_t days = 0;
    std::uint64_t months = 0;
    std::uint64_t weekdays = 0;  // Sunday is 0
    bool any_day = false;        // "*" as day of the month, and of the week
    bool any_weekday = false;

    bool operator==(const CronSchedule&) const = default;
};

Result<CronSchedule> parse_cron(std::string_view text);

// The first whole minute after `at` that the schedule names; absent when none comes in five years.
std::optional<Instant> next_after(const CronSchedule& schedule, Instant at);

}  // namespace bestgres::fakekube::controllers
