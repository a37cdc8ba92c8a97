#include "scenarios/engine/network.hpp"

#include <gtest/gtest.h>

namespace bestgres::scenarios {
namespace {

using std::chrono::milliseconds;

Network disturbed(FaultKind kind, std::string_view target, std::int64_t amount = 0) {
    Network network;
    network.add({.fault = 4, .kind = kind, .link = *parse_link(target), .amount = amount});
    return network;
}

TEST(Network, a_one_way_partition_lets_the_other_way_pass) {
    const Network network = disturbed(FaultKind::partition, "node-1>api");
    EXPECT_FALSE(network.reaches(Place::node(0), Place::api()));
    EXPECT_TRUE(network.reaches(Place::api(), Place::node(0)));
    EXPECT_TRUE(network.reaches(Place::node(1), Place::api()));
}

TEST(Network, half_a_target_stands_for_everybody_and_equals_for_both_ways) {
    const Network network = disturbed(FaultKind::half_open, "node-2=");
    EXPECT_FALSE(network.reaches(Place::node(1), Place::node(0)));
    EXPECT_FALSE(network.reaches(Place::of_operator(0), Place::node(1)));
    EXPECT_TRUE(network.reaches(Place::node(0), Place::node(2)));
    EXPECT_TRUE(network.reaches(Place::node(1), Place::node(1)));
}

TEST(Network, latency_is_added_on_its_link_alone) {
    const Network network = disturbed(FaultKind::latency, "node-1=node-2", 300);
    RandomStream dice(1, "test");
    EXPECT_EQ(network.extra_delay(Place::node(1), Place::node(0), dice), milliseconds(300));
    EXPECT_EQ(network.extra_delay(Place::node(1), Place::node(2), dice), Duration::zero());
}

TEST(Network, lost_packets_delay_and_a_dead_link_loses_the_message) {
    RandomStream dice(1, "test");
    const Network half = disturbed(FaultKind::packet_loss, "node-1>node-2", 500);
    bool delayed = false;
    for (int message = 0; message < 20; ++message) {
        const auto extra = half.extra_delay(Place::node(0), Place::node(1), dice);
        delayed = delayed || (extra && *extra >= milliseconds(200));
    }
    EXPECT_TRUE(delayed);
    const Network dead = disturbed(FaultKind::packet_loss, "node-1>node-2", 1000);
    EXPECT_FALSE(dead.extra_delay(Place::node(0), Place::node(1), dice));
}

TEST(Network, a_fault_that_ends_takes_only_itself_away) {
    Network network = disturbed(FaultKind::partition, "node-1>api");
    network.add({.fault = 5, .kind = FaultKind::partition, .link = *parse_link("node-2>api")});
    network.remove(4);
    EXPECT_TRUE(network.reaches(Place::node(0), Place::api()));
    EXPECT_FALSE(network.reaches(Place::node(1), Place::api()));
}

TEST(Network, a_link_that_names_no_place_is_refused_with_what_is_one) {
    const auto link = parse_link("node-1>moon");
    ASSERT_FALSE(link.ok());
    EXPECT_NE(link.error().message.find("moon"), std::string::npos);
    EXPECT_FALSE(parse_link("node-1").ok());
    EXPECT_EQ(to_string(Place::node(2)), "node-3");
}

}  // namespace
}  // namespace bestgres::scenarios
