#include "scenarios/invariants/x1_secrets.hpp"

#include "lib/base/encoding.hpp"
#include "scenarios/invariants/testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct X1 : ::testing::Test, Court<X1Secrets> {
    const std::string canary = "canary-7hJ2kQ9";

    X1() {
        Json secret = labelled("db");
        secret["data"] = {{"superuser-password", encode_base64(canary)},
                          {"port", encode_base64("5432")}};
        change(the_operator, kube::kinds::secret, secret);
    }
};

TEST_F(X1, ordinary_words_are_lawful) {
    tell(LineLogged{"operator-1", "shop/db: port 5432"});
    change(the_operator, kube::kinds::config_map, config_map_json("db-patroni", {{"a", "b"}}));
    tell(SqlSent{the_operator, {.password = canary, .statements = {{"s1", "SELECT 1", {}}}}});
    tell(PatroniAsked{the_operator, {.pod = "db-0", .body = {{"a", "b"}}, .password = canary}});
    EXPECT_EQ(said(), "");
}

TEST_F(X1, a_log_line_with_a_password_is_an_alarm) {
    tell(LineLogged{"operator-1", "login with " + canary + " failed"});
    EXPECT_EQ(said(),
              "X1: A log line of operator-1 holds the value of Secret db superuser-password");
}

TEST_F(X1, an_object_with_a_password_is_an_alarm) {
    change(the_operator, kube::kinds::config_map,
           config_map_json("db-patroni", {{"env", "PASSWORD=" + canary}}));
    change(the_operator, kube::kinds::event,
           config_map_json("db.1", {{"message", encode_base64(canary)}}));
    EXPECT_EQ(said(),
              "X1: ConfigMap db-patroni holds the value of Secret db superuser-password\n"
              "X1: Event db.1 holds the value of Secret db superuser-password in base64");
}

TEST_F(X1, reasons_requests_and_statements_are_looked_at_too) {
    tell(StepBegun{.because = canary});
    tell(PatroniAsked{the_operator, {.pod = "db-0", .body = {{"a", canary}}}});
    tell(SqlSent{the_operator, {.statements = {{"s1", "ALTER ROLE x PASSWORD '" + canary, {}}}}});
    EXPECT_EQ(alarms(), 3U);
}

}  // namespace
}  // namespace bestgres::scenarios
