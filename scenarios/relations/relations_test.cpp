#include <set>

#include "scenarios/relations/testing.hpp"

namespace bestgres::scenarios::relations {
namespace {

using namespace testing;

TEST(Relations, have_ids_of_their_own_and_workloads_that_exist) {
    std::set<std::string_view> ids;
    for (const Relation& relation : all()) {
        EXPECT_TRUE(ids.insert(relation.text.id).second) << relation.text.id;
        EXPECT_FALSE(relation.text.says.empty()) << relation.text.id;
        EXPECT_FALSE(relation.workloads.empty()) << relation.text.id;
        for (const std::string& workload : relation.workloads) {
            EXPECT_TRUE(workloads::make_workload(workload).ok()) << workload;
        }
        EXPECT_EQ(find(relation.text.id)->text.id, relation.text.id);
    }
    EXPECT_EQ(find("M99"), nullptr);
}

TEST(Relations, stand_in_the_documentation_word_for_word) {
    std::ifstream file(BESTGRES_SOURCE_DIR "/docs/laws.md");
    std::stringstream page;
    page << file.rdbuf();
    for (const Relation& relation : all()) {
        const std::string line =
            "| " + std::string(relation.text.id) + " | " + std::string(relation.text.says) + " |";
        EXPECT_NE(page.str().find(line), std::string::npos) << "docs/laws.md lacks\n" << line;
    }
}

// What broke a law, or never came to rest, proves nothing about a relation, and is told as it is.
TEST(Relations, tell_of_runs_that_prove_nothing) {
    const Player breaks_a_law = [](const Scenario& scenario) {
        Played run = came_to(scenario, "as asked");
        run.violations = {{.law = "K1", .sentence = "a volume is gone"}};
        return run;
    };
    const Player never_rests = [](const Scenario& scenario) {
        Played run = came_to(scenario, "as asked");
        run.settled = false;
        return run;
    };
    for (const Relation& relation : all()) {
        const std::string& workload = relation.workloads.front();
        const auto broken = judged(relation, workload, breaks_a_law);
        ASSERT_FALSE(broken.empty()) << relation.text.id;
        EXPECT_EQ(broken.front().law, "K1");
        EXPECT_TRUE(alarms(relation, judged(relation, workload, never_rests))) << relation.text.id;
    }
}

TEST(Played, tells_steps_writes_and_what_was_taken_away) {
    const Scenario scenario = *workloads::make_workload("W12-3-async");
    const Played run = production(scenario);
    EXPECT_EQ(told(run.violations), "");
    EXPECT_GT(run.steps.size(), 15U);
    EXPECT_GT(run.writes.size(), run.disruptions.size());
    EXPECT_GE(run.disruptions.size(), 3U);
    EXPECT_EQ(run.templates.size(), 1U);
    EXPECT_LT(run.since("create"), run.since("change"));
    EXPECT_FALSE(after(run.steps, run.since("change")).empty());
    EXPECT_TRUE(after(run.steps, run.since("nothing of that name")).empty());
}

}  // namespace
}  // namespace bestgres::scenarios::relations
