#include "scenarios/step/time_machine.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "scenarios/testing.hpp"

namespace bestgres::scenarios {
namespace {

TEST(TimeMachine, comes_back_to_the_same_world) {
    TimeMachine machine(World(shop(), creation(1)));
    machine.to_event(300);
    const std::uint64_t there = machine.world().hash();
    machine.to_event(700);
    EXPECT_NE(machine.world().hash(), there);
    machine.to_event(300);
    EXPECT_EQ(machine.world().event(), 300U);
    EXPECT_EQ(machine.world().hash(), there);
    EXPECT_EQ(machine.tape().beats().size(), 700U);
    machine.to_event(0);
    EXPECT_EQ(machine.world().event(), 0U);
}

TEST(TimeMachine, stops_at_the_end_of_the_run) {
    TimeMachine machine(World(shop(), creation(1)));
    machine.to_event(1'000'000);
    EXPECT_TRUE(machine.world().over());
    EXPECT_FALSE(machine.forward());
    World alone(shop(), creation(1));
    alone.run();
    EXPECT_EQ(machine.world().trace_hash(), alone.trace_hash());
}

TEST(TimeMachine, goes_to_times_both_ways) {
    TimeMachine machine(World(shop(), creation(1)));
    const Instant start = machine.world().start();
    machine.to_time(start + std::chrono::seconds(10));
    const std::uint64_t event = machine.world().event();
    EXPECT_LE(machine.world().now(), start + std::chrono::seconds(10));
    machine.to_time(start + std::chrono::seconds(20));
    EXPECT_GT(machine.world().event(), event);
    machine.to_time(start + std::chrono::seconds(10));
    EXPECT_EQ(machine.world().event(), event);
}

TEST(TimeMachine, keeps_what_is_changed_when_it_goes_back_to_it) {
    TimeMachine machine(World(shop(), creation(1)));
    machine.to_time(machine.world().start() + std::chrono::seconds(20));
    const std::uint64_t event = machine.world().event();
    machine.to_event(event + 100);
    machine.to_event(event);
    machine.change([](World& world) {
        world.begin({.id = "kill", .kind = FaultKind::pod_kill, .target = "db-0"});
    });
    EXPECT_EQ(machine.tape().beats().size(), event);
    const std::vector<Entry>& entries = machine.tape().find(event)->entries;
    EXPECT_TRUE(std::any_of(entries.begin(), entries.end(),
                            [](const Entry& entry) { return entry.lane == "fault kill"; }));
    machine.to_event(event + 50);
    machine.to_event(event);
    EXPECT_EQ(machine.world().scenario().faults.size(), 1U);
    machine.to_event(1);
    EXPECT_EQ(machine.world().event(), event);
}

}  // namespace
}  // namespace bestgres::scenarios
