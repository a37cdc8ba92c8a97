#include "operator/cmd/mutants/page.hpp"

#include <gtest/gtest.h>

#include "operator/cmd/mutants/options.hpp"

namespace bestgres::cmd::mutants {
namespace {

using bestgres::mutants::Mutant;

constexpr Mutant planted[] = {
    {"fences-nobody", "a stale leader is never fenced", "B48", "fence.cpp", "R3", "W23", true},
    {"forgets", "nothing is kept", "B10", "core.cpp", "", "", false},
};

Sought sought() {
    Outcome outcome;
    outcome.mutant = "fences-nobody";
    outcome.law = "R3";
    outcome.laws = {"R1", "R3"};
    outcome.bait = "W23";
    outcome.runs = 2;
    outcome.seconds = 1.25;
    outcome.edits = 1;
    outcome.faults = 3;
    return {.mutants = planted,
            .outcomes = {{"fences-nobody", outcome}},
            .laws = {"R1", "R2", "R3"},
            .conditions = {"at night"}};
}

bool says(const std::string& page, const std::string& text) {
    return page.find(text) != std::string::npos;
}

TEST(MutantsPage, says_what_was_caught_and_by_what) {
    const std::string page = page_of(sought());
    EXPECT_TRUE(says(page, "- at night\n"));
    EXPECT_TRUE(says(page, "| fences-nobody | B48 | R3 | R1 | W23 | 2 | 1.2 | 1+3 |\n")) << page;
    EXPECT_TRUE(says(page, "**1 of 2 are caught.**"));
}

TEST(MutantsPage, hides_no_survivor) {
    Sought all = sought();
    EXPECT_TRUE(says(page_of(all), "| forgets | nothing is kept | not sought |\n"));
    all.outcomes["forgets"].mutant = "forgets";
    all.outcomes["forgets"].runs = 7;
    const std::string page = page_of(all);
    EXPECT_TRUE(says(page, "| forgets | nothing is kept | no law in 7 runs and 0 s |\n")) << page;
    EXPECT_TRUE(says(page, "| forgets | B10 | **survives** |  | | 7 | 0.0 | |\n")) << page;
}

TEST(MutantsPage, names_laws_that_noticed_nothing) {
    const std::string page = page_of(sought());
    EXPECT_TRUE(says(page, "| R1 | 0 | 1 | fences-nobody |\n"));
    EXPECT_TRUE(says(page, "| R2 | 0 | 0 | **none** |\n"));
    EXPECT_TRUE(says(page, "| R3 | 1 | 1 | fences-nobody |\n"));
}

TEST(MutantsPage, outcomes_are_kept_as_they_are) {
    const Outcome outcome = sought().outcomes["fences-nobody"];
    EXPECT_EQ(outcome_from(to_json(outcome)), outcome);
}

TEST(MutantsOptions, refuse_what_they_do_not_know) {
    EXPECT_FALSE(parse_options({"--seeds", "many"}).ok());
    EXPECT_FALSE(parse_options({"--seconds", "0"}).ok());
    EXPECT_FALSE(parse_options({"--night"}).ok());
    const auto options = parse_options({"--quick", "--seconds", "5", "--jobs", "1"});
    ASSERT_TRUE(options.ok());
    EXPECT_TRUE(options->quick);
    EXPECT_TRUE(options->own);
    EXPECT_EQ(options->longest, Duration(std::chrono::seconds(5)));
}

}  // namespace
}  // namespace bestgres::cmd::mutants
