#include "scenarios/invariants/k9_write_amplification.hpp"

#include "scenarios/invariants/testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct K9 : ::testing::Test, Court<K9WriteAmplification> {
    const kube::Ref pod = ref_of(kube::kinds::pod, "db-1");

    void fence(bool changes) {
        const kube::Patch patch{.ref = pod, .body = Json::object()};
        call(the_operator, patch);
        if (changes) {
            truth.put(kube::kinds::pod, pod_json("db-1"));
        }
        tell(CallPerformed{the_operator, patch, kube::Outcome(truth.object(pod))});
    }
};

TEST_F(K9, a_write_that_changes_something_is_lawful) {
    fence(true);
    EXPECT_EQ(said(), "");
}

TEST_F(K9, a_write_that_changes_nothing_is_one_too_many) {
    fence(false);
    EXPECT_EQ(said(), "K9: operator-1: patch Pod shop/db-1 changes nothing");
}

TEST_F(K9, the_last_finalizer_takes_the_object_with_it) {
    const kube::Patch patch{.ref = pod, .body = Json::object()};
    const kube::Object last = truth.object(pod);
    call(the_operator, patch);
    truth.store.erase(pod);
    tell(CallPerformed{the_operator, patch, kube::Outcome(last)});
    EXPECT_EQ(said(), "");
}

TEST_F(K9, a_refused_write_has_cost_nothing) {
    const kube::Patch patch{.ref = pod, .body = Json::object()};
    call(the_operator, patch);
    tell(CallPerformed{the_operator, patch, kube::Error{.code = kube::ErrorCode::conflict}});
    EXPECT_EQ(said(), "");
}

TEST_F(K9, a_settled_world_is_left_alone) {
    tell(Settled{});
    fence(true);
    EXPECT_EQ(said(), "K9: operator-1: patch Pod shop/db-1 although nothing has happened");
}

TEST_F(K9, what_happens_after_settling_may_be_answered) {
    tell(Settled{});
    tell(FaultBegan{"f1"});
    fence(true);
    tell(Settled{});
    tell(EditMade{"e1"});
    fence(true);
    EXPECT_EQ(said(), "");
}

TEST_F(K9, the_lease_is_renewed_for_ever) {
    tell(Settled{});
    tell(CallPerformed{the_operator, kube::Replace{kube::kinds::lease, kube::Object()},
                       kube::Outcome(kube::Object())});
    EXPECT_EQ(said(), "");
}

TEST_F(K9, an_edit_costs_a_bounded_number_of_writes) {
    for (std::uint64_t number = 0; number < 500; ++number) {
        fence(true);
    }
    EXPECT_EQ(said(), "K9: The last edit has cost 216 writes of the operator, and it goes on");
}

TEST_F(K9, a_teardown_costs_what_was_there_when_it_was_asked_for) {
    tell(EditMade{"delete"});
    for (std::uint64_t number = 0; number < 200; ++number) {
        fence(true);
    }
    truth.who_runs.clear();
    truth.store.erase(ref_of(kube::kinds::bg_cluster, "db"));
    for (std::uint64_t number = 0; number < 15; ++number) {
        fence(true);
    }
    EXPECT_EQ(said(), "");
    fence(true);
    EXPECT_EQ(said(), "K9: The last edit has cost 216 writes of the operator, and it goes on");
}

TEST_F(K9, faults_make_writes_be_repeated) {
    tell(FaultBegan{"f1"});
    for (std::uint64_t number = 0; number < 500; ++number) {
        fence(true);
    }
    EXPECT_EQ(said(), "");
}

}  // namespace
}  // namespace bestgres::scenarios
