#include "scenarios/invariants/o5_groups_in_order.hpp"

#include "scenarios/invariants/testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct O5 : ::testing::Test, Court<O5GroupsInOrder> {
    Json spec = {
        {"bgShardedCluster", "shop"}, {"parallelism", 2}, {"bgDbOpsSpec", {{"op", "restart"}}}};

    bool is_noted = false;  // the uids of those that run

    // The journal: a phase for worker 0, worker 1 and the coordinator, "" where it has not begun.
    void says(const std::vector<std::string>& phases, const std::string& whole = "Running") {
        const char* const names[] = {"shop-worker-0", "shop-worker-1", "shop-coordinator"};
        Json groups = Json::array();
        for (std::size_t index = 0; index < phases.size(); ++index) {
            Json group = {{"name", names[index]}, {"operation", std::string("up-") + names[index]}};
            if (is_noted || (!phases[index].empty() && phases[index] != "Running")) {
                group["uid"] = std::string("uid-up-") + names[index];
            }
            if (!phases[index].empty()) {
                group["phase"] = phases[index];
            }
            groups.push_back(std::move(group));
        }
        change(the_operator, kube::kinds::bg_sharded_db_ops,
               {{"metadata", {{"name", "up"}, {"uid", "uid-up"}}},
                {"spec", spec},
                {"status", {{"phase", whole}, {"groups", groups}}}});
    }
    void child(const std::string& group, const std::string& phase) {
        change(the_operator, kube::kinds::bg_db_ops,
               {{"metadata",
                 {{"name", "up-" + group},
                  {"uid", "uid-up-" + group},
                  {"annotations", {{std::string(manifests::owner_uid_key), "uid-up"}}}}},
                {"spec", {{"bgCluster", group}, {"op", "restart"}}},
                {"status", {{"phase", phase}}}});
    }
    void done(const std::string& group) {
        child(group, "Running");
        child(group, "Completed");
    }
};

TEST_F(O5, workers_come_so_many_at_once_and_the_coordinator_after_them) {
    says({"", "", ""});
    says({"Running", "", ""});
    says({"Running", "Running", ""});
    done("shop-worker-0");
    done("shop-worker-1");
    says({"Completed", "Completed", ""});
    says({"Completed", "Completed", "Running"});
    done("shop-coordinator");
    says({"Completed", "Completed", "Completed"}, "Completed");
    EXPECT_EQ(said(), "");
}

TEST_F(O5, a_coordinator_beside_a_worker_is_out_of_its_turn) {
    says({"Running", "", ""});
    says({"Running", "", "Running"});
    EXPECT_EQ(said(), "O5: operator-1 begins shop-coordinator in up while shop-worker-0 runs");
}

TEST_F(O5, a_coordinator_before_a_worker_is_as_asked_for_or_is_not) {
    says({"", "", "Running"});
    EXPECT_EQ(said(), "O5: operator-1 begins shop-coordinator in up before shop-worker-0");
    spec["order"] = "coordinatorFirst";
    says({"", "", ""});
    says({"", "", "Running"});
    EXPECT_EQ(alarms(), 1U);
}

TEST_F(O5, more_at_once_than_were_asked_for_are_too_many) {
    spec["parallelism"] = 1;
    says({"Running", "", ""});
    says({"Running", "Running", ""});
    EXPECT_EQ(said(), "O5: operator-1 begins shop-worker-1 in up beside too many others");
}

TEST_F(O5, after_a_failure_nobody_begins_unless_that_was_asked_for) {
    says({"Failed", "", ""});
    says({"Failed", "Running", ""});
    EXPECT_EQ(said(), "O5: operator-1 begins shop-worker-1 in up after shop-worker-0 failed");
    spec["onFailure"] = "continue";
    says({"Failed", "", ""});
    says({"Failed", "Running", ""});
    EXPECT_EQ(alarms(), 1U);
}

TEST_F(O5, what_its_bgdbops_has_not_done_is_not_done) {
    says({"Running", "", ""});
    child("shop-worker-0", "Running");
    says({"Completed", "", ""});
    EXPECT_EQ(said(),
              "O5: operator-1 reports shop-worker-0 in up which BGDbOps up-shop-worker-0 has not "
              "done");
}

TEST_F(O5, the_whole_is_done_when_all_groups_are) {
    says({"Failed", "", ""});
    says({"Failed", "", ""}, "Completed");
    EXPECT_EQ(said(), "O5: operator-1 reports the whole as done in up though a group is not");
}

TEST_F(O5, a_bgdbops_is_made_after_the_journal_and_not_once_more) {
    says({"", "", ""});
    child("shop-worker-0", "");
    EXPECT_EQ(said(),
              "O5: operator-1 makes BGDbOps up-shop-worker-0 that its journal does not wait for");
    says({"Running", "Running", ""});
    child("shop-worker-1", "");
    EXPECT_EQ(alarms(), 1U) << said();
    is_noted = true;
    says({"Running", "Running", ""});
    remove(the_user, ref_of(kube::kinds::bg_db_ops, "up-shop-worker-1"));
    child("shop-worker-1", "");
    EXPECT_EQ(alarms(), 2U) << said();
}

TEST_F(O5, a_journal_that_forgets_what_it_made_would_make_it_again) {
    is_noted = true;
    says({"Running"});
    is_noted = false;
    says({"Running"});
    EXPECT_EQ(said(),
              "O5: operator-1 forgets the BGDbOps of shop-worker-0 in up which it has made");
}

}  // namespace
}  // namespace bestgres::scenarios
