// The model against recordings of real Patroni on three nodes: how many of the recorded requests it
// makes, too, in the same order. A failure prints what differs; the floors are below what was seen.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "scenarios/fidelity/replay.hpp"

namespace bestgres::scenarios {
namespace {

Json recorded_config() {
    return {{"ttl", 30},
            {"loop_wait", 10},
            {"retry_timeout", 10},
            {"maximum_lag_on_failover", 1048576},
            {"postgresql",
             {{"use_pg_rewind", true},
              {"use_slots", true},
              {"parameters",
               {{"max_connections", 50}, {"wal_level", "replica"}, {"wal_keep_size", "64MB"}}}}}};
}

std::vector<TraceLine> recording(const std::string& name) {
    std::ifstream file(std::string(BESTGRES_SOURCE_DIR) + "/fakepatroni/traces/" + name);
    return read_trace(std::string{std::istreambuf_iterator<char>(file), {}});
}

Agreement replayed(fakepatroni::Version version, const std::string& name,
                   const std::vector<Cue>& cues) {
    Lab lab({.version = version, .config = recorded_config()});
    Agreement all;
    for (const Segment& segment : replay(lab, recording(name), cues)) {
        fmt::print("{:45} {:3} of {:3} recorded, {:3} modelled\n", segment.mark,
                   segment.agreement.agreed, segment.agreement.recorded,
                   segment.agreement.modelled);
        all.differences += segment.mark + "\n";
        all.add(segment.agreement);
    }
    fmt::print("{}: {} of {} recorded requests, {} modelled\n", name, all.agreed, all.recorded,
               all.modelled);
    return all;
}

TEST(Trace, of_patroni_4_is_what_the_model_does) {
    const Agreement all =
        replayed(fakepatroni::Version::v4_1, "patroni-4.1.4.jsonl", cues_of_patroni_4());
    EXPECT_GE(all.agreed, 400U) << all.differences;
}

TEST(Trace, of_patroni_3_is_what_the_model_does) {
    const Agreement all =
        replayed(fakepatroni::Version::v3_0_2, "patroni-3.0.2.jsonl", cues_of_patroni_3());
    EXPECT_GE(all.agreed, 83U) << all.differences;
}

}  // namespace
}  // namespace bestgres::scenarios
