#include "lib/base/time.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>

namespace bestgres {
namespace {

constexpr std::int64_t ns_per_second = 1'000'000'000;

struct Civil {
    int year;
    unsigned month;
    unsigned day;
    std::int64_t second_of_day;
    std::int64_t nanos;
};

std::int64_t floor_div(std::int64_t value, std::int64_t by) {
    const std::int64_t quotient = value / by;
    return value % by < 0 ? quotient - 1 : quotient;
}

Civil civil_of(Instant at) {
    const std::int64_t seconds = floor_div(at.ns, ns_per_second);
    const std::int64_t days = floor_div(seconds, 86'400);
    const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{days}}};
    return {.year = static_cast<int>(date.year()),
            .month = static_cast<unsigned>(date.month()),
            .day = static_cast<unsigned>(date.day()),
            .second_of_day = seconds - days * 86'400,
            .nanos = at.ns - seconds * ns_per_second};
}

std::string format_date_and_time(const Civil& civil) {
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", civil.year, civil.month, civil.day,
                       civil.second_of_day / 3600, civil.second_of_day / 60 % 60,
                       civil.second_of_day % 60);
}

// Reads exactly `digits` digits at the front of `text` and removes them.
std::optional<int> take_digits(std::string_view& text, std::size_t digits) {
    if (text.size() < digits) {
        return std::nullopt;
    }
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + digits, value);
    if (error != std::errc() || end != text.data() + digits || text.front() == '-') {
        return std::nullopt;
    }
    text.remove_prefix(digits);
    return value;
}

bool take_letter(std::string_view& text, std::string_view choices) {
    if (text.empty() || choices.find(text.front()) == std::string_view::npos) {
        return false;
    }
    text.remove_prefix(1);
    return true;
}

std::int64_t take_fraction(std::string_view& text) {
    std::int64_t nanos = 0;
    std::int64_t unit = 100'000'000;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
        nanos += (text.front() - '0') * unit;
        unit /= 10;
        text.remove_prefix(1);
    }
    return nanos;
}

// "Z", "+02:00" or nothing (Python's naive isoformat, taken as UTC); nullopt when malformed.
std::optional<std::int64_t> take_offset_seconds(std::string_view& text) {
    if (text.empty() || take_letter(text, "Zz")) {
        return 0;
    }
    const std::int64_t sign = text.front() == '-' ? -1 : 1;
    if (!take_letter(text, "+-")) {
        return std::nullopt;
    }
    const auto hours = take_digits(text, 2);
    take_letter(text, ":");
    const auto minutes = take_digits(text, 2);
    if (!hours || !minutes) {
        return std::nullopt;
    }
    return sign * (*hours * 3600 + *minutes * 60);
}

struct Unit {
    std::string_view name;
    std::int64_t ns;
};

