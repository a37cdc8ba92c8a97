#include "fakepatroni/dynamic_config.hpp"

#include <gtest/gtest.h>

namespace bestgres::fakepatroni {
namespace {

using std::chrono::seconds;

DynamicConfig four(const Json& config) {
    return dynamic_config(config, Json::object(), Version::v4_1);
}

TEST(DynamicConfig, has_patronis_defaults) {
    const DynamicConfig config = four(Json::object());
    EXPECT_EQ(config.ttl, seconds(30));
    EXPECT_EQ(config.loop_wait, seconds(10));
    EXPECT_EQ(config.maximum_lag_on_failover, 1'048'576);
    EXPECT_FALSE(config.synchronous());
    EXPECT_FALSE(config.check_timeline);
}

TEST(DynamicConfig, keeps_timings_apart_in_patroni_4_and_leaves_them_alone_in_patroni_3) {
    const Json config = {{"ttl", 20}, {"loop_wait", 10}, {"retry_timeout", 8}};
    EXPECT_EQ(four(config).loop_wait, seconds(4));
    EXPECT_EQ(four(config).retry_timeout, seconds(8));
    const Json quick = {{"ttl", 5}, {"loop_wait", 1}, {"retry_timeout", 2}};
    EXPECT_EQ(four(quick).ttl, seconds(20));
    EXPECT_EQ(dynamic_config(quick, {}, Version::v3_0_2).ttl, seconds(5));
}

TEST(DynamicConfig, shortens_retries_only_when_the_loop_cannot_give_more) {
    const DynamicConfig config = four({{"ttl", 20}, {"loop_wait", 10}, {"retry_timeout", 15}});
    EXPECT_EQ(config.loop_wait, seconds(1));
    EXPECT_EQ(config.retry_timeout, seconds(9));
}

TEST(DynamicConfig, knows_quorum_only_in_patroni_4) {
    const Json config = {{"synchronous_mode", "quorum"}};
    EXPECT_EQ(four(config).synchronous_mode, SyncMode::quorum);
    EXPECT_EQ(dynamic_config(config, {}, Version::v3_0_2).synchronous_mode, SyncMode::on);
    EXPECT_EQ(four({{"synchronous_mode", true}}).synchronous_mode, SyncMode::on);
}

TEST(DynamicConfig, lets_the_file_win_but_for_parameters_of_the_command_line) {
    const Json config = {
        {"postgresql", {{"parameters", {{"work_mem", "4MB"}, {"max_connections", 50}}}}}};
    const Json file = {{"parameters", {{"work_mem", "8MB"}, {"max_connections", 99}}}};
    const auto parameters = dynamic_config(config, file, Version::v4_1).parameters;
    EXPECT_EQ(parameters.at("work_mem"), "8MB");
    EXPECT_EQ(parameters.at("max_connections"), "50");
}

TEST(DynamicConfig, ignores_synchronous_mode_in_a_standby_cluster) {
    const DynamicConfig config =
        four({{"synchronous_mode", true}, {"standby_cluster", {{"host", "a"}}}});
    EXPECT_TRUE(config.standby_cluster);
    EXPECT_FALSE(config.synchronous());
}

}  // namespace
}  // namespace bestgres::fakepatroni
