#include "scenarios/invariants/o4_done_once.hpp"

#include "scenarios/invariants/testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct O4 : ::testing::Test, Court<O4DoneOnce> {
    static Json labels(const std::string& uid, const std::string& cluster = "db") {
        return {{"bestgres.io/cluster", cluster}, {"bestgres.io/operation", uid}};
    }
    void pod(const std::string& phase, const std::string& cluster = "db") {
        change(a_controller, kube::kinds::pod,
               {{"metadata", {{"name", "p"}, {"labels", labels("u0", cluster)}}},
                {"status", {{"phase", phase}}}});
    }
    void operation(const char* result) {
        change(the_operator, kube::kinds::bg_db_ops,
               {{"metadata", {{"name", "clean"}, {"uid", "u1"}}},
                {"spec", {{"bgCluster", "db"}, {"op", "vacuum"}}},
                {"status",
                 {{"phase", "Running"},
                  {"steps", Json::array({{{"name", "vacuum"}, {"result", result}}})}}}});
    }
    void job_is(const char* condition) {
        change(a_controller, kube::kinds::job,
               {{"metadata", {{"name", "done"}, {"labels", labels("u1")}}},
                {"status",
                 {{"conditions", Json::array({{{"type", condition}, {"status", "True"}}})}}}});
    }
    void makes() {
        const kube::Object job(
            Json{{"metadata", {{"name", "new"}, {"namespace", "shop"}, {"labels", labels("u1")}}}});
        tell(CallArrived{the_operator, kube::Create{kube::kinds::job, job}, {}});
    }
};

TEST_F(O4, a_job_after_all_others_have_ended) {
    pod("Succeeded");
    operation("Open");
    job_is("Failed");
    makes();
    EXPECT_EQ(said(), "");
}

TEST_F(O4, the_next_step_after_one_that_is_done) {
    operation("Done");
    job_is("Complete");
    makes();
    EXPECT_EQ(said(), "");
}

TEST_F(O4, another_cluster_is_another_matter) {
    pod("Running", "other");
    operation("Open");
    makes();
    EXPECT_EQ(said(), "");
}

TEST_F(O4, two_programs_at_once_are_one_too_many) {
    pod("Running");
    makes();
    EXPECT_EQ(said(), "O4: Job new is made while the program in pod p runs");
}

TEST_F(O4, what_is_done_is_not_done_again) {
    operation("Open");
    job_is("Complete");
    makes();
    EXPECT_EQ(said(), "O4: Job new is made for a step of clean that another Job has done");
}

}  // namespace
}  // namespace bestgres::scenarios
