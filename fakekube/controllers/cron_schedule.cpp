#include "fakekube/controllers/cron_schedule.hpp"

#include <charconv>
#include <chrono>
#include <string>
#include <vector>

namespace bestgres::fakekube::controllers {
namespace {

constexpr int longest_search_days = 5 * 366;

struct Range {
    int first = 0;
    int last = 0;
    std::string_view names;  // three letters each, "" for none; the first is `first`
};

constexpr Range minute_range{0, 59, ""};
constexpr Range hour_range{0, 23, ""};
constexpr Range day_range{1, 31, ""};
constexpr Range month_range{1, 12, "janfebmaraprmayjunjulaugsepoctnovdec"};
constexpr Range weekday_range{0, 6, "sunmontuewedthufrisat"};

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (true) {
        const std::size_t end = text.find(separator);
        if (const auto part = text.substr(0, end); !part.empty() || separator != ' ') {
            parts.push_back(part);
        }
        if (end == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(end + 1);
    }
}

std::optional<int> value_of(std::string_view text, const Range& range) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && end == text.data() + text.size()) {
        const bool sunday = number == 7 && range.last == 6;
        return sunday ? 0 : number;
    }
    std::string lower(text);
    for (char& letter : lower) {
        letter = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
    }
    const std::size_t at = lower.size() == 3 ? range.names.find(lower) : std::string_view::npos;
    return at == std::string_view::npos || at % 3 != 0
               ? std::nullopt
               : std::optional(range.first + static_cast<int>(at / 3));
}

// "5", "1-5", "*", each perhaps with "/step"; absent when it makes no sense.
std::optional<std::uint64_t> bits_of(std::string_view part, const Range& range) {
    const auto halves = split(part, '/');
    const auto step = halves.size() == 2 ? value_of(halves[1], {}) : std::optional(1);
    if (halves.size() > 2 || !step || *step < 1) {
        return std::nullopt;
    }
    int first = range.first;
    int last = range.last;
    if (halves[0] != "*" && halves[0] != "?") {
        const auto ends = split(halves[0], '-');
        const auto from = value_of(ends[0], range);
        const auto to = ends.size() == 2 ? value_of(ends[1], range) : from;
        if (ends.size() > 2 || !from || !to) {
            return std::nullopt;
        }
        first = *from;
        last = ends.size() == 1 && halves.size() == 2 ? range.last : *to;
    }
    if (first < range.first || last > range.last || first > last) {
        return std::nullopt;
    }
    std::uint64_t bits = 0;
    for (int value = first; value <= last; value += *step) {
        bits |= std::uint64_t{1} << static_cast<unsigned>(value);
    }
    return bits;
}

Result<std::uint64_t> field_of(std::string_view text, const Range& range) {
    std::uint64_t bits = 0;
    for (const std::string_view part : split(text, ',')) {
        const auto some = bits_of(part, range);
        if (!some) {
            return Error{"cron field \"" + std::string(text) + "\" is not understood"};
        }
        bits |= *some;
    }
    return bits;
}

std::string_view expanded(std::string_view text) {
    if (text == "@yearly" || text == "@annually") {
        return "0 0 1 1 *";
    }
    if (text == "@monthly") {
        return "0 0 1 * *";
    }
    if (text == "@weekly") {
        return "0 0 * * 0";
    }
    if (text == "@daily" || text == "@midnight") {
        return "0 0 * * *";
    }
    return text == "@hourly" ? "0 * * * *" : text;
}

bool has(std::uint64_t bits, unsigned value) {
    return (bits >> value & 1U) != 0;
}

bool day_matches(const CronSchedule& schedule, std::chrono::sys_days day) {
    const std::chrono::year_month_day date(day);
    const bool by_day = has(schedule.days, static_cast<unsigned>(date.day()));
    const bool by_weekday = has(schedule.weekdays, std::chrono::weekday(day).c_encoding());
    // When both are restricted either is enough; cron has always been so.
    const bool fits =
        schedule.any_day || schedule.any_weekday ? by_day && by_weekday : by_day || by_weekday;
    return fits && has(schedule.months, static_cast<unsigned>(date.month()));
}

}  // namespace

Result<CronSchedule> parse_cron(std::string_view text) {
    const auto fields = split(expanded(text), ' ');
    if (fields.size() != 5) {
        return Error{"cron schedule \"" + std::string(text) + "\" has not five fields"};
    }
    CronSchedule schedule;
    const Range* ranges[] = {&minute_range, &hour_range, &day_range, &month_range, &weekday_range};
    std::uint64_t* targets[] = {&schedule.minutes, &schedule.hours, &schedule.days,
                                &schedule.months, &schedule.weekdays};
    for (std::size_t at = 0; at < 5; ++at) {
        const Result<std::uint64_t> bits = field_of(fields[at], *ranges[at]);
        if (!bits.ok()) {
            return bits.error();
        }
        *targets[at] = *bits;
    }
    schedule.any_day = fields[2].front() == '*' || fields[2].front() == '?';
    schedule.any_weekday = fields[4].front() == '*' || fields[4].front() == '?';
    return schedule;
}

std::optional<Instant> next_after(const CronSchedule& schedule, Instant at) {
    constexpr std::int64_t minute_ns = 60'000'000'000;
    const std::int64_t first = at.ns / minute_ns + 1;
    std::int64_t minute_of_day = first % (24 * 60);
    std::chrono::sys_days day{std::chrono::days(first / (24 * 60))};
    for (int searched = 0; searched < longest_search_days; ++searched) {
        for (; day_matches(schedule, day) && minute_of_day < 24 * 60; ++minute_of_day) {
            if (has(schedule.hours, static_cast<unsigned>(minute_of_day / 60)) &&
                has(schedule.minutes, static_cast<unsigned>(minute_of_day % 60))) {
                const std::int64_t days = day.time_since_epoch().count();
                return Instant{(days * 24 * 60 + minute_of_day) * minute_ns};
            }
        }
        minute_of_day = 0;
        day += std::chrono::days(1);
    }
    return std::nullopt;
}

}  // namespace bestgres::fakekube::controllers
