#include "lib/base/time.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <rapidcheck/gtest.h>

namespace bestgres {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(Time, reads_what_kubernetes_and_python_write) {
    EXPECT_EQ(format_micros(*parse_time("2026-11-20T16:47:39.403426+00:00")),
              "2026-11-20T16:47:39.403426Z");
    EXPECT_EQ(format_seconds(*parse_time("2026-11-20T18:47:39+02:00")), "2026-11-20T16:47:39Z");
    EXPECT_EQ(format_seconds(*parse_time("2024-02-29 00:00:00")), "2024-02-29T00:00:00Z");
}

TEST(Time, refuses_what_is_not_a_time) {
    for (const char* text :
         {"", "2026", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-11-20T16:47:39Zx"}) {
        EXPECT_FALSE(parse_time(text).ok()) << text;
    }
}

RC_GTEST_PROP(Time, round_trips_at_microseconds, ()) {
    const Instant at{*rc::gen::inRange<std::int64_t>(-4'000'000'000, 9'000'000'000) *
                         1'000'000'000 +
                     123'456'000};
    RC_ASSERT(*parse_time(format_micros(at)) == at);
}

TEST(DurationText, reads_go_units_and_days_and_weeks) {
    EXPECT_EQ(*parse_duration("1h30m"), hours(1) + minutes(30));
    EXPECT_EQ(*parse_duration("1.5s"), milliseconds(1500));
    EXPECT_EQ(*parse_duration("2w"), hours(336));
    EXPECT_EQ(*parse_duration("7d"), hours(168));
}

TEST(DurationText, refuses_signs_and_missing_units) {
    for (const char* text : {"", "5", "-5s", "5 s", "five", "s", "99999999999w"}) {
        EXPECT_FALSE(parse_duration(text).ok()) << text;
    }
}

TEST(DurationText, writes_the_shortest_exact_form) {
    EXPECT_EQ(format_duration(hours(1) + minutes(30)), "1h30m");
    EXPECT_EQ(format_duration(milliseconds(1500)), "1s500ms");
    EXPECT_EQ(format_duration(Duration(0)), "0s");
}

TEST(Age, is_written_as_kubectl_writes_it) {
    EXPECT_EQ(format_age(seconds(5)), "5s");
    EXPECT_EQ(format_age(seconds(192)), "3m12s");
    EXPECT_EQ(format_age(minutes(90)), "90m");
    EXPECT_EQ(format_age(hours(47)), "47h");
    EXPECT_EQ(format_age(hours(24 * 12)), "12d");
}

}  // namespace
}  // namespace bestgres
