#include "scenarios/step/session.hpp"

#include <gtest/gtest.h>

#include "scenarios/report/testing.hpp"

namespace bestgres::scenarios {
namespace {

class Stepping : public ::testing::Test {
protected:
    std::string says(std::string_view line) { return session_.command(line); }
    bool has(std::string_view line, const std::string& part) {
        const std::string answer = says(line);
        EXPECT_NE(answer.find(part), std::string::npos) << answer;
        return answer.find(part) != std::string::npos;
    }
    std::uint64_t event() const { return session_.world().event(); }

    std::string file_;
    std::string text_;
    Session session_{shop(), Replay{.scenario = without_rights()},
                     [this](const std::string& name, const std::string& text) -> Result<Done> {
                         file_ = name;
                         text_ = text;
                         return Done{};
                     }};
};

TEST_F(Stepping, goes_on_and_back_by_events) {
    has("where", "nothing has happened yet");
    says("next");
    EXPECT_EQ(event(), 1U);
    has("next 99", "at event 100, ");
    has("back 40", "at event 60, ");
    has("", "at event 61, ");
    has("to event 10", "at event 10, ");
    has("to start", "nothing has happened yet");
    has("back", "? this is the start already");
}

TEST_F(Stepping, goes_to_times_lanes_and_the_violation) {
    has("next operator-1", "operator-1");
    has("next db-0", "db-0");
    has("to 20s", "at event ");
    EXPECT_LE(session_.world().now() - session_.world().start(), std::chrono::seconds(20));
    has("to violation", "! K12");
    EXPECT_FALSE(session_.world().violations().empty());
    has("violations", "K12 at event ");
    has("why", "operator-1");
    has("back 1", "at event ");
    EXPECT_TRUE(session_.world().violations().empty());
    has("diff", "nothing is different");
}

TEST_F(Stepping, tells_what_became_different_since_the_last_stop) {
    says("to 1s");
    says("to 60s");
    const std::string answer = says("diff");
    EXPECT_NE(answer.find("+ Pod shop/db-0"), std::string::npos) << answer;
    EXPECT_NE(answer.find("clients: now can write"), std::string::npos) << answer;
}

TEST_F(Stepping, forks_with_another_fault_and_takes_it_back) {
    says("to 60s");
    const std::uint64_t before = event();
    has("fork container_crash db-0 lasts=5s", "container_crash of db-0, for 5s");
    has("next 20", "at event " + std::to_string(before + 20));
    has("back 1000", "at event " + std::to_string(before));
    has("save other.bgr", "bestgres replay other.bgr");
    EXPECT_EQ(file_, "other.bgr");
    const Result<Replay> saved = read_replay(text_);
    ASSERT_TRUE(saved.ok());
    EXPECT_EQ(saved->scenario.faults.back().id, "fork-4");
    EXPECT_EQ(saved->scenario.faults.back().when,
              (Trigger{.when = AtTime{session_.world().now() - session_.world().start()}}));
    says("undo");
    EXPECT_EQ(session_.world().scenario().faults.size(), 1U);
    has("undo", "? nothing has been forked");
}

TEST_F(Stepping, forks_with_a_trigger_of_its_own) {
    says("to 10s");
    has(R"(fork {"fault":{"kind":"container_crash","target":"db-1","when":{"at":"70s"}}})",
        "the run was begun anew");
    has("to 71s", "container_crash of db-1");
    EXPECT_LE(session_.world().now() - session_.world().start(), std::chrono::seconds(71));
}

TEST_F(Stepping, says_what_to_do_next_when_it_does_not_understand) {
    has("fly", "\"help\" lists them all");
    has("back x", "? back takes a number of events, not \"x\"");
    has("to nowhere", "say to 1m5s");
    has("next db-7", "? nobody is called \"db-7\"; there are users, ");
    has("fork container", "? there is no fault \"container\"; there is container_crash");
    has("fork container_crash db-0 lasts=long", "lasts");
    has("get gnus", "? there are no objects called \"gnus\"");
    has("member db-9", "? there are no members yet");
    has("help", "fork KIND [TARGET]");
    EXPECT_FALSE(session_.done());
    says("quit");
    EXPECT_TRUE(session_.done());
}

}  // namespace
}  // namespace bestgres::scenarios
