#include "operator/manifests/patroni_config.hpp"

#include "operator/manifests/testing.hpp"

namespace bestgres::manifests {
namespace {

using testing::input;

TEST(PatroniDynamicConfig, says_what_the_spec_says) {
    const Json config = patroni_dynamic_config(
        input("instances: 3\npatroni: {ttl: 20, loopWait: 5, retryTimeout: 5, synchronous: "
              "required, synchronousNodeCount: 2, failsafe: false, maximumLagOnFailover: 16Mi}\n"
              "postgresql: {parameters: {work_mem: 8MB}}")
            .spec);

    EXPECT_EQ(config["ttl"], 20);
    EXPECT_EQ(config["loop_wait"], 5);
    EXPECT_EQ(config["retry_timeout"], 5);
    EXPECT_EQ(config["maximum_lag_on_failover"], 16 * 1024 * 1024);
    EXPECT_EQ(config["synchronous_mode"], true);
    EXPECT_EQ(config["synchronous_mode_strict"], true);
    EXPECT_EQ(config["synchronous_node_count"], 2);
    EXPECT_EQ(config["failsafe_mode"], false);
    EXPECT_EQ(config["postgresql"]["parameters"]["work_mem"], "8MB");
}

TEST(PatroniDynamicConfig, standbys_look_for_a_primary_twice_a_second_unless_told_otherwise) {
    const auto interval = [](const char* text) {
        const Json config = patroni_dynamic_config(input(text).spec);
        return config["postgresql"]["parameters"]["wal_retrieve_retry_interval"].dump();
    };
    EXPECT_EQ(interval(""), "\"500ms\"");
    EXPECT_EQ(interval("postgresql: {parameters: {wal_retrieve_retry_interval: 3s}}"), "\"3s\"");
}

TEST(PatroniDynamicConfig, has_a_mode_for_every_word) {
    const auto mode = [](const char* word) {
        const Json config = patroni_dynamic_config(
            input(std::string("instances: 2\npatroni: {synchronous: ") + word + "}").spec);
        return config["synchronous_mode"].dump() + config["synchronous_mode_strict"].dump();
    };
    EXPECT_EQ(mode("disabled"), "falsefalse");
    EXPECT_EQ(mode("preferred"), "truefalse");
    EXPECT_EQ(mode("required"), "truetrue");
    EXPECT_EQ(mode("quorum"), "\"quorum\"false");
}

TEST(PatroniDynamicConfig, users_lines_cannot_lock_out_replication) {
    const Json config =
        patroni_dynamic_config(input("postgresql: {pgHba: [host all all all reject]}").spec);
    const Json& lines = config["postgresql"]["pg_hba"];

    EXPECT_EQ(lines.back(), "host all all all reject");
    EXPECT_EQ(lines[2], "host replication standby all scram-sha-256");
    for (const Json& line : lines) {
        const std::string text = line.get<std::string>();
        EXPECT_TRUE(text.find("trust") == std::string::npos || text.starts_with("local ")) << text;
    }
}

constexpr const char* second_group = "citus: {scope: shop, group: 2, database: app}";

TEST(PatroniFile, of_second_group_finds_all_groups_by_the_scope) {
    const Input in = input(second_group);
    const Json file = patroni_file(in.identity, in.spec);

    EXPECT_EQ(file["scope"], "shop");
    EXPECT_EQ(file["citus"], Json({{"group", 2}, {"database", "app"}}));
    EXPECT_EQ(file["kubernetes"]["scope_label"], "bestgres.io/scope");
    EXPECT_FALSE(file["kubernetes"]["labels"].contains("citus-group"));
    EXPECT_EQ(file["postgresql"]["parameters"]["citus.local_hostname"], "/run/postgresql");
}

TEST(PatroniFile, of_any_other_cluster_knows_nothing_of_citus) {
    const Json file = patroni_file(input().identity, input().spec);

    EXPECT_EQ(file["scope"], "db");
    EXPECT_EQ(file["kubernetes"]["scope_label"], "bestgres.io/cluster");
    EXPECT_FALSE(file.contains("citus"));
    EXPECT_EQ(file["postgresql"]["parameters"].size(), 1U);
}

TEST(SpiloConfiguration, of_second_group_has_it_too) {
    const Input in = input(second_group);
    const Json configuration = spilo_configuration(in.identity, in.spec);

    EXPECT_EQ(configuration["citus"], Json({{"group", 2}, {"database", "app"}}));
    EXPECT_EQ(configuration["kubernetes"]["scope_label"], "bestgres.io/scope");
    EXPECT_FALSE(spilo_configuration(input().identity, input().spec).contains("citus"));
}

TEST(PatroniConfigPatch, is_empty_when_nothing_differs) {
    const Json desired = patroni_dynamic_config(input("postgresql: {parameters: {a: b}}").spec);
    Json current = desired;
    current["pause"] = true;
    current["slots"] = {{"mine", {{"type", "physical"}}}};

    EXPECT_EQ(patroni_config_patch(current, desired, true), Json::object());
}

TEST(PatroniConfigPatch, sets_what_differs_and_removes_forgotten_parameters) {
    const Json desired = patroni_dynamic_config(input("postgresql: {parameters: {a: '2'}}").spec);
    Json current = desired;
    current["ttl"] = 60;
    current["postgresql"]["parameters"]["a"] = "1";
    current["postgresql"]["parameters"]["b"] = "3";

    EXPECT_EQ(patroni_config_patch(current, desired, true),
              Json({{"ttl", 30}, {"postgresql", {{"parameters", {{"a", "2"}, {"b", nullptr}}}}}}));
    EXPECT_EQ(patroni_config_patch(current, desired, false),
              Json({{"ttl", 30}, {"postgresql", {{"parameters", {{"a", "2"}}}}}}));
}

TEST(PatroniConfigPatch, leads_to_the_goal_from_anything) {
    const Json desired = patroni_dynamic_config(input("postgresql: {parameters: {a: '2'}}").spec);
    for (const char* text :
         {"{}", "null", "[]", "{postgresql: 3}", "{postgresql: {parameters: []}}",
          "{ttl: x, postgresql: {parameters: {z: 1}}}"}) {
        Json state = api::testing::yaml(text);
        merge_patch(state, patroni_config_patch(state, desired, true));
        EXPECT_EQ(patroni_config_patch(state, desired, true), Json::object()) << text;
    }
}

TEST(PatroniFile, keeps_routing_alike_in_all_versions) {
    const Input in = input();
    const Json file = patroni_file(in.identity, in.spec);

    EXPECT_EQ(file["kubernetes"]["leader_label_value"], "master");
    EXPECT_EQ(file["kubernetes"]["standby_leader_label_value"], "master");
    EXPECT_EQ(file["kubernetes"]["scope_label"], "bestgres.io/cluster");
    EXPECT_EQ(file["kubernetes"]["use_endpoints"], false);
    EXPECT_EQ(file["bootstrap"]["dcs"], patroni_dynamic_config(in.spec));
    EXPECT_FALSE(find(file, {"postgresql", "authentication", "superuser", "password"}));
}

}  // namespace
}  // namespace bestgres::manifests
