#include "scenarios/report/cone.hpp"

#include <gtest/gtest.h>

#include "scenarios/report/testing.hpp"

namespace bestgres::scenarios {
namespace {

struct Recorded {
    Tape tape;
    Violation violation;
};

Recorded record() {
    World world(shop(), without_rights());
    Tape tape;
    while (world.violations().empty() && tape.step(world)) {
    }
    return {tape, world.violations().at(0)};
}

bool has_lane(const Tape& tape, const std::set<std::uint64_t>& events, const std::string& lane) {
    for (const std::uint64_t event : events) {
        for (const Entry& entry : tape.find(event)->entries) {
            if (entry.lane == lane) {
                return true;
            }
        }
    }
    return false;
}

const Recorded& recorded() {
    static const Recorded run = record();
    return run;
}

TEST(CausalCone, is_closed_under_causes_and_much_smaller_than_the_run) {
    const Recorded& run = recorded();
    const auto cone = causal_cone(run.tape, run.violation);
    EXPECT_TRUE(cone.contains(run.violation.event));
    for (const std::uint64_t event : cone) {
        const std::uint64_t cause = run.tape.find(event)->of.cause;
        EXPECT_TRUE(cause == 0 || cone.contains(cause));
        EXPECT_LE(event, run.violation.event);
    }
    EXPECT_LT(cone.size(), run.tape.beats().size());
}

TEST(CausalCone, holds_the_fault_the_edit_and_the_process_that_acts) {
    const Recorded& run = recorded();
    const auto seeds = seeds_of(run.tape, run.violation);
    EXPECT_TRUE(has_lane(run.tape, seeds, "fault crash"));
    EXPECT_TRUE(has_lane(run.tape, seeds, "users"));
    EXPECT_TRUE(has_lane(run.tape, seeds, "operator-1"));
    EXPECT_FALSE(has_lane(run.tape, seeds, "clients"));
}

TEST(CausalCone, takes_names_as_whole_words) {
    const Recorded& run = recorded();
    Violation other{.law = "X", .sentence = "db-11 and my-db-0", .event = run.violation.event};
    const auto seeds = seeds_of(run.tape, other);
    EXPECT_FALSE(has_lane(run.tape, seeds, "db-1"));
    other.sentence = "db-1 and others";
    EXPECT_GT(seeds_of(run.tape, other).size(), seeds.size());
}

}  // namespace
}  // namespace bestgres::scenarios
