#include "operator/cmd/simulate/options.hpp"

#include <gtest/gtest.h>

namespace bestgres::cmd::simulate {
namespace {

std::string mistake(const std::string& command, const std::vector<std::string>& arguments) {
    const Result<Options> options = parse_options(command, arguments, 2);
    return options.ok() ? "" : options.error().message;
}

TEST(SimulateOptions, take_seeds_spans_and_workloads) {
    const Result<Options> options = parse_options(
        "simulate", {"--seeds", "500", "--for", "1m", "--workload", "W01,W13-3-sync", "--twice"},
        2);
    ASSERT_TRUE(options.ok());
    EXPECT_EQ(options->seeds, 500U);
    EXPECT_EQ(options->lasting, std::chrono::minutes(1));
    EXPECT_EQ(options->words, (std::vector<std::string>{"W01", "W13-3-sync"}));
    EXPECT_TRUE(options->twice);
    EXPECT_EQ(options->jobs, 2U);
}

TEST(SimulateOptions, say_what_a_flag_takes) {
    EXPECT_EQ(mistake("simulate", {"--seeds", "many"}),
              "--seeds takes a whole number, not \"many\"");
    EXPECT_EQ(mistake("simulate", {"--for", "long"}),
              "--for takes a span of time such as 60s, not \"long\"");
    EXPECT_EQ(mistake("simulate", {"--seed"}).rfind("--seed needs a value\nusage: ", 0), 0U);
}

TEST(SimulateOptions, know_which_command_has_which_flag) {
    EXPECT_EQ(mistake("replay", {"--seeds", "1"}).rfind("replay has no flag --seeds", 0), 0U);
    EXPECT_EQ(mistake("explore", {"W01", "--from", "60s"}), "");
    EXPECT_NE(mistake("simulate", {"--from", "60s"}), "");
}

TEST(SimulateOptions, want_a_workload_that_exists_or_a_file) {
    EXPECT_EQ(mistake("simulate", {"--workload", "W99"}).rfind("\"W99\" is no workload", 0), 0U);
    EXPECT_EQ(mistake("crash-points", {"fast"}), "");
    EXPECT_EQ(mistake("crash-points", {}).rfind("crash-points needs a workload", 0), 0U);
    EXPECT_EQ(mistake("shrink", {}).rfind("shrink needs a replay file", 0), 0U);
    EXPECT_EQ(mistake("replay", {"a,b.bgr"}), "");
    EXPECT_EQ(mistake("relations", {"M4", "W01"}), "");
    EXPECT_EQ(mistake("relations", {"M99"}).rfind("\"M99\" is no workload", 0), 0U);
    EXPECT_NE(mistake("simulate", {"--workload", "M4"}), "");
}

}  // namespace
}  // namespace bestgres::cmd::simulate
