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
        const std::string text = parse_options(arguments, "/").error().message;
        return text.substr(0, text.find('\n'));
    };
    EXPECT_EQ(message({"uo"}), "\"uo\" is not a command of bestgres local");
    EXPECT_EQ(message({"up", "--prot", "1"}), "there is no flag --prot");
    EXPECT_EQ(message({"up", "--port"}), "--port needs a value");
    EXPECT_EQ(message({"up", "--port", "70000"}),
              "--port takes a number from 0 to 65535, not \"70000\"");
    EXPECT_EQ(message({"stop-node"}), "local stop-node takes 1 arguments, not 0");
}

}  // namespace
}  // namespace bestgres::cmd::local
