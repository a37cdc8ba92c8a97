#include "scenarios/report/story.hpp"

#include <gtest/gtest.h>

#include "scenarios/report/rows.hpp"
#include "scenarios/report/testing.hpp"

namespace bestgres::scenarios {
namespace {

TEST(Story, tells_the_expected_violation_with_its_law_and_what_was_done) {
    const Story& story = without_rights_told();
    ASSERT_TRUE(story.violation);
    EXPECT_EQ(story.violation->law, "K12");
    EXPECT_NE(story.law_text.find("Role"), std::string::npos);
    ASSERT_EQ(story.schedule.size(), 3U);
    EXPECT_FALSE(story.schedule[0].is_fault);
    ASSERT_TRUE(story.schedule[0].at);
    EXPECT_EQ(*story.schedule[0].at - story.start, std::chrono::seconds(2));
    EXPECT_TRUE(story.schedule[2].is_fault);
    EXPECT_EQ(story.schedule[2].without.rfind("K12 is broken after 3m20.", 0), 0U);
    EXPECT_EQ(story.end, story.violation->at);
    EXPECT_EQ(story.members.size(), 2U);
    EXPECT_EQ(story.command(), "bestgres replay dir/k12.bgr");
}

TEST(Story, tells_another_violation_where_the_expected_one_is_missing) {
    Scenario scenario = without_rights();
    scenario.expect->law = "K1";
    const Story story = tell(shop(), scenario, "k12.bgr", 0);
    ASSERT_TRUE(story.violation);
    EXPECT_EQ(story.violation->law, "K12");
    EXPECT_EQ(story.end, story.violation->at);
}

TEST(Story, tells_the_end_of_a_run_that_breaks_nothing) {
    const Story story = tell(shop(), creation(1), "fine.bgr");
    EXPECT_FALSE(story.violation);
    EXPECT_TRUE(story.cone.empty());
    ASSERT_FALSE(story.seen.empty());
    EXPECT_EQ(story.seen.back().when, "at the end");
    EXPECT_TRUE(story.seen.back().out_of_date.empty());
}

TEST(Story, shows_what_an_operator_does_not_see_while_its_watch_is_silent) {
    Scenario scenario = creation(1);
    scenario.faults.push_back({.id = "stall",
                               .kind = FaultKind::watch_stall,
                               .target = "operator-1/StatefulSet",
                               .when = when_settled(),
                               .for_ever = true});
    scenario.edits.push_back({.id = "scale",
                              .when = at_second(100),
                              .action = MergePatch{.ref = {kube::kinds::stateful_set, "shop", "db"},
                                                   .body = {{"spec", {{"minReadySeconds", 7}}}}}});
    World world(shop(), scenario);
    Tape tape;
    while (world.now() < world.start() + std::chrono::seconds(101) && tape.step(world)) {
    }
    const std::vector<SeenByOperator> seen = seen_by_operators(world, tape, "now");
    ASSERT_EQ(seen.size(), 1U);
    bool found = false;
    for (const SeenObject& object : seen[0].out_of_date) {
        if (object.object == "StatefulSet shop/db") {
            found = true;
            EXPECT_NE(object.seen_version, object.true_version);
            EXPECT_EQ(in_words(object.differences.at(0)).substr(0, 19), "metadata.generation");
        }
    }
    EXPECT_TRUE(found);
}

TEST(Rows, put_causes_first_and_name_what_put_them_on_their_way) {
    const Story& story = without_rights_told();
    const std::vector<Row> rows = rows_of(story, 2000);
    const std::vector<Row> causes = causes_in(rows);
    ASSERT_GT(causes.size(), 4U);
    EXPECT_LT(causes.size(), rows.size());
    for (const Row& row : causes) {
        EXPECT_LT(row.cause, row.event);
    }
    EXPECT_EQ(rows_of(story, 1).size(),
              std::size_t(std::count_if(rows.begin(), rows.end(),
                                        [](const Row& row) { return row.in_cone; })));
}

}  // namespace
}  // namespace bestgres::scenarios
