#include "scenarios/invariants/l7_progress.hpp"

#include "scenarios/invariants/testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct L7 : ::testing::Test, Court<L7Progress> {
    void tries(int times, const std::string& pod) {
        for (int number = 0; number < times; ++number) {
            tell(CallPerformed{the_operator, kube::Patch{.ref = ref_of(kube::kinds::pod, pod)},
                               kube::Error{.code = kube::ErrorCode::conflict}});
        }
    }
    void succeeds(const std::string& pod) {
        tell(CallPerformed{the_operator, kube::Patch{.ref = ref_of(kube::kinds::pod, pod)},
                           kube::Outcome(Done{})});
    }
};

TEST_F(L7, some_conflicts_are_ordinary) {
    tries(12, "db-0");
    succeeds("db-0");
    tries(12, "db-0");
    tries(12, "db-1");
    EXPECT_EQ(said(), "");
}

TEST_F(L7, a_write_gets_through_at_last) {
    tries(14, "db-0");
    EXPECT_EQ(said(),
              "L7: operator-1: patch Pod shop/db-0 has met another writer 13 times in a row");
}

}  // namespace
}  // namespace bestgres::scenarios
