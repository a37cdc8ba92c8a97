#include "scenarios/invariants/k15_eviction.hpp"

#include "scenarios/invariants/testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct K15 : ::testing::Test, Court<K15Eviction> {
    void budget(int most, Json labels) {
        Json json = labelled("db");
        json["spec"] = {{"maxUnavailable", most}, {"selector", {{"matchLabels", labels}}}};
        truth.put(kube::kinds::pod_disruption_budget, json);
    }
    void evicted(bool refused) {
        const kube::Evict evict{.pod = ref_of(kube::kinds::pod, "db-0")};
        const Actor person{ActorSort::user, "drain"};
        if (refused) {
            tell(CallPerformed{person, evict, kube::Error{.code = kube::ErrorCode::throttled}});
        } else {
            tell(CallPerformed{person, evict, kube::Outcome(Done{})});
        }
    }
};

TEST_F(K15, one_budget_over_all_members_is_lawful) {
    budget(1, manifests::pod_selector("db"));
    tell(Settled{});
    EXPECT_EQ(said(), "");
}

TEST_F(K15, several_members_have_a_budget) {
    tell(Settled{});
    EXPECT_EQ(said(), "K15: Cluster shop/db has no budget");
}

TEST_F(K15, the_budget_lets_one_be_away) {
    budget(2, manifests::pod_selector("db"));
    tell(Settled{});
    EXPECT_EQ(said(), "K15: Cluster shop/db has a budget that does not say maxUnavailable 1");
}

TEST_F(K15, the_primary_is_under_the_budget_too) {
    budget(1, {{"bestgres.io/role", "replica"}});
    tell(Settled{});
    EXPECT_EQ(said(), "K15: Cluster shop/db has a budget that does not cover every member");
}

TEST_F(K15, a_single_member_has_no_budget) {
    truth = healthy_truth(1);
    tell(Settled{});
    EXPECT_EQ(said(), "");
    budget(1, manifests::pod_selector("db"));
    tell(Settled{});
    EXPECT_EQ(said(), "K15: Cluster shop/db has a budget, which could only block");
}

TEST_F(K15, an_eviction_may_be_refused_for_a_while) {
    evicted(true);
    truth.at = truth.at + std::chrono::minutes(9);
    evicted(true);
    evicted(false);
    truth.at = truth.at + std::chrono::minutes(9);
    evicted(true);
    EXPECT_EQ(said(), "");
}

TEST_F(K15, an_eviction_is_not_refused_for_ever) {
    evicted(true);
    truth.at = truth.at + std::chrono::minutes(11);
    evicted(true);
    EXPECT_EQ(said(), "K15: The eviction of db-0 is refused for 660.0 s");
}

}  // namespace
}  // namespace bestgres::scenarios
