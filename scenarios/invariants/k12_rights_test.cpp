#include "scenarios/invariants/k12_rights.hpp"

#include "scenarios/invariants/testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct K12 : ::testing::Test, Court<K12Rights> {
    void refused(const Actor& actor, const std::string& message) {
        tell(CallPerformed{actor, kube::Get{ref_of(kube::kinds::node, "node-1")},
                           kube::Error{.code = kube::ErrorCode::forbidden, .message = message}});
    }
    void role_says(const char* verb) {
        Json role = labelled("db");
        role["rules"] = Json::array({{{"resources", {"pods"}}, {"verbs", {verb}}}});
        change(the_operator, kube::kinds::role, role);
    }
};

TEST_F(K12, a_call_beyond_the_role_is_an_alarm) {
    refused(the_operator, R"(nodes is forbidden: User "x" cannot get resource "nodes")");
    refused(a_member, R"(nodes is forbidden: User "y" cannot get resource "nodes")");
    EXPECT_EQ(said(),
              "K12: operator-1: get Node shop/node-1 is more than its Role allows\n"
              "K12: db-0: get Node shop/node-1 is more than its Role allows");
}

// What the API server of this repository says to callers in its own process.
TEST_F(K12, a_refusal_in_process_is_one) {
    refused(the_operator, "system:serviceaccount:shop:o may not get nodes in \"\"");
    EXPECT_NE(said(), "");
}

TEST_F(K12, a_quota_is_no_want_of_rights) {
    refused(the_operator, "pods is forbidden: exceeded quota: small");
    EXPECT_EQ(said(), "");
}

TEST_F(K12, what_a_person_took_away_is_no_fault_of_the_shipped_role) {
    change(the_operator, kube::kinds::role, labelled("db"));
    change(the_user, kube::kinds::role, labelled("db"));
    refused(a_member, R"(nodes is forbidden: User "y" cannot get resource "nodes")");
    EXPECT_EQ(said(), "");
    change(the_operator, kube::kinds::role, labelled("db"));
    refused(a_member, R"(nodes is forbidden: User "y" cannot get resource "nodes")");
    EXPECT_EQ(alarms(), 1U);
}

TEST_F(K12, a_namespace_that_ends_takes_the_rights_with_it) {
    change(the_user, kube::kinds::namespace_, deleting({{"metadata", {{"name", "shop"}}}}));
    refused(the_operator, R"(nodes is forbidden: User "x" cannot get resource "nodes")");
    EXPECT_EQ(said(), "");
}

TEST_F(K12, a_refusal_by_a_fault_is_none) {
    truth.faults = {{.id = "f1", .kind = FaultKind::refused}};
    refused(a_member, R"(nodes is forbidden: User "y" cannot get resource "nodes")");
    EXPECT_EQ(said(), "");
}

TEST_F(K12, a_role_names_what_it_allows) {
    role_says("get");
    EXPECT_EQ(said(), "");
    role_says("*");
    EXPECT_EQ(said(), "K12: operator-1 makes Role db with a wildcard");
}

}  // namespace
}  // namespace bestgres::scenarios
