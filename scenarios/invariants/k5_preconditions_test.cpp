#include "scenarios/invariants/k5_preconditions.hpp"

#include "scenarios/invariants/testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct K5 : ::testing::Test, Court<K5Preconditions> {
    const kube::Ref pod = ref_of(kube::kinds::pod, "db-1");

    void performed(kube::Call what) {
        tell(CallPerformed{the_operator, std::move(what), kube::Outcome(truth.object(pod))});
    }
    kube::Patch fence() const {
        return {.ref = pod,
                .body = {{"metadata", {{"resourceVersion", "7"}, {"labels", {{"a", "b"}}}}}}};
    }
};

TEST_F(K5, a_deletion_by_uid_is_lawful) {
    call(the_operator, kube::Delete{.ref = pod, .only_if = {.uid = "u"}});
    EXPECT_EQ(said(), "");
}

TEST_F(K5, a_deletion_by_name_alone_may_hit_a_namesake) {
    call(the_operator, kube::Delete{.ref = pod});
    call(the_operator, kube::Evict{.pod = pod});
    EXPECT_EQ(said(),
              "K5: operator-1: delete Pod shop/db-1 carries no uid\n"
              "K5: operator-1: evict Pod shop/db-1 carries no uid");
}

TEST_F(K5, a_patch_names_the_version_that_it_was_decided_on) {
    call(the_operator, fence());
    EXPECT_EQ(said(), "");
    call(the_operator, kube::Patch{.ref = pod, .body = Json::object()});
    EXPECT_EQ(said(), "K5: operator-1: patch Pod shop/db-1 carries no resourceVersion");
}

TEST_F(K5, an_apply_needs_none) {
    call(the_operator, kube::Apply{.kind = kube::kinds::pod,
                                   .object = truth.object(pod),
                                   .field_manager = "bestgres-operator"});
    EXPECT_EQ(said(), "");
}

TEST_F(K5, nothing_is_taken_before_the_own_write_was_read) {
    performed(fence());
    call(the_operator, kube::Delete{.ref = pod, .only_if = {.uid = "u"}});
    EXPECT_EQ(said(),
              "K5: operator-1: delete Pod shop/db-1 comes before it has read the object again");
}

TEST_F(K5, a_read_between_the_two_makes_it_lawful) {
    performed(fence());
    performed(kube::List{.kind = kube::kinds::pod, .ns = "shop"});
    call(the_operator, kube::Delete{.ref = pod, .only_if = {.uid = "u"}});
    EXPECT_EQ(said(), "");
}

TEST_F(K5, a_process_that_starts_anew_begins_with_reading) {
    performed(fence());
    tell(OperatorEnded{"operator-1"});
    call(the_operator, kube::Delete{.ref = pod, .only_if = {.uid = "u"}});
    EXPECT_EQ(said(), "");
}

TEST_F(K5, others_may_do_as_they_like) {
    call(the_user, kube::Delete{.ref = pod});
    EXPECT_EQ(said(), "");
}

}  // namespace
}  // namespace bestgres::scenarios
