#include "operator/agent/render.hpp"

#include <gtest/gtest.h>

namespace bestgres::agent {
namespace {

Environment in_pod(const std::string& pod_ip) {
    Environment environment;
    environment.scope = "db";
    environment.pod_name = "db-0";
    environment.pod_namespace = "shop";
    environment.pod_ip = pod_ip;
    return environment;
}

TEST(RenderPatroniConfig, adds_this_pod_to_the_cluster_template) {
    const Json config =
        *render_patroni_config({{"kubernetes", {{"scope_label", "bestgres.io/cluster"}}},
                                {"postgresql", {{"use_unix_socket", true}}}},
                               in_pod("10.1.2.3"), "/usr/lib/postgresql/15/bin");
    EXPECT_EQ(config["name"], "db-0");
    EXPECT_EQ(config["kubernetes"]["scope_label"], "bestgres.io/cluster");
    EXPECT_EQ(config["kubernetes"]["namespace"], "shop");
    EXPECT_EQ(config["restapi"]["connect_address"], "10.1.2.3:8008");
    EXPECT_EQ(config["postgresql"]["listen"], "10.1.2.3,127.0.0.1:5432");
    EXPECT_EQ(config["postgresql"]["use_unix_socket"], true);
    EXPECT_EQ(config["postgresql"]["bin_dir"], "/usr/lib/postgresql/15/bin");
}

TEST(RenderPatroniConfig, keeps_the_group_and_says_where_citus_finds_its_own_node) {
    Environment environment = in_pod("10.1.2.3");
    environment.socket_directory = "/run/elsewhere";
    const Json config = *render_patroni_config(
        {{"citus", {{"group", 2}, {"database", "app"}}},
         {"postgresql", {{"parameters", {{"citus.local_hostname", "/run/postgresql"}}}}}},
        environment, "");
    EXPECT_EQ(config["citus"]["group"], 2);
    EXPECT_EQ(config["postgresql"]["parameters"]["citus.local_hostname"], "/run/elsewhere");
    EXPECT_FALSE(
        (*render_patroni_config(Json::object(), environment, ""))["postgresql"]["parameters"]
            .contains("citus.local_hostname"));
}

TEST(RenderPatroniConfig, brackets_ipv6_addresses) {
    const Json config = *render_patroni_config(Json::object(), in_pod("fd00::7"), "");
    EXPECT_EQ(config["postgresql"]["connect_address"], "[fd00::7]:5432");
    EXPECT_FALSE(config["postgresql"].contains("bin_dir"));
}

TEST(RenderPatroniConfig, refuses_a_template_that_is_no_mapping) {
    EXPECT_EQ(render_patroni_config(Json("x"), in_pod("10.0.0.1"), "").error().message,
              "/etc/bestgres/patroni.yml is not a mapping");
}

TEST(ListenAddresses, leaves_127_0_0_1_to_nobody_where_pods_share_the_loopback_range) {
    EXPECT_EQ(listen_addresses("127.64.0.5"), "127.64.0.5");
    EXPECT_EQ(listen_addresses("10.0.0.5"), "10.0.0.5,127.0.0.1");
}

}  // namespace
}  // namespace bestgres::agent
