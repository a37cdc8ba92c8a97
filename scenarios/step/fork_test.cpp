#include "scenarios/step/fork.hpp"

#include <gtest/gtest.h>

#include "scenarios/testing.hpp"

namespace bestgres::scenarios {
namespace {

TEST(Fork, reads_words_and_lines_of_replay_files_alike) {
    const auto words = read_fork(
        {"replication_lag", "a", "replica", "of", "db", "lasts=30s", "amount=200"}, creation(2));
    ASSERT_TRUE(words.ok());
    EXPECT_TRUE(words->at_once);
    EXPECT_EQ(words->fault->kind, FaultKind::replication_lag);
    EXPECT_EQ(words->fault->target, "a replica of db");
    EXPECT_EQ(words->fault->lasts, std::chrono::seconds(30));
    EXPECT_EQ(words->fault->amount, 200);
    const auto line = read_fork({R"({"fault":{"kind":"replication_lag",)",
                                 R"("target":"a replica of db","lasts":"30s","amount":200}})"},
                                creation(2));
    ASSERT_TRUE(line.ok());
    EXPECT_EQ(line->fault, words->fault);
}

TEST(Fork, takes_a_trigger_and_an_edit) {
    const auto later =
        read_fork({R"({"kind":"api_outage","lasts":"1m","when":{"at":"70s"}})"}, creation(1));
    ASSERT_TRUE(later.ok());
    EXPECT_FALSE(later->at_once);
    const auto edit = read_fork(
        {R"({"edit":{"delete":{"kind":"BGCluster","ns":"shop","name":"db"}}})"}, creation(1));
    ASSERT_TRUE(edit.ok());
    EXPECT_TRUE(std::holds_alternative<DeleteResource>(edit->edit->action));
}

TEST(Fork, says_what_is_wrong_without_the_line_of_a_file) {
    const auto wrong = read_fork({"container_crash", "db-0", "lasts=long"}, creation(1));
    ASSERT_FALSE(wrong.ok());
    EXPECT_EQ(wrong.error().message.rfind("line ", 0), std::string::npos);
    EXPECT_NE(wrong.error().message.find("lasts"), std::string::npos);
    EXPECT_FALSE(read_fork({}, creation(1)).ok());
    EXPECT_FALSE(read_fork({"{nonsense"}, creation(1)).ok());
    const auto twice = read_fork(
        {R"({"fault":{"id":"f","kind":"pod_kill","when":{"state":"edit_made","of":"x"}}})"},
        creation(1));
    EXPECT_FALSE(twice.ok());
}

}  // namespace
}  // namespace bestgres::scenarios
