#include "operator/cmd/local/options.hpp"

#include <gtest/gtest.h>

namespace bestgres::cmd::local {
namespace {

TEST(LocalOptions, has_a_directory_below_home_and_three_nodes) {
    const auto options = parse_options({"up"}, "/home/ann");
    ASSERT_TRUE(options.ok());
    EXPECT_EQ(options->directory, "/home/ann/.bestgres/local");
    EXPECT_EQ(options->nodes, 3);
}

TEST(LocalOptions, takes_flags_before_and_behind_the_command) {
    const auto options = parse_options({"--dir", "/tmp/w", "stop-node", "node-2"}, "/");
    ASSERT_TRUE(options.ok());
    EXPECT_EQ(options->directory, "/tmp/w");
    EXPECT_EQ(options->arguments, std::vector<std::string>{"node-2"});
}

TEST(LocalOptions, names_what_it_does_not_understand) {
    const auto message = [](const std::vector<std::string>& arguments) {
        return parse_options(arguments, "/").error().message;
    };
    EXPECT_EQ(message({}), "a command is missing");
    EXPECT_EQ(message({"uo"}), "there is no command \"uo\"");
    EXPECT_EQ(message({"up", "--prot", "1"}), "there is no flag --prot");
    EXPECT_EQ(message({"up", "--nodes", "101"}),
              "--nodes: it takes a number from 0 to 100, not \"101\"");
    EXPECT_EQ(message({"stop-node"}), "stop-node needs the name of a node");
    EXPECT_EQ(message({"down", "node-1"}), "down does not take \"node-1\"");
    EXPECT_TRUE(parse_options({"up", "--help"}, "/")->help);
}

}  // namespace
}  // namespace bestgres::cmd::local
