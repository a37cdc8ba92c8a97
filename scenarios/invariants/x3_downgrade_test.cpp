#include "scenarios/invariants/x3_downgrade.hpp"

#include "scenarios/invariants/testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct X3 : ::testing::Test, Court<X3Downgrade> {
    void sends(const Json& lines) {
        tell(PatroniAsked{the_operator,
                          {.ns = "shop",
                           .pod = "db-0",
                           .pod_uid = "uid-of-pods-db-0",
                           .verb = patroni::Verb::patch_config,
                           .body = {{"postgresql", {{"pg_hba", lines}}}}}});
    }
    void set_with(const char* variable) {
        Json set = labelled("db");
        set["spec"]["template"]["spec"]["containers"] =
            Json::array({{{"name", "postgres"}, {"env", {{{"name", variable}}}}}});
        change(the_operator, kube::kinds::stateful_set, set);
    }
};

TEST_F(X3, scram_and_the_local_socket_are_lawful) {
    sends({"local all all trust", "host all all all scram-sha-256", "hostssl all all all cert"});
    EXPECT_EQ(said(), "");
}

TEST_F(X3, trust_over_the_network_is_an_alarm) {
    sends({"host all all all trust"});
    EXPECT_EQ(said(),
              "X3: The configuration sent to Patroni of db-0 lets in without SCRAM: host all all "
              "all trust");
}

TEST_F(X3, a_user_may_ask_for_less) {
    Json cluster = cluster_json();
    cluster["spec"]["postgresql"]["pgHba"] = {"host all all 10.0.0.0/8 md5"};
    truth.put(kube::kinds::bg_cluster, cluster);
    sends({"host all all 10.0.0.0/8 md5"});
    EXPECT_EQ(said(), "");
}

TEST_F(X3, the_file_of_the_members_is_looked_at_too) {
    Json file = labelled("db-patroni");
    file["data"] = {{"patroni.yml", "postgresql:\n  pg_hba:\n  - host all all all password\n"}};
    change(the_operator, kube::kinds::config_map, file);
    EXPECT_EQ(said(), "X3: ConfigMap db-patroni lets in without SCRAM: host all all all password");
}

TEST_F(X3, the_rest_interface_keeps_its_credentials) {
    set_with("PATRONI_RESTAPI_PASSWORD");
    set_with("PATRONI_RESTAPI_PASSWORD");
    EXPECT_EQ(said(), "");
    set_with("SOMETHING_ELSE");
    EXPECT_EQ(said(), "X3: StatefulSet db takes the credentials from Patroni's REST interface");
}

}  // namespace
}  // namespace bestgres::scenarios
