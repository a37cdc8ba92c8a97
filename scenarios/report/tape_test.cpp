#include "scenarios/report/tape.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "scenarios/testing.hpp"

namespace bestgres::scenarios {
namespace {

bool says(const Tape& tape, const std::string& lane, const std::string& text) {
    for (const Beat& beat : tape.beats()) {
        for (const Entry& entry : beat.entries) {
            if (entry.lane == lane && entry.text.find(text) != std::string::npos) {
                return true;
            }
        }
    }
    return false;
}

Tape recorded(World& world) {
    Tape tape;
    while (tape.step(world)) {
    }
    return tape;
}

TEST(Tape, has_a_beat_for_every_event_and_changes_nothing) {
    World world(shop(), creation(2));
    World alone = world;
    const Tape tape = recorded(world);
    alone.run();
    EXPECT_EQ(world.trace_hash(), alone.trace_hash());
    ASSERT_EQ(tape.beats().size(), world.event());
    for (const Beat& beat : tape.beats()) {
        EXPECT_LT(beat.of.cause, beat.of.event);
    }
    EXPECT_EQ(tape.find(0), nullptr);
    EXPECT_EQ(tape.find(7)->of.event, 7U);
    EXPECT_EQ(tape.find(world.event() + 1), nullptr);
}

TEST(Tape, tells_what_users_operators_servers_and_members_do) {
    World world(shop(), creation(2));
    const Tape tape = recorded(world);
    EXPECT_TRUE(says(tape, "users", "apply BGCluster db (instances 2)"));
    EXPECT_TRUE(says(tape, "operator-1", "holds the lease"));
    EXPECT_TRUE(says(tape, "operator-1", "begins ApplyObject StatefulSet"));
    EXPECT_TRUE(says(tape, "API server", "StatefulSet shop/db is made by operator-1"));
    const std::string leader = primary(world);
    const std::string other = leader == "db-0" ? "db-1" : "db-0";
    EXPECT_TRUE(says(tape, leader, "primary on timeline 1, holds the lock"));
    EXPECT_TRUE(says(tape, other, "replica on timeline 1, streams from " + leader));
    EXPECT_TRUE(says(tape, "clients", "can write"));
    EXPECT_EQ(lanes_of(tape.beats()), (std::vector<std::string>{"users", "operator-1", "API server",
                                                                "db-0", "db-1", "clients"}));
}

TEST(Tape, keeps_apart_what_never_ends) {
    World world(shop(), creation(1));
    const Tape tape = recorded(world);
    std::size_t leases = 0;
    for (const Beat& beat : tape.beats()) {
        for (const Entry& entry : beat.entries) {
            const bool lease = entry.object.starts_with("Lease ");
            EXPECT_TRUE(!lease || entry.weight == Weight::periodic) << entry.text;
            leases += lease ? 1 : 0;
        }
    }
    EXPECT_GT(leases, 3U);
}

TEST(Tape, does_not_tell_twice_what_is_performed_again) {
    World world(shop(), creation(1));
    Tape tape;
    for (int event = 0; event < 200; ++event) {
        tape.step(world);
    }
    World again(shop(), creation(1));
    while (again.event() < 200) {
        tape.step(again);
    }
    EXPECT_EQ(tape.beats().size(), 200U);
    EXPECT_EQ(again.trace_hash(), world.trace_hash());
    tape.cut(50);
    EXPECT_EQ(tape.beats().size(), 50U);
}

TEST(Tape, writes_times_as_people_read_them) {
    using std::chrono::milliseconds;
    EXPECT_EQ(clock_text(milliseconds(1'234)), "1.234s");
    EXPECT_EQ(clock_text(milliseconds(83'421)), "1m23.421s");
    EXPECT_EQ(clock_text(milliseconds(600'050)), "10m00.050s");
}

}  // namespace
}  // namespace bestgres::scenarios
