#include "scenarios/invariants/k5_preconditions.hpp"

#include "scenarios/invariants/testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct K5 : ::testing::Test, Court<K5Preconditions> {
    const kube::Ref pod = ref_of(kube::kinds::pod, "db-1");

    kube::Patch fence() const {
        return {.ref = pod,
                .body = {{"metadata", {{"resourceVersion", "7"}, {"labels", {{"a", "b"}}}}}}};
    }
};

TEST_F(K5, a_deletion_by_uid_and_version_is_lawful) {
    call(the_operator, kube::Delete{.ref = pod, .only_if = {.uid = "u", .resource_version = "7"}});
    call(the_operator, kube::Evict{.pod = pod, .only_if = {.uid = "u"}});
    EXPECT_EQ(said(), "");
}

TEST_F(K5, a_deletion_by_name_alone_may_hit_a_namesake) {
    call(the_operator, kube::Delete{.ref = pod});
    call(the_operator, kube::Evict{.pod = pod});
    call(the_operator, kube::Delete{.ref = pod, .only_if = {.uid = "u"}});
    EXPECT_EQ(said(),
              "K5: operator-1: delete Pod shop/db-1 carries no uid\n"
              "K5: operator-1: evict Pod shop/db-1 carries no uid\n"
              "K5: operator-1: delete Pod shop/db-1 carries no resourceVersion");
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

TEST_F(K5, others_may_do_as_they_like) {
    call(the_user, kube::Delete{.ref = pod});
    EXPECT_EQ(said(), "");
}

}  // namespace
}  // namespace bestgres::scenarios
