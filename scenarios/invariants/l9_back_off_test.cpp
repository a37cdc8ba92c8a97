#include "scenarios/invariants/l9_back_off.hpp"

#include "scenarios/invariants/testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct L9 : ::testing::Test, Court<L9BackOff> {
    L9() { tell(OperatorStarted{"operator-1"}); }
    void progressing(const char* reason) {
        Json cluster = cluster_json();
        cluster["status"]["conditions"] =
            Json::array({{{"type", "Progressing"}, {"status", "False"}, {"reason", reason}}});
        change(the_operator, kube::kinds::bg_cluster, cluster);
    }
};

TEST_F(L9, a_step_that_is_tried_again_is_lawful) {
    progressing("StepFailed");
    for (int number = 0; number < 5; ++number) {
        truth.at = truth.at + std::chrono::seconds(75);
        call(the_operator, kube::List{.kind = kube::kinds::pod});
    }
    progressing("SpecReached");
    after(std::chrono::hours(1), Settled{});
    EXPECT_EQ(said(), "");
}

TEST_F(L9, a_member_has_as_long_for_its_answer_as_it_was_given) {
    progressing("StepFailed");
    tell(PatroniAsked{the_operator,
                      {.ns = "shop",
                       .pod = "db-0",
                       .pod_uid = "uid-of-pods-db-0",
                       .verb = patroni::Verb::restart,
                       .deadline = std::chrono::seconds(45)}});
    after(std::chrono::seconds(130), LineLogged{});
    EXPECT_EQ(said(), "");
    after(std::chrono::seconds(10), LineLogged{});
    EXPECT_EQ(said(), "L9: The failed step of shop/db was not tried again for 95.0 s");
}

TEST_F(L9, a_step_that_is_forgotten_is_an_alarm) {
    progressing("StepFailed");
    call(the_operator, kube::Replace{kube::kinds::lease, kube::Object()});
    after(std::chrono::seconds(100), LineLogged{});
    after(std::chrono::seconds(100), LineLogged{});
    EXPECT_EQ(said(), "L9: The failed step of shop/db was not tried again for 100.0 s");
}

TEST_F(L9, a_settled_cluster_has_nothing_to_complain_of) {
    progressing("StepFailed");
    tell(Settled{});
    EXPECT_EQ(said(), "L9: Cluster shop/db is settled and complains of a step");
}

}  // namespace
}  // namespace bestgres::scenarios
