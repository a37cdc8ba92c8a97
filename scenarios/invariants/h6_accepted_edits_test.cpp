#include "scenarios/invariants/h6_accepted_edits.hpp"

#include "scenarios/invariants/testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct H6 : ::testing::Test, Court<H6AcceptedEdits> {
    void patches(const Actor& actor, Result<kube::Outcome, kube::Error> outcome) {
        tell(CallPerformed{actor, kube::Patch{.ref = ref_of(kube::kinds::bg_cluster, "db")},
                           std::move(outcome)});
    }
    void is_refused(const Actor& actor, kube::ErrorCode code) {
        patches(actor, kube::Error{.code = code, .message = "spec.instances: Required value"});
    }
};

TEST_F(H6, what_is_accepted_is_lawful) {
    patches(the_user, kube::Outcome(truth.object(ref_of(kube::kinds::bg_cluster, "db"))));
    EXPECT_EQ(said(), "");
}

TEST_F(H6, an_object_that_is_not_there_or_cannot_be_had_now_is_lawful) {
    is_refused(the_user, kube::ErrorCode::not_found);
    is_refused(the_user, kube::ErrorCode::already_exists);
    is_refused(the_user, kube::ErrorCode::throttled);
    EXPECT_EQ(said(), "");
}

TEST_F(H6, what_others_are_refused_is_the_matter_of_other_laws) {
    is_refused(the_operator, kube::ErrorCode::invalid);
    is_refused(a_member, kube::ErrorCode::forbidden);
    EXPECT_EQ(said(), "");
}

TEST_F(H6, an_edit_that_the_schema_refuses_is_an_alarm) {
    is_refused(the_user, kube::ErrorCode::invalid);
    EXPECT_EQ(said(),
              "H6: The scenario's patch BGCluster shop/db is refused: mend the scenario, or the "
              "schema");
    EXPECT_EQ(findings.found()[0].facts[0], "spec.instances: Required value");
    is_refused(the_user, kube::ErrorCode::unavailable);
    EXPECT_EQ(alarms(), 2U);
}

}  // namespace
}  // namespace bestgres::scenarios
