#include "scenarios/invariants/l8_lost_partners.hpp"

#include "operator/api/sharded.hpp"
#include "scenarios/invariants/citus_testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct L8 : ::testing::Test, Court<L8LostPartners> {
    L8() {
        tell(OperatorStarted{"operator-1"});
        asks(patroni::Verb::switchover);
    }
    void asks(patroni::Verb verb) {
        tell(PatroniAsked{the_operator,
                          {.ns = "shop",
                           .pod = "db-0",
                           .pod_uid = "uid-of-pods-db-0",
                           .verb = verb,
                           .deadline = std::chrono::seconds(45)}});
    }
};

TEST_F(L8, a_question_that_is_answered_obliges_to_nothing) {
    call(the_operator, kube::Patch{.ref = ref_of(kube::kinds::pod, "db-1")});
    asks(patroni::Verb::status);
    tell(PatroniAnswered{the_operator, "uid-of-pods-db-0", 503});
    after(std::chrono::minutes(10), LineLogged{});
    EXPECT_EQ(said(), "");
}

TEST_F(L8, another_members_answer_is_none) {
    call(the_operator, kube::Patch{.ref = ref_of(kube::kinds::pod, "db-1")});
    asks(patroni::Verb::status);
    tell(PatroniAnswered{the_operator, "uid-of-pods-db-1", 200});
    after(std::chrono::minutes(3), LineLogged{});
    EXPECT_EQ(alarms(), 1U);
}

TEST_F(L8, an_order_that_was_answered_is_still_to_be_looked_after) {
    tell(PatroniAnswered{the_operator, "uid-of-pods-db-0", 200});
    after(std::chrono::minutes(3), LineLogged{});
    EXPECT_EQ(alarms(), 1U);
}

TEST_F(L8, who_turns_to_the_cluster_again_has_given_the_member_up) {
    after(std::chrono::seconds(60), LineLogged{});
    call(the_operator, kube::Patch{.ref = ref_of(kube::kinds::pod, "db-1")});
    after(std::chrono::minutes(10), LineLogged{});
    EXPECT_EQ(said(), "");
}

TEST_F(L8, who_waits_for_ever_is_stuck) {
    after(std::chrono::seconds(130), LineLogged{});
    EXPECT_EQ(said(), "");
    after(std::chrono::seconds(10), LineLogged{});
    after(std::chrono::seconds(10), LineLogged{});
    EXPECT_EQ(said(), "L8: After /switchover of db-0 the operator has not turned to shop/db again");
}

TEST_F(L8, work_for_another_cluster_does_not_count) {
    call(the_operator, kube::Create{kube::kinds::event,
                                    kube::Object(Json{{"metadata", {{"namespace", "shop"}}}})});
    after(std::chrono::minutes(3), LineLogged{});
    EXPECT_EQ(alarms(), 1U);
}

TEST_F(L8, a_fresh_look_counts) {
    call(the_operator,
         kube::List{
             .kind = kube::kinds::pod, .ns = "shop", .label_selector = "bestgres.io/cluster=db"});
    after(std::chrono::minutes(3), LineLogged{});
    EXPECT_EQ(said(), "");
}

// What is asked of Citus is asked for the sharded cluster.
struct L8OfShards : ::testing::Test, CitusCourt<L8LostPartners> {
    L8OfShards() {
        tell(OperatorStarted{"operator-1"});
        truth.who_operates[0].leads = true;
    }
    void sends(std::vector<std::string> ids) {
        postgres::Call call{
            .ns = "shop", .pod = pod_of_group(0), .pod_uid = uid(0), .deadline = seconds(20)};
        for (std::string& id : ids) {
            call.statements.push_back({.id = std::move(id), .text = "", .parameters = {}});
        }
        tell(SqlSent{the_operator, std::move(call)});
    }
    using seconds = std::chrono::seconds;
};

TEST_F(L8OfShards, a_question_that_is_answered_obliges_to_nothing) {
    sends({"citus.nodes", "citus.job"});
    tell(SqlAnswered{the_operator, uid(0)});
    after(std::chrono::minutes(10), LineLogged{});
    EXPECT_EQ(said(), "");
}

TEST_F(L8OfShards, a_command_is_looked_after_for_the_sharded_cluster) {
    sends({"session.limits", "citus.remove"});
    tell(SqlAnswered{the_operator, uid(0)});
    after(seconds(100), LineLogged{});
    EXPECT_EQ(said(), "");
    after(seconds(20), LineLogged{});
    EXPECT_EQ(said(),
              "L8: After SQL on shop-coordinator-0 the operator has not turned to shop/shop again");
}

TEST_F(L8OfShards, who_writes_its_status_has_turned_to_it) {
    sends({"citus.nodes"});
    truth.put(kube::kinds::bg_sharded_cluster, {{"metadata", {{"name", "shop"}}}});
    call(the_operator, kube::Patch{.ref = ref_of(kube::kinds::bg_sharded_cluster, "shop")});
    after(std::chrono::minutes(10), LineLogged{});
    EXPECT_EQ(said(), "");
}

TEST_F(L8, a_process_that_died_waits_for_nothing) {
    tell(OperatorEnded{"operator-1"});
    after(std::chrono::minutes(3), LineLogged{});
    EXPECT_EQ(said(), "");
}

}  // namespace
}  // namespace bestgres::scenarios