constexpr std::array<Unit, 8> units = {{{"ns", 1},
                                        {"us", 1'000},
                                        {"ms", 1'000'000},
                                        {"s", ns_per_second},
                                        {"m", 60 * ns_per_second},
                                        {"h", 3'600 * ns_per_second},
                                        {"d", 86'400 * ns_per_second},
                                        {"w", 604'800 * ns_per_second}}};

}  // namespace

std::string format_seconds(Instant at) {
    return format_date_and_time(civil_of(at)) + "Z";
}

std::string format_micros(Instant at) {
    const Civil civil = civil_of(at);
    return fmt::format("{}.{:06}Z", format_date_and_time(civil), civil.nanos / 1000);
}

Result<Instant> parse_time(std::string_view text) {
    const Error malformed{fmt::format("not an RFC 3339 time: \"{}\"", text)};
    const auto year = take_digits(text, 4);
    if (!year || !take_letter(text, "-")) {
        return malformed;
    }
    const auto month = take_digits(text, 2);
    if (!month || !take_letter(text, "-")) {
        return malformed;
    }
    const auto day = take_digits(text, 2);
    if (!day || !take_letter(text, "Tt ")) {
        return malformed;
    }
    const auto hour = take_digits(text, 2);
    if (!hour || !take_letter(text, ":")) {
        return malformed;
    }
    const auto minute = take_digits(text, 2);
    if (!minute || !take_letter(text, ":")) {
        return malformed;
    }
    const auto second = take_digits(text, 2);
    const std::int64_t nanos = take_letter(text, ".") ? take_fraction(text) : 0;
    const auto offset = take_offset_seconds(text);
    const std::chrono::year_month_day date{std::chrono::year(*year),
                                           std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!second || !offset || !text.empty() || !date.ok() || *hour > 24 || *minute > 59 ||
        *second > 60) {
        return malformed;
    }
    const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
    const std::int64_t seconds = days * 86'400 + *hour * 3600 + *minute * 60 + *second - *offset;
    return Instant{seconds * ns_per_second + nanos};
}

Result<Duration> parse_duration(std::string_view text) {
    const Error malformed{fmt::format("not a duration such as 30s, 1h30m or 7d: \"{}\"", text)};
    std::int64_t total = 0;
    if (text == "0") {
        return Duration(0);
    }
    if (text.empty()) {
        return malformed;
    }
    while (!text.empty()) {
        std::int64_t whole = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
        if (error != std::errc() || whole < 0 || text.front() == '-') {
            return malformed;
        }
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        const std::int64_t fraction = take_letter(text, ".") ? take_fraction(text) : 0;
        const std::size_t letters = std::min(text.find_first_of("0123456789"), text.size());
        const std::string_view name = text.substr(0, letters);
        const auto* unit = std::find_if(units.begin(), units.end(),
                                        [&](const Unit& one) { return one.name == name; });
        if (unit == units.end() || whole > (INT64_MAX - total) / unit->ns - 1) {
            return malformed;
        }
        total += whole * unit->ns + fraction / 1000 * unit->ns / 1'000'000;
        text.remove_prefix(letters);
    }
    return Duration(total);
}

std::string format_duration(Duration span) {
    std::int64_t rest = span.count();
    if (rest == 0) {
        return "0s";
    }
    std::string text = rest < 0 ? "-" : "";
    rest = rest < 0 ? -rest : rest;
    for (const std::string_view name : {"h", "m", "s", "ms", "us", "ns"}) {
        const auto* unit = std::find_if(units.begin(), units.end(),
                                        [&](const Unit& one) { return one.name == name; });
        if (rest >= unit->ns) {
            text += fmt::format("{}{}", rest / unit->ns, name);
            rest %= unit->ns;
        }
    }
    return text;
}

// The thresholds of k8s.io/apimachinery/pkg/util/duration, HumanDuration.
std::string format_age(Duration span) {
    const std::int64_t seconds = span.count() / ns_per_second;
    const auto with_rest = [](std::int64_t whole, char unit, std::int64_t rest, char rest_unit) {
        return rest == 0 ? fmt::format("{}{}", whole, unit)
                         : fmt::format("{}{}{}{}", whole, unit, rest, rest_unit);
    };
    if (seconds < -1) {
        return "<invalid>";
    }
    if (seconds < 120) {
        return fmt::format("{}s", std::max<std::int64_t>(seconds, 0));
    }
    const std::int64_t minutes = seconds / 60;
    if (minutes < 10) {
        return with_rest(minutes, 'm', seconds % 60, 's');
    }
    if (minutes < 180) {
        return fmt::format("{}m", minutes);
    }
    const std::int64_t hours = minutes / 60;
    if (hours < 8) {
        return with_rest(hours, 'h', minutes % 60, 'm');
    }
    if (hours < 48) {
        return fmt::format("{}h", hours);
    }
    if (hours < 192) {
        return with_rest(hours / 24, 'd', hours % 24, 'h');
    }
    if (hours < 24 * 365 * 2) {
        return fmt::format("{}d", hours / 24);
    }
    if (hours < 24 * 365 * 8) {
        return with_rest(hours / 24 / 365, 'y', hours / 24 % 365, 'd');
    }
    return fmt::format("{}y", hours / 24 / 365);
}

}  // namespace bestgres
