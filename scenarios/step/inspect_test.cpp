#include "scenarios/step/inspect.hpp"

#include <gtest/gtest.h>

#include "scenarios/testing.hpp"

namespace bestgres::scenarios {
namespace {

struct Rested {
    World world{shop(), creation(2)};
    Tape tape;
};

const Rested& rested() {
    static const Rested at_rest = [] {
        Rested run;
        while (run.world.now() < run.world.start() + std::chrono::seconds(50) &&
               run.tape.step(run.world)) {
        }
        return run;
    }();
    return at_rest;
}

bool has(const Result<std::string>& answer, const std::string& part) {
    return answer.ok() && answer->find(part) != std::string::npos;
}

TEST(Inspect, shows_objects_as_kubectl_does) {
    const auto table = get_objects(rested().world, {"pods"});
    EXPECT_TRUE(has(table, "NAME   READY   STATUS    RESTARTS   AGE\n")) << *table;
    EXPECT_TRUE(has(table, "db-0   1/1     Running"));
    const auto yaml = get_objects(rested().world, {"po/db-0", "-o", "yaml"});
    EXPECT_TRUE(has(yaml, "kind: Pod\n"));
    EXPECT_FALSE(has(yaml, "managedFields"));
    EXPECT_TRUE(
        has(get_objects(rested().world, {"bgclu", "db", "-ojson"}), "\"kind\": \"BGCluster\""));
    EXPECT_TRUE(has(get_objects(rested().world, {"jobs"}), "no jobs now"));
}

TEST(Inspect, says_which_object_there_is_instead) {
    const auto lost = get_objects(rested().world, {"pods", "db-7"});
    ASSERT_FALSE(lost.ok());
    EXPECT_EQ(lost.error().message.rfind("there is no Pod db-7 now; \"get pods\" lists", 0), 0U);
    EXPECT_FALSE(get_objects(rested().world, {}).ok());
    EXPECT_FALSE(get_objects(rested().world, {"pods", "-o", "xml"}).ok());
}

TEST(Inspect, shows_the_cache_of_an_operator) {
    const auto list = show_cache(rested().world, rested().tape, {});
    EXPECT_TRUE(has(list, "operator-1: ")) << *list;
    EXPECT_TRUE(has(list, "StatefulSet shop/db"));
    EXPECT_TRUE(has(show_cache(rested().world, rested().tape, {"operator-1", "pod", "db-0"}),
                    "name: db-0"));
    EXPECT_FALSE(show_cache(rested().world, rested().tape, {"operator-9"}).ok());
    EXPECT_FALSE(show_cache(rested().world, rested().tape, {"pod", "db-9"}).ok());
}

TEST(Inspect, shows_a_member_as_it_really_is) {
    const auto member = show_member(rested().world, primary(rested().world));
    EXPECT_TRUE(has(member, "primary on timeline 1, holds the lock")) << *member;
    EXPECT_TRUE(has(member, "timeline 1     from "));
    EXPECT_TRUE(has(member, "GET /patroni\n"));
    EXPECT_FALSE(show_member(rested().world, "db-5").ok());
    EXPECT_NE(show_everybody(rested().world).find("operator-1   holds the lease\n"),
              std::string::npos);
}

TEST(Inspect, lists_what_is_on_its_way_and_whom_it_concerns) {
    const std::string few = show_waiting(rested().world, 2);
    EXPECT_NE(few.find(" more; \"waiting "), std::string::npos) << few;
    const std::string all = show_waiting(rested().world, 1000);
    EXPECT_NE(all.find("MemberWakes      db-"), std::string::npos) << all;
    EXPECT_NE(all.find("Heartbeat        node-"), std::string::npos) << all;
}

TEST(Inspect, shows_what_lies_between_two_moments) {
    World early(shop(), creation(2));
    early.run_to(early.start() + std::chrono::seconds(3));
    const std::string text = show_difference(early, rested().world);
    EXPECT_NE(text.find("clients: now can write"), std::string::npos) << text;
    EXPECT_EQ(show_difference(early, early), "nothing is different\n");
}

}  // namespace
}  // namespace bestgres::scenarios
