#include "scenarios/invariants/c6_one_job.hpp"

#include "scenarios/invariants/citus_testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;
using std::chrono::minutes;
using std::chrono::seconds;

struct C6 : ::testing::Test, CitusCourt<C6OneJob> {
    void operator_begins(const std::string& statement) {
        postgres::Call call;
        call.pod_uid = uid(0);
        call.statements = {{"rebalance", statement, {}}};
        tell(SqlSent{the_operator, call});
    }
    void operator_takes(GroupId group) {
        const kube::Ref pod = ref_of(kube::kinds::pod, pod_of_group(group));
        call(the_operator, kube::Delete{.ref = pod});
    }
    void operator_asks(GroupId group, patroni::Verb verb) {
        patroni::Call call;
        call.pod_uid = uid(group);
        call.verb = verb;
        tell(PatroniAsked{the_operator, call});
    }
    // One shard after the other leaves group 1.
    void moves_begin() {
        ask(fakepatroni::SetShouldHaveShards{pod_of_group(1), 5432, false});
        ask(fakepatroni::StartRebalance{.drains_only = true}, std::chrono::milliseconds(500));
    }
};

TEST_F(C6, lets_a_job_begin_where_all_groups_have_primaries) {
    operator_begins("SELECT citus_rebalance_start()");
    EXPECT_EQ(alarms(), 0U) << said();
}

TEST_F(C6, catches_a_second_job) {
    moves_begin();
    operator_begins("SELECT citus_rebalance_start(drain_only => true)");
    ASSERT_EQ(alarms(), 1U) << said();
    EXPECT_NE(said().find("begins moves in shop while job"), std::string::npos);
}

TEST_F(C6, catches_a_job_that_begins_while_a_group_fails_over) {
    lose(2);
    operator_begins("SELECT citus_drain_node('shop-worker-1-0', 5432)");
    ASSERT_EQ(alarms(), 1U) << said();
    EXPECT_NE(said().find("group 2 of shop has no primary"), std::string::npos);
}

TEST_F(C6, catches_a_primary_that_is_taken_while_a_shard_moves_there) {
    moves_begin();
    operator_takes(1);
    operator_takes(0);
    operator_asks(2, patroni::Verb::switchover);
    operator_asks(2, patroni::Verb::restart);
    EXPECT_EQ(alarms(), 4U) << said();
}

TEST_F(C6, lets_replicas_be_taken_and_everybody_when_nothing_moves) {
    operator_takes(1);
    operator_asks(2, patroni::Verb::switchover);
    moves_begin();
    operator_asks(2, patroni::Verb::status);
    EXPECT_EQ(alarms(), 0U) << said();
}

}  // namespace
}  // namespace bestgres::scenarios
