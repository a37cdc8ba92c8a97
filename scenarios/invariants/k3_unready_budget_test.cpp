#include "scenarios/invariants/k3_unready_budget.hpp"

#include "scenarios/invariants/data_testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct K3 : ::testing::Test, Court<K3UnreadyBudget> {
    void take(const std::string& pod) {
        const kube::Ref ref = ref_of(kube::kinds::pod, pod);
        call(the_operator,
             kube::Delete{.ref = ref, .only_if = {.uid = std::string(truth.object(ref).uid())}});
    }
    std::string uid_of(const std::string& pod) const {
        return std::string(truth.object(ref_of(kube::kinds::pod, pod)).uid());
    }
    void restart(const std::string& pod) {
        tell(PatroniAsked{
            the_operator,
            patroni::Call{
                .ns = "shop", .pod = pod, .pod_uid = uid_of(pod), .verb = patroni::Verb::restart}});
    }
    void replaced(const std::string& pod) {
        for (MemberTruth& member : truth.who_runs) {
            if (member.pod == pod) {
                member.pod_uid += "-anew";
                Json anew = pod_json(pod);
                anew["metadata"]["uid"] = member.pod_uid;
                truth.put(kube::kinds::pod, anew);
            }
        }
    }
};

TEST_F(K3, one_after_the_other_is_lawful) {
    take("db-2");
    replaced("db-2");
    take("db-1");
    replaced("db-1");
    restart("db-2");
    restart("db-1");
    EXPECT_EQ(said(), "");
}

TEST_F(K3, the_next_waits_for_the_one_before) {
    take("db-2");
    take("db-1");
    EXPECT_EQ(said(),
              "K3: The operator takes db-1 of shop/db while db-2, which it took before, is not "
              "ready again");
}

TEST_F(K3, nobody_is_taken_while_somebody_has_paused_patroni) {
    change(the_user, kube::kinds::config_map,
           config_map_json("db-config", {{"initialize", "7000"}, {"config", R"({"pause":true})"}}));
    take("db-2");
    EXPECT_EQ(said(), "") << "what is on its way may come";
    replaced("db-2");
    truth.at = truth.at + std::chrono::minutes(1);
    take("db-1");
    EXPECT_EQ(said(), "K3: The operator takes db-1 of shop/db, which somebody has paused by hand");
    replaced("db-1");
    change(the_user, kube::kinds::config_map,
           config_map_json("db-config", {{"initialize", "7000"}, {"config", "{}"}}));
    take("db-1");
    EXPECT_EQ(alarms(), 1U);
}

TEST_F(K3, a_restart_counts_as_well_as_a_deletion) {
    restart("db-2");
    truth.who_runs[2].ready = false;
    take("db-1");
    EXPECT_EQ(alarms(), 1U);
}

TEST(K3WithDatabases, who_streams_again_is_back_before_its_probe_says_so) {
    DataCourt<K3UnreadyBudget> court;
    const auto restart = [&court](const std::string& pod) {
        court.tell(PatroniAsked{the_operator, patroni::Call{.ns = "shop",
                                                            .pod = pod,
                                                            .pod_uid = court.uid(pod),
                                                            .verb = patroni::Verb::restart}});
    };
    restart("db-1");
    court.member("db-1").ready = false;
    restart("db-2");
    EXPECT_EQ(court.said(), "");

    court.die("db-2");
    restart("db-0");
    EXPECT_EQ(court.alarms(), 1U);
}

TEST_F(K3, who_serves_nobody_costs_nothing) {
    take("db-2");
    truth.who_runs[1].ready = false;
    take("db-1");
    EXPECT_EQ(said(), "");
}

TEST_F(K3, who_is_to_leave_is_not_waited_for) {
    truth.put(kube::kinds::bg_cluster, cluster_json(2));
    take("db-2");
    take("db-1");
    EXPECT_EQ(said(), "");
}

TEST_F(K3, the_same_again_is_no_second_one) {
    take("db-2");
    take("db-2");
    EXPECT_EQ(said(), "");
}

}  // namespace
}  // namespace bestgres::scenarios
