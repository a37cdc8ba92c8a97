#include "scenarios/invariants/c2_registration.hpp"

#include "scenarios/invariants/citus_testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;
using std::chrono::minutes;
using std::chrono::seconds;

struct C2 : ::testing::Test, CitusCourt<C2Registration> {
    void moves_to(GroupId group, const std::string& address) {
        Json object = truth.object(ref_of(kube::kinds::pod, pod_of_group(group))).json();
        object["status"]["podIP"] = address;
        change(a_controller, kube::kinds::pod, std::move(object));
    }
};

TEST_F(C2, lets_the_registration_of_a_new_address_take_its_time) {
    changed();
    servers.standby("elsewhere", pod_of_group(1), preloaded());
    lose_server(1);
    EXPECT_TRUE(servers["elsewhere"].promote(servers.now).ok());
    run_for(seconds(5));
    member(1).postgres = &servers["elsewhere"];
    moves_to(1, "elsewhere");
    after(seconds(100), FaultEnded{"f1"});
    ask(fakepatroni::UpdateNode{node(1), "elsewhere"});
    changed();
    after(minutes(5), FaultEnded{"f1"});
    EXPECT_EQ(alarms(), 0U) << said();
}

TEST_F(C2, catches_an_address_that_the_coordinator_never_hears_of) {
    changed();
    moves_to(1, "elsewhere");
    after(minutes(3), FaultEnded{"f1"});
    ASSERT_EQ(alarms(), 1U) << said();
    EXPECT_NE(said().find("group 1 of shop is not registered as it is"), std::string::npos);
    after(minutes(3), FaultEnded{"f1"});
    EXPECT_EQ(alarms(), 1U);
}

TEST_F(C2, waits_for_the_end_of_faults) {
    changed();
    moves_to(1, "elsewhere");
    truth.disturbed_until = truth.at + minutes(4);
    after(minutes(5), FaultEnded{"f1"});
    EXPECT_EQ(alarms(), 0U) << said();
    after(minutes(2), FaultEnded{"f1"});
    EXPECT_EQ(alarms(), 1U);
}

TEST_F(C2, catches_a_worker_whose_metadata_lags) {
    changed();
    moves_to(1, "elsewhere");
    servers.unreachable.insert(pod_of_group(2));
    ask(fakepatroni::UpdateNode{node(1), "elsewhere"});
    changed();
    after(minutes(3), FaultEnded{"f1"});
    ASSERT_EQ(alarms(), 1U) << said();
    EXPECT_NE(said().find("group 2 of shop knows it as"), std::string::npos);
}

TEST_F(C2, catches_two_primaries_of_one_group_at_once) {
    write(0, {fakepatroni::put(CitusNode{.id = 99, .group = 1, .host = "another"})});
    changed();
    ASSERT_EQ(alarms(), 1U) << said();
    EXPECT_NE(said().find("has two primaries"), std::string::npos);
}

TEST_F(C2, asks_nothing_for_a_group_that_is_being_deleted) {
    changed();
    change(the_user, kube::kinds::bg_cluster, deleting(group_json(1)));
    moves_to(1, "elsewhere");
    after(minutes(5), FaultEnded{"f1"});
    EXPECT_EQ(alarms(), 0U) << said();
}

}  // namespace
}  // namespace bestgres::scenarios
