#include "fakekube/controllers/endpoints_plan.hpp"

#include <gtest/gtest.h>

#include "fakekube/controllers/testing.hpp"

namespace bestgres::fakekube::controllers {
namespace {

using namespace testing;  // NOLINT: the words of this test

kube::Object service(const Json& spec = Json::object()) {
    Json json = object_json("v1", "Service", "db");
    json["spec"] = {{"selector", {{"app", "db"}}},
                    {"ports", {{{"name", "pg"}, {"port", 5432}, {"protocol", "TCP"}}}}};
    merge_patch(json["spec"], spec);
    return kube::Object(std::move(json));
}

kube::Object member(const char* name, const char* ip) {
    return on_node(with_address(labelled(pod(name), "app", "db"), ip), "n1");
}

std::string addresses(const Json& subset, const char* list) {
    std::string text;
    for (const Json& address : array_at(subset, {list})) {
        text += string_at(address, {"ip"}) + " ";
    }
    return text;
}

TEST(EndpointSubsets, part_ready_from_other_addresses) {
    const Json subsets = endpoint_subsets(
        {.service = service(),
         .pods = {ready(member("db-0", "127.64.0.10")), ready(member("db-1", "127.64.0.9")),
                  member("db-2", "127.64.0.11")},
         .nodes = {}});
    ASSERT_EQ(subsets.size(), 1U);
    EXPECT_EQ(addresses(subsets[0], "addresses"), "127.64.0.9 127.64.0.10 ");
    EXPECT_EQ(addresses(subsets[0], "notReadyAddresses"), "127.64.0.11 ");
    EXPECT_EQ(subsets[0]["ports"][0], (Json{{"name", "pg"}, {"port", 5432}, {"protocol", "TCP"}}));
    EXPECT_EQ(subsets[0]["addresses"][0]["nodeName"], "n1");
}

TEST(EndpointSubsets, leave_out_terminating_finished_and_foreign_pods) {
    const kube::Object done =
        changed(member("db-1", "10.0.0.2"), {{"status", {{"phase", "Succeeded"}}}});
    EXPECT_TRUE(endpoint_subsets({.service = service(),
                                  .pods = {terminating(ready(member("db-0", "10.0.0.1"))), done,
                                           ready(with_address(pod("web"), "10.0.0.3"))},
                                  .nodes = {}})
                    .empty());
}

TEST(EndpointSubsets, publish_everything_when_asked) {
    const Json subsets = endpoint_subsets(
        {.service = service({{"publishNotReadyAddresses", true}}),
         .pods = {member("db-0", "10.0.0.1"), terminating(ready(member("db-1", "10.0.0.2")))},
         .nodes = {}});
    EXPECT_EQ(addresses(subsets[0], "addresses"), "10.0.0.1 10.0.0.2 ");
}

TEST(EndpointSubsets, resolve_named_ports_pod_by_pod) {
    const auto listening = [](const kube::Object& base, int port) {
        return changed(
            base,
            {{"spec",
              {{"containers", {{{"ports", {{{"name", "sql"}, {"containerPort", port}}}}}}}}}});
    };
    const Json subsets = endpoint_subsets(
        {.service = service({{"ports", {{{"port", 5432}, {"targetPort", "sql"}}}}}),
         .pods = {ready(listening(member("db-0", "10.0.0.1"), 5432)),
                  ready(listening(member("db-1", "10.0.0.2"), 6432)),
                  ready(member("db-2", "10.0.0.3"))},
         .nodes = {}});
    ASSERT_EQ(subsets.size(), 2U);
    EXPECT_EQ(subsets[0]["ports"][0]["port"], 5432);
    EXPECT_EQ(subsets[1]["ports"][0]["port"], 6432);
}

TEST(EndpointSubsets, name_pods_of_a_headless_service) {
    const kube::Object named = changed(ready(member("db-0", "10.0.0.1")),
                                       {{"spec", {{"hostname", "db-0"}, {"subdomain", "db"}}}});
    const Json subsets =
        endpoint_subsets({.service = service({{"clusterIP", "None"}, {"ports", nullptr}}),
                          .pods = {named},
                          .nodes = {}});
    ASSERT_EQ(subsets.size(), 1U);
    EXPECT_EQ(subsets[0]["addresses"][0]["hostname"], "db-0");
    EXPECT_FALSE(subsets[0].contains("ports"));
}

TEST(EndpointSlices, tell_the_state_of_terminating_pods) {
    const auto slices =
        endpoint_slices({.service = service(),
                         .pods = {terminating(ready(member("db-0", "10.0.0.1")))},
                         .nodes = {labelled(node("n1"), "topology.kubernetes.io/zone", "z")}});
    ASSERT_EQ(slices.size(), 1U);
    const Json& endpoint = slices[0]["endpoints"][0];
    EXPECT_EQ(endpoint["conditions"],
              (Json{{"ready", false}, {"serving", true}, {"terminating", true}}));
    EXPECT_EQ(endpoint["zone"], "z");
}

TEST(EndpointSlices, exist_without_any_endpoint) {
    const auto slices = endpoint_slices({.service = service(), .pods = {}, .nodes = {}});
    ASSERT_EQ(slices.size(), 1U);
    EXPECT_TRUE(slices[0]["endpoints"].empty());
}

TEST(EndpointSlices, hold_a_hundred_endpoints_each) {
    std::vector<kube::Object> pods;
    for (int at = 0; at < 150; ++at) {
        pods.push_back(ready(member("p", ("10.0.0." + std::to_string(at)).c_str())));
    }
    const auto slices = endpoint_slices({.service = service(), .pods = pods, .nodes = {}});
    ASSERT_EQ(slices.size(), 2U);
    EXPECT_EQ(slices[1]["endpoints"].size(), 50U);
}

}  // namespace
}  // namespace bestgres::fakekube::controllers
