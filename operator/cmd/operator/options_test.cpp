#include "operator/cmd/operator/options.hpp"

#include <gtest/gtest.h>

namespace bestgres::cmd {
namespace {

TEST(OperatorOptions, come_from_the_environment) {
    const auto options = parse_operator_options(
        {}, {{"WATCH_NAMESPACE", "shop"}, {"POD_NAME", "op-1"}, {"OPERATOR_IMAGE", "i:1"}});

    ASSERT_TRUE(options.ok());
    EXPECT_EQ(options->watch_namespace, "shop");
    EXPECT_EQ(options->identity, "op-1");
    EXPECT_EQ(options->operator_image, "i:1");
    EXPECT_EQ(options->health_port, 8081);
}

TEST(OperatorOptions, of_the_command_line_win) {
    const auto options =
        parse_operator_options({"--namespace=a", "--health-port", "9", "--log-level", "debug"},
                               {{"WATCH_NAMESPACE", "b"}});

    ASSERT_TRUE(options.ok());
    EXPECT_EQ(options->watch_namespace, "a");
    EXPECT_EQ(options->health_port, 9);
    EXPECT_EQ(options->log_level, LogLevel::debug);
}

TEST(OperatorOptions, say_where_and_how_much_to_record) {
    EXPECT_EQ(parse_operator_options({}, {})->record_directory, "");
    const auto options = parse_operator_options({"--record=/var/r", "--record-limit", "2Mi"}, {});
    ASSERT_TRUE(options.ok());
    EXPECT_EQ(options->record_directory, "/var/r");
    EXPECT_EQ(options->record_limit_bytes, 2U << 20U);
    EXPECT_EQ(parse_operator_options({"--record-limit", "9k"}, {}).error().message,
              "--record-limit: less than 1Mi: 9k");
}

TEST(OperatorOptions, let_go_only_where_that_is_said) {
    EXPECT_FALSE(parse_operator_options({}, {})->release);
    EXPECT_TRUE(parse_operator_options({"--release"}, {})->release);
}

TEST(OperatorOptions, tell_what_is_wrong) {
    EXPECT_EQ(parse_operator_options({"--x", "1"}, {}).error().message, "there is no flag --x");
    EXPECT_EQ(parse_operator_options({"--kubeconfig"}, {}).error().message,
              "--kubeconfig needs a value");
    EXPECT_EQ(parse_operator_options({"run"}, {}).error().message, "\"run\" is no flag");
}

}  // namespace
}  // namespace bestgres::cmd
