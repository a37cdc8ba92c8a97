#include "scenarios/invariants/l5_no_dead_ends.hpp"

#include "scenarios/invariants/testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct L5 : ::testing::Test, Court<L5NoDeadEnds> {
    L5() { tell(OperatorStarted{"operator-1"}); }
    void generation(std::int64_t asked, std::int64_t observed, const Json& waits = Json::array()) {
        Json cluster = cluster_json();
        cluster["metadata"]["generation"] = asked;
        cluster["status"] = {{"observedGeneration", observed}, {"waitingFor", waits}};
        change(the_operator, kube::kinds::bg_cluster, cluster);
    }
};

TEST_F(L5, a_spec_is_looked_at_in_time) {
    generation(2, 1);
    after(std::chrono::seconds(100), LineLogged{});
    generation(2, 2);
    after(std::chrono::minutes(10), LineLogged{});
    EXPECT_EQ(said(), "");
}

TEST_F(L5, a_degraded_cluster_waits_for_something) {
    Json cluster = cluster_json();
    cluster["status"] = {
        {"phase", "Degraded"},
        {"observedGeneration", 1},
        {"conditions",
         Json::array({{{"type", "Progressing"}, {"status", "False"}, {"reason", "SpecReached"}}})},
        {"waitingFor", Json::array({{{"because", "db-1"}, {"deadline", "later"}}})}};
    change(the_operator, kube::kinds::bg_cluster, cluster);
    EXPECT_EQ(said(), "");
    cluster["status"]["waitingFor"] = Json::array();
    change(the_operator, kube::kinds::bg_cluster, cluster);
    EXPECT_EQ(said(), "L5: Cluster shop/db is Degraded and says that there is nothing to do");
}

TEST_F(L5, a_spec_that_nobody_looks_at_is_an_alarm) {
    generation(2, 1);
    after(std::chrono::minutes(3), LineLogged{});
    after(std::chrono::minutes(3), LineLogged{});
    EXPECT_EQ(said(), "L5: Generation 2 of shop/db has not been looked at for 180.0 s");
}

TEST_F(L5, an_operator_that_comes_back_has_its_time) {
    truth.who_operates[0].leads = false;
    tell(OperatorEnded{"operator-1"});
    generation(2, 1);
    after(std::chrono::minutes(30), LineLogged{});
    truth.who_operates[0].leads = true;
    tell(OperatorStarted{"operator-1"});
    after(std::chrono::minutes(1), LineLogged{});
    EXPECT_EQ(said(), "");
}

TEST_F(L5, a_wait_has_a_name_and_a_deadline) {
    generation(1, 1, Json::array({{{"because", "db-1 is starting"}, {"deadline", "16:10"}}}));
    EXPECT_EQ(said(), "");
    generation(1, 1, Json::array({{{"because", "db-1 is starting"}}}));
    EXPECT_EQ(said(), "L5: Cluster shop/db waits without saying for what and until when");
}

}  // namespace
}  // namespace bestgres::scenarios
