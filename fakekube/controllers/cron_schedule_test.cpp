#include "fakekube/controllers/cron_schedule.hpp"

#include <gtest/gtest.h>

namespace bestgres::fakekube::controllers {
namespace {

std::string next(const char* schedule, const char* after) {
    const auto parsed = parse_cron(schedule);
    if (!parsed.ok()) {
        return parsed.error().message;
    }
    const auto at = next_after(*parsed, *parse_time(after));
    return at ? format_seconds(*at) : "never";
}

TEST(Cron, finds_the_next_minute) {
    EXPECT_EQ(next("*/15 * * * *", "2026-11-20T10:15:00Z"), "2026-11-20T10:30:00Z");
    EXPECT_EQ(next("30 2 * * *", "2026-11-20T10:15:30Z"), "2026-11-21T02:30:00Z");
    EXPECT_EQ(next("@monthly", "2026-12-20T10:15:00Z"), "2027-01-01T00:00:00Z");
    EXPECT_EQ(next("0 0 29 2 *", "2026-11-20T00:00:00Z"), "2028-02-29T00:00:00Z");
    EXPECT_EQ(next("0 0 30 2 *", "2026-11-20T00:00:00Z"), "never");
}

TEST(Cron, knows_names_lists_and_ranges) {
    EXPECT_EQ(next("0 9-17/4 * JAN Mon", "2026-11-20T00:00:00Z"), "2027-01-04T09:00:00Z");
    EXPECT_EQ(next("5,10 0 * * 7", "2026-11-20T00:00:00Z"), "2026-11-22T00:05:00Z");
}

TEST(Cron, takes_either_day_when_both_are_named) {
    EXPECT_EQ(next("0 0 1 * fri", "2026-11-20T00:00:00Z"), "2026-11-27T00:00:00Z");
    EXPECT_EQ(next("0 0 1 * fri", "2026-11-27T00:00:00Z"), "2026-12-01T00:00:00Z");
}

TEST(Cron, refuses_what_it_does_not_understand) {
    for (const char* wrong :
         {"", "* * * *", "60 * * * *", "a * * * *", "*/0 * * * *", "5-1 * * * *"}) {
        EXPECT_FALSE(parse_cron(wrong).ok()) << wrong;
    }
}

}  // namespace
}  // namespace bestgres::fakekube::controllers
