#include "scenarios/engine/trigger_progress.hpp"

#include <gtest/gtest.h>

namespace bestgres::scenarios {
namespace {

using std::chrono::seconds;

const Instant at_first{1'000'000'000'000};

class States : public StateReader {
public:
    bool holds(const WhenState& state) const override { return state.subject == now_true; }
    std::string now_true;
};

CallLabel call(std::string verb_free_name) {
    return {.actor = {.sort = ActorSort::operator_core, .name = "operator-1"},
            .verb = "create",
            .kind = "StatefulSet",
            .name = std::move(verb_free_name)};
}

Moment at(Duration since) {
    return {.now = at_first + since, .start = at_first};
}

Moment with_call(const CallLabel& label, CallPoint point = CallPoint::after_apply) {
    Moment moment = at(seconds(1));
    moment.call = &label;
    moment.point = point;
    return moment;
}

Trigger second_create() {
    return {.when = AfterCall{
                .pattern = {.actor = "operator", .verb = "create", .kind = "", .name = "db"},
                .nth = 2}};
}

TEST(TriggerProgress, counts_calls_that_match_at_its_point) {
    const Trigger trigger = second_create();
    TriggerProgress progress;
    const CallLabel ours = call("db");
    const CallLabel other = call("other");
    EXPECT_TRUE(waits_for_calls(trigger, progress));
    EXPECT_FALSE(advance(trigger, progress, with_call(ours)));
    EXPECT_FALSE(advance(trigger, progress, with_call(other)));
    EXPECT_FALSE(advance(trigger, progress, with_call(ours, CallPoint::before_send)));
    EXPECT_TRUE(advance(trigger, progress, with_call(ours)));
    EXPECT_FALSE(waits_for_calls(trigger, progress));
}

TEST(TriggerProgress, a_delay_runs_from_the_moment_when_the_trigger_holds) {
    Trigger trigger{.when = AtTime{seconds(10)}, .delay = seconds(5)};
    TriggerProgress progress;
    EXPECT_EQ(next_due(trigger, progress, at_first), at_first + seconds(10));
    EXPECT_FALSE(advance(trigger, progress, at(seconds(12))));
    EXPECT_EQ(next_due(trigger, progress, at_first), at_first + seconds(17));
    EXPECT_TRUE(advance(trigger, progress, at(seconds(17))));
}

TEST(TriggerProgress, a_state_counts_each_time_it_becomes_true) {
    Trigger trigger{.when = WhenState{.condition = Condition::exists, .subject = "x", .nth = 2}};
    TriggerProgress progress;
    States states;
    Moment moment = at(seconds(1));
    moment.states = &states;
    states.now_true = "x";
    EXPECT_FALSE(advance(trigger, progress, moment));
    EXPECT_FALSE(advance(trigger, progress, moment));
    states.now_true = "";
    EXPECT_FALSE(advance(trigger, progress, moment));
    states.now_true = "x";
    EXPECT_TRUE(advance(trigger, progress, moment));
}

TEST(TriggerProgress, parts_in_order_do_not_share_a_call) {
    const Trigger trigger{
        .when = Combined{.how = Combination::one_after_another,
                         .parts = {Trigger{.when = AfterCall{}}, Trigger{.when = AfterCall{}}}}};
    TriggerProgress progress;
    const CallLabel ours = call("db");
    EXPECT_FALSE(advance(trigger, progress, with_call(ours)));
    EXPECT_TRUE(advance(trigger, progress, with_call(ours)));
}

TEST(TriggerProgress, all_of_waits_for_every_part_and_any_of_for_one) {
    const std::vector<Trigger> parts{Trigger{.when = AtTime{seconds(3)}}, second_create()};
    const Trigger all{.when = Combined{.how = Combination::all_of, .parts = parts}};
    const Trigger any{.when = Combined{.how = Combination::any_of, .parts = parts}};
    TriggerProgress of_all;
    TriggerProgress of_any;
    EXPECT_EQ(next_due(any, of_any, at_first), at_first + seconds(3));
    EXPECT_TRUE(advance(any, of_any, at(seconds(3))));
    EXPECT_FALSE(advance(all, of_all, at(seconds(3))));
    const CallLabel ours = call("db");
    EXPECT_FALSE(advance(all, of_all, with_call(ours)));
    EXPECT_TRUE(advance(all, of_all, with_call(ours)));
}

}  // namespace
}  // namespace bestgres::scenarios
