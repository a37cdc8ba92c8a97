#include "operator/agent/observation.hpp"

#include <gtest/gtest.h>

namespace bestgres::agent {
namespace {

TEST(ParseReport, reads_a_primary_of_patroni_4) {
    const auto report = parse_report(
        200,
        R"({"state":"running","role":"primary","xlog":{"location":67108960},"timeline":1,)"
        R"("dcs_last_seen":1795193309,"patroni":{"version":"4.1.4","scope":"demo","name":"node0"}})");
    ASSERT_TRUE(report.has_value());
    EXPECT_TRUE(report->holds_lock && report->is_primary && report->is_running &&
                !report->in_recovery);
    EXPECT_EQ(report->dcs_last_seen, Instant{1'795'193'309'000'000'000});
}

TEST(ParseReport, reads_a_primary_of_patroni_3_by_its_old_name) {
    EXPECT_TRUE(parse_report(200, R"({"state":"running","role":"master","xlog":{"location":1}})")
                    ->is_primary);
}

TEST(ParseReport, reads_a_replica_that_has_a_receive_position_only) {
    const auto report = parse_report(
        503,
        R"({"state":"running","role":"replica","xlog":{"received_location":1,"replayed_location":1},)"
        R"("replication_state":"streaming","failsafe_mode_is_active":true,"pause":true})");
    EXPECT_TRUE(report->in_recovery && !report->holds_lock && report->failsafe_active &&
                report->paused);
    EXPECT_EQ(report->replication_state, "streaming");
}

TEST(ParseReport, takes_nothing_from_a_foreign_answer) {
    EXPECT_EQ(parse_report(200, "<html>"), std::nullopt);
    EXPECT_EQ(parse_report(200, "{}"), std::nullopt);
}

}  // namespace
}  // namespace bestgres::agent
