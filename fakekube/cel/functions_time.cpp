#include <chrono>
#include <cstdlib>

#include "fakekube/cel/functions.hpp"

namespace bestgres::fakekube::cel {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

constexpr std::int64_t second = 1'000'000'000;

// A moment as a calendar shows it in UTC; named zones are not known here.
struct Calendar {
    std::chrono::year_month_day date;
    std::int64_t weekday = 0;
    std::int64_t day_of_year = 0;
    std::int64_t nanos_of_day = 0;
};

Calendar calendar_of(Instant at) {
    const auto since = std::chrono::nanoseconds(at.ns);
    const auto day = std::chrono::floor<days>(since);
    const std::chrono::year_month_day date{sys_days(day)};
    const sys_days first = date.year() / std::chrono::January / 1;
    return Calendar{.date = date,
                    .weekday = std::chrono::weekday(sys_days(day)).c_encoding(),
                    .day_of_year = (sys_days(day) - first).count(),
                    .nanos_of_day = (since - day).count()};
}

template <std::int64_t read(const Calendar&)>
Result<Value> of_time(const Values& arguments) {
    const Instant* at = arguments[0].get<Instant>();
    if (at == nullptr) {
        return no_overload();
    }
    return Value{read(calendar_of(*at))};
}

std::int64_t year(const Calendar& at) {
    return static_cast<int>(at.date.year());
}
std::int64_t month(const Calendar& at) {
    return static_cast<std::int64_t>(static_cast<unsigned>(at.date.month())) - 1;
}
std::int64_t day_of_month(const Calendar& at) {
    return static_cast<std::int64_t>(static_cast<unsigned>(at.date.day())) - 1;
}
std::int64_t date(const Calendar& at) {
    return day_of_month(at) + 1;
}
std::int64_t day_of_week(const Calendar& at) {
    return at.weekday;
}
std::int64_t day_of_year(const Calendar& at) {
    return at.day_of_year;
}

// Hours and the like: of a moment, that of the day; of a span, the whole of it.
template <std::int64_t unit, std::int64_t count>
Result<Value> of_both(const Values& arguments) {
    if (const Duration* span = arguments[0].get<Duration>()) {
        return Value{span->count() / unit};
    }
    const Instant* at = arguments[0].get<Instant>();
    if (at == nullptr) {
        return no_overload();
    }
    return Value{calendar_of(*at).nanos_of_day / unit % count};
}

}  // namespace

std::vector<Function> time_functions() {
    return {{"getFullYear", true, 1, 2, of_time<year>},
            {"getMonth", true, 1, 2, of_time<month>},
            {"getDate", true, 1, 2, of_time<date>},
            {"getDayOfMonth", true, 1, 2, of_time<day_of_month>},
            {"getDayOfWeek", true, 1, 2, of_time<day_of_week>},
            {"getDayOfYear", true, 1, 2, of_time<day_of_year>},
            {"getHours", true, 1, 2, of_both<3600 * second, 24>},
            {"getMinutes", true, 1, 2, of_both<60 * second, 60>},
            {"getSeconds", true, 1, 2, of_both<second, 60>},
            {"getMilliseconds", true, 1, 2, of_both<second / 1000, 1000>}};
}

}  // namespace bestgres::fakekube::cel
