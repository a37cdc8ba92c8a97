#include "fakekube/controllers/scheduling.hpp"

#include <gtest/gtest.h>

#include "fakekube/controllers/testing.hpp"

namespace bestgres::fakekube::controllers {
namespace {

using namespace testing;  // NOLINT: the words of this test

void put(NodeView& node, std::vector<kube::Object> pods) {
    for (const kube::Object& one : pods) {
        node.load.add(requests_of(one));
    }
    node.pods = std::move(pods);
}

SchedulingView three_nodes() {
    SchedulingView view;
    for (const char* name : {"a", "b", "c"}) {
        view.nodes.push_back({.node = node(name)});
    }
    return view;
}

kube::Object with_spec(const kube::Object& object, const Json& spec) {
    return changed(object, {{"spec", spec}});
}

kube::Object db_pod(const char* name) {
    return labelled(pod(name), "app", "db");
}

const Json apart = {{"affinity",
                     {{"podAntiAffinity",
                       {{"requiredDuringSchedulingIgnoredDuringExecution",
                         {{{"labelSelector", {{"matchLabels", {{"app", "db"}}}}},
                           {"topologyKey", "kubernetes.io/hostname"}}}}}}}}};

TEST(Scheduling, says_that_there_are_no_nodes) {
    EXPECT_EQ(choose_node(pod("p"), {}).message, "no nodes available to schedule pods");
}

TEST(Scheduling, prefers_the_emptier_node) {
    SchedulingView view = three_nodes();
    put(view.nodes[0], {pod("x")});
    EXPECT_EQ(choose_node(pod("p"), view).node, "b");
}

TEST(Scheduling, avoids_closed_and_tainted_nodes) {
    SchedulingView view = three_nodes();
    view.nodes[0].node = with_spec(view.nodes[0].node, {{"unschedulable", true}});
    view.nodes[1].node =
        with_spec(view.nodes[1].node, {{"taints", {{{"key", "gpu"}, {"effect", "NoSchedule"}}}}});
    EXPECT_EQ(choose_node(pod("p"), view).node, "c");

    view.nodes.pop_back();
    EXPECT_EQ(choose_node(pod("p"), view).message,
              "0/2 nodes are available: 1 node(s) had untolerated taint {gpu: }, "
              "1 node(s) were unschedulable.");
    const Json tolerant = {{"tolerations", {{{"key", "gpu"}, {"operator", "Exists"}}}}};
    EXPECT_EQ(choose_node(with_spec(pod("p"), tolerant), view).node, "b");
}

TEST(Scheduling, honours_node_selector_and_affinity) {
    SchedulingView view = three_nodes();
    view.nodes[2].node = labelled(view.nodes[2].node, "disk", "ssd");
    EXPECT_EQ(choose_node(with_spec(pod("p"), {{"nodeSelector", {{"disk", "ssd"}}}}), view).node,
              "c");
    const Json affinity = {
        {"affinity",
         {{"nodeAffinity",
           {{"requiredDuringSchedulingIgnoredDuringExecution",
             {{"nodeSelectorTerms",
               {{{"matchExpressions", {{{"key", "disk"}, {"operator", "DoesNotExist"}}}}}}}}}}}}}};
    EXPECT_EQ(choose_node(with_spec(pod("p"), affinity), view).node, "a");
}

TEST(Scheduling, counts_resources_of_what_runs_there) {
    SchedulingView view = three_nodes();
    view.nodes.resize(1);
    view.nodes[0].node = changed(view.nodes[0].node,
                                 {{"status", {{"allocatable", {{"cpu", "1"}, {"pods", "10"}}}}}});
    const auto asks = [](const char* cpu) {
        return with_spec(pod("p"),
                         {{"containers", {{{"resources", {{"requests", {{"cpu", cpu}}}}}}}}});
    };
    put(view.nodes[0], {asks("600m")});
    EXPECT_EQ(choose_node(asks("400m"), view).node, "a");
    EXPECT_EQ(choose_node(asks("500m"), view).message,
              "0/1 nodes are available: 1 Insufficient cpu.");
}

TEST(Scheduling, keeps_members_on_different_nodes) {
    SchedulingView view = three_nodes();
    put(view.nodes[0], {with_spec(db_pod("db-0"), apart)});
    put(view.nodes[1], {with_spec(db_pod("db-1"), apart)});
    EXPECT_EQ(choose_node(with_spec(db_pod("db-2"), apart), view).node, "c");
    // The running pods' rules bind newcomers without rules of their own.
    view.nodes.pop_back();
    EXPECT_EQ(choose_node(db_pod("db-3"), view).message,
              "0/2 nodes are available: 2 node(s) didn't satisfy existing pods anti-affinity "
              "rules.");
}

TEST(Scheduling, spreads_over_zones_within_the_skew) {
    SchedulingView view = three_nodes();
    view.nodes[0].node = labelled(view.nodes[0].node, "zone", "x");
    view.nodes[1].node = labelled(view.nodes[1].node, "zone", "x");
    view.nodes[2].node = labelled(view.nodes[2].node, "zone", "y");
    put(view.nodes[2], {pod("1"), pod("2"), pod("3")});
    put(view.nodes[0], {db_pod("db-0")});
    const Json spread = {{"topologySpreadConstraints",
                          {{{"maxSkew", 1},
                            {"topologyKey", "zone"},
                            {"whenUnsatisfiable", "DoNotSchedule"},
                            {"labelSelector", {{"matchLabels", {{"app", "db"}}}}}}}}};
    EXPECT_EQ(choose_node(with_spec(db_pod("db-1"), spread), view).node, "c");
}

TEST(Scheduling, follows_wishes_where_it_can) {
    SchedulingView view = three_nodes();
    put(view.nodes[0], {db_pod("db-0")});
    put(view.nodes[1], {pod("1"), pod("2")});
    view.nodes.pop_back();
    const Json wish = {{"affinity",
                        {{"podAntiAffinity",
                          {{"preferredDuringSchedulingIgnoredDuringExecution",
                            {{{"weight", 100},
                              {"podAffinityTerm",
                               {{"labelSelector", {{"matchLabels", {{"app", "db"}}}}},
                                {"topologyKey", "kubernetes.io/hostname"}}}}}}}}}}};
    EXPECT_EQ(choose_node(with_spec(db_pod("db-1"), wish), view).node, "b");
}

kube::Object uses_claim(const kube::Object& object) {
    const Json volume = {{"persistentVolumeClaim", {{"claimName", "data"}}}};
    return with_spec(object, {{"volumes", Json::array({volume})}});
}

kube::Object volume_on(const char* node_name) {
    const Json expression = {{"key", "kubernetes.io/hostname"},
                             {"operator", "In"},
                             {"values", Json::array({node_name})}};
    const Json term = {{"matchExpressions", Json::array({expression})}};
    Json volume = object_json("v1", "PersistentVolume", "pv");
    volume["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"] = Json::array({term});
    return kube::Object(std::move(volume));
}

TEST(Scheduling, follows_a_volume_that_is_bound_to_a_node) {
    SchedulingView view = three_nodes();
    const kube::Object user = uses_claim(pod("p"));
    EXPECT_EQ(choose_node(user, view).message,
              "0/3 nodes are available: persistentvolumeclaim \"data\" not found.");
    Json claim = object_json("v1", "PersistentVolumeClaim", "data");
    claim["spec"]["volumeName"] = "pv";
    claim["metadata"]["annotations"]["pv.kubernetes.io/bind-completed"] = "yes";
    view.claims.emplace("data", kube::Object(claim));
    view.volumes.emplace("pv", volume_on("c"));
    EXPECT_EQ(choose_node(user, view).node, "c");
}

TEST(Scheduling, tells_unbound_claims_which_node_was_chosen) {
    SchedulingView view = three_nodes();
    const kube::Object user = uses_claim(pod("p"));
    Json claim = object_json("v1", "PersistentVolumeClaim", "data");
    claim["spec"]["storageClassName"] = "late";
    view.claims.emplace("data", kube::Object(claim));
    EXPECT_EQ(choose_node(user, view).message,
              "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims.");
    Json late = object_json("storage.k8s.io/v1", "StorageClass", "late");
    late["volumeBindingMode"] = "WaitForFirstConsumer";
    view.classes.emplace("late", kube::Object(late));
    EXPECT_EQ(choose_node(user, view).waiting_claims, std::vector<std::string>{"data"});
}

}  // namespace
}  // namespace bestgres::fakekube::controllers
