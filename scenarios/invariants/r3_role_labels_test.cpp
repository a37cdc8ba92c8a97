#include "scenarios/invariants/r3_role_labels.hpp"

#include "scenarios/invariants/testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct R3 : ::testing::Test, Court<R3RoleLabels> {
    R3() { tell(OperatorStarted{"operator-1"}); }
    void labels(const std::string& pod, const char* role, const char* fenced = "false") {
        Json json = pod_json(pod);
        json["metadata"]["labels"]["bestgres.io/role"] = role;
        json["metadata"]["labels"]["bestgres.io/fenced"] = fenced;
        change(a_member, kube::kinds::pod, json);
    }
    void lock(const char* pod) {
        truth.put(kube::kinds::config_map, config_map_json("db-leader", {{"leader", pod}}));
    }
};

TEST_F(R3, one_leader_that_holds_the_lock_is_lawful) {
    tell(Settled{});
    EXPECT_EQ(said(), "");
}

TEST_F(R3, a_hand_over_shows_two_for_a_moment) {
    labels("db-1", "master");
    after(std::chrono::seconds(15), LineLogged{});
    labels("db-0", "replica");
    after(std::chrono::minutes(5), LineLogged{});
    EXPECT_EQ(said(), "");
}

TEST_F(R3, two_leaders_are_an_alarm) {
    lock("db-1");
    labels("db-1", "master");
    after(std::chrono::seconds(21), LineLogged{});
    after(std::chrono::seconds(21), LineLogged{});
    EXPECT_EQ(said(),
              "R3: db-0 and db-1 of shop/db both carry the leader's label without a fence for "
              "21.0 s");
}

TEST_F(R3, a_fence_makes_it_lawful) {
    lock("db-1");
    labels("db-1", "master");
    labels("db-0", "master", "true");
    after(std::chrono::minutes(5), LineLogged{});
    tell(Settled{});
    EXPECT_EQ(said(), "");
}

TEST_F(R3, without_an_operator_nobody_fences) {
    truth.who_operates[0].runs = false;
    tell(OperatorEnded{"operator-1"});
    labels("db-1", "master");
    after(std::chrono::minutes(5), LineLogged{});
    EXPECT_EQ(said(), "");
}

TEST_F(R3, the_label_of_a_settled_cluster_is_the_holders) {
    lock("db-2");
    tell(Settled{});
    EXPECT_EQ(said(),
              "R3: db-2 holds the lock of shop/db, but db-0 carries the leader's label without a "
              "fence");
}

}  // namespace
}  // namespace bestgres::scenarios
