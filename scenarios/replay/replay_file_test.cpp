#include "scenarios/replay/replay_file.hpp"

#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

#include "operator/api/cluster.hpp"
#include "scenarios/replay/in_words.hpp"
#include "scenarios/replay/testing.hpp"

namespace bestgres::scenarios {
namespace {

using std::chrono::seconds;

std::string problem_of(const std::string& text) {
    const Result<Replay> replay = read_replay(text);
    return replay.ok() ? "" : replay.error().message;
}

const std::string header = "{\"bgr\":1}\n";

RC_GTEST_PROP(ReplayFile, reads_what_it_has_written, ()) {
    const Replay replay{.notes = {"for people"}, .scenario = *testing::some_scenario()};

    const Result<Replay> read = read_replay(write_replay(replay));

    RC_ASSERT(read.ok());
    RC_ASSERT(*read == replay);
}

RC_GTEST_PROP(ReplayFile, says_one_and_the_same_scenario_in_one_text_only, ()) {
    const Replay replay{.notes = {}, .scenario = *testing::some_scenario()};

    const std::string text = write_replay(replay);

    RC_ASSERT(write_replay(*read_replay(text)) == text);
}

TEST(ReplayFile, says_only_what_is_particular) {
    const Scenario scenario{
        .name = "W22",
        .seed = 7,
        .edits = {{.id = "e1",
                   .when = {},
                   .action = DeleteResource{.ref = {kube::kinds::bg_cluster, "shop", "db"}}}},
        .faults = {{.id = "f1",
                    .kind = FaultKind::operator_crash,
                    .target = "operator-1",
                    .when = {.when = AfterCall{.pattern = {.actor = "operator", .verb = "create"},
                                               .nth = 2}},
                    .lasts = seconds(5)}}};

    EXPECT_EQ(write_replay({.notes = {}, .scenario = scenario}),
              "{\"bgr\":1,\"name\":\"W22\",\"seed\":7}\n"
              "{\"edit\":{\"delete\":{\"kind\":\"BGCluster\",\"name\":\"db\",\"ns\":\"shop\"},"
              "\"id\":\"e1\",\"when\":{\"at\":\"0s\"}}}\n"
              "{\"fault\":{\"id\":\"f1\",\"kind\":\"operator_crash\",\"lasts\":\"5s\","
              "\"target\":\"operator-1\",\"when\":{\"after_call\":{\"actor\":\"operator\","
              "\"verb\":\"create\"},\"nth\":2}}}\n");
}

TEST(ReplayFile, names_line_and_field_of_a_mistake) {
    EXPECT_EQ(problem_of(header + "{\"fault\":{\"id\":\"f1\",\"kind\":\"postgres_crash\","
                                  "\"when\":{\"state\":\"settled\",\"nth\":\"two\"}}}\n"),
              "line 2: fault.when.nth is a whole number, not \"two\"");
    EXPECT_EQ(problem_of(header + "\n{\"edit\":{\"id\":\"e1\",\"drain\":\"node-1\",\"wen\":{}}}"),
              "line 3: edit has no field \"wen\"");
    EXPECT_EQ(problem_of(header + "{\"fault\":{\"id\":\"f1\",\"kind\":\"pod_kill\",\"lasts\":9}}"),
              "line 2: fault.lasts is a span of time such as \"1m30s\", not 9");
    EXPECT_NE(problem_of(header + "{\"fault\":{\"id\":\"f1\",\"kind\":\"earthquake\"}}")
                  .find("line 2: fault.kind is one of competing_writer, throttled"),
              std::string::npos);
}

TEST(ReplayFile, tells_every_mistake_at_once) {
    EXPECT_EQ(problem_of("{\"bgr\":1,\"seed\":-1}\n{\"chaos\":{}}\n{\n"),
              "line 1: seed is a whole number that is not negative, not -1\n"
              "line 2: is one of note, edit, fault, choice, expect\n" +
                  ("line 3: is no JSON: " + parse_json("{").error().message));
}

TEST(ReplayFile, refuses_another_version_and_what_is_no_replay_file) {
    EXPECT_NE(problem_of("{\"bgr\":2}").find("of version 1"), std::string::npos);
    EXPECT_EQ(problem_of(""), "line 1: a replay file begins with {\"bgr\":1}");
}

TEST(ReplayFile, refuses_two_actions_of_one_edit_and_two_moments_of_one_trigger) {
    EXPECT_NE(problem_of(header + "{\"edit\":{\"id\":\"e1\",\"drain\":\"a\",\"uncordon\":\"a\"}}")
                  .find("line 2: edit has exactly one of apply, patch"),
              std::string::npos);
    EXPECT_NE(problem_of(header + "{\"edit\":{\"id\":\"e1\",\"drain\":\"a\","
                                  "\"when\":{\"at\":\"1s\",\"state\":\"settled\"}}}")
                  .find("line 2: edit.when has exactly one of at, after_call"),
              std::string::npos);
}

TEST(ReplayFile, refuses_triggers_that_wait_for_what_is_not_there) {
    EXPECT_EQ(problem_of(header + "{\"fault\":{\"id\":\"f1\",\"kind\":\"pod_kill\","
                                  "\"when\":{\"state\":\"fault_over\",\"of\":\"f9\"}}}"),
              "the trigger of fault \"f1\" names a fault \"f9\" that is not there");
    EXPECT_EQ(problem_of(header + "{\"edit\":{\"id\":\"e1\",\"drain\":\"a\"}}\n"
                                  "{\"edit\":{\"id\":\"e1\",\"drain\":\"b\"}}"),
              "the edit \"e1\" stands twice");
}

TEST(InWords, tells_a_schedule_to_people) {
    const Scenario scenario{
        .edits = {{.id = "in",
                   .when = {.when = WhenState{.condition = Condition::settled, .subject = "db"}},
                   .action = DrainNode{.node = "node-1"}}},
        .faults = {{.id = "f1",
                    .kind = FaultKind::timeout_after,
                    .target = "operator-1",
                    .when = {.when = AfterCall{.pattern = {.actor = "operator",
                                                           .verb = "create",
                                                           .kind = "Secret"},
                                               .nth = 2},
                             .delay = seconds(1)},
                    .lasts = seconds(5)}}};

    EXPECT_EQ(in_words(scenario),
              (std::vector<std::string>{
                  "in: drain node-1, when db has settled",
                  "f1: timeout_after of operator-1, for 5s, 1s later than when operator calls "
                  "create Secret for the 2. time, applied and not yet answered"}));
}

}  // namespace
}  // namespace bestgres::scenarios
