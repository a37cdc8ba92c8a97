#include "fakekube/controllers/controller_manager.hpp"

#include <gtest/gtest.h>

#include "fakekube/controllers/world.hpp"

namespace bestgres::fakekube::controllers {
namespace {

using namespace testing;  // NOLINT: the words of this test
using Names = std::vector<std::string>;

Json pod_template() {
    return {
        {"metadata", {{"labels", {{"app", "db"}}}}},
        {"spec", {{"containers", Json::array({Json{{"name", "c"}, {"image", "postgres:15"}}})}}}};
}

Json stateful_set(int replicas) {
    const Json claim = {{"metadata", {{"name", "data"}}},
                        {"spec",
                         {{"accessModes", Json::array({"ReadWriteOnce"})},
                          {"resources", {{"requests", {{"storage", "1Gi"}}}}}}}};
    return {{"metadata", {{"name", "db"}}},
            {"spec",
             {{"replicas", replicas},
              {"serviceName", "db"},
              {"podManagementPolicy", "Parallel"},
              {"updateStrategy", {{"type", "OnDelete"}}},
              {"selector", {{"matchLabels", {{"app", "db"}}}}},
              {"template", pod_template()},
              {"volumeClaimTemplates", Json::array({claim})}}}};
}

Json deployment(int replicas) {
    return {{"metadata", {{"name", "web"}}},
            {"spec",
             {{"replicas", replicas},
              {"selector", {{"matchLabels", {{"app", "db"}}}}},
              {"template", pod_template()}}}};
}

Json service() {
    return {
        {"metadata", {{"name", "db"}}},
        {"spec", {{"selector", {{"app", "db"}}}, {"ports", Json::array({Json{{"port", 5432}}})}}}};
}

World three_nodes(ControllerManagerOptions options = World::with_standard_class()) {
    World world(std::move(options));
    for (const char* name : {"n1", "n2", "n3"}) {
        world.add_node(name);
    }
    return world;
}

TEST(ControllerManager, brings_a_stateful_set_up) {
    World world = three_nodes();
    ASSERT_EQ(world.create(kinds::stateful_set, stateful_set(3)), "");

    EXPECT_EQ(world.names(kinds::pod), (Names{"db-0", "db-1", "db-2"}));
    Names nodes;
    for (const char* name : {"db-0", "db-1", "db-2"}) {
        nodes.push_back(string_at(world.get(kinds::pod, name), {"spec", "nodeName"}));
        const Json claim = world.get(kinds::persistent_volume_claim, "data-" + std::string(name));
        EXPECT_EQ(string_at(claim, {"status", "phase"}), "Bound");
        EXPECT_EQ(string_at(claim, {"spec", "storageClassName"}), "standard");
    }
    std::sort(nodes.begin(), nodes.end());
    EXPECT_EQ(nodes, (Names{"n1", "n2", "n3"}));
    EXPECT_EQ(world.run_pod("db-0", "10.0.0.1"), "");
    EXPECT_EQ(find_int(world.get(kinds::stateful_set, "db"), {"status", "readyReplicas"}), 1);
}

TEST(ControllerManager, replaces_a_pod_only_when_it_is_really_gone) {
    World world = three_nodes();
    world.create(kinds::stateful_set, stateful_set(1));
    world.run_pod("db-0", "10.0.0.1");
    const std::string uid = string_at(world.get(kinds::pod, "db-0"), {"metadata", "uid"});

    world.remove(kinds::pod, "db-0");
    world.pass(std::chrono::minutes(10));
    EXPECT_EQ(string_at(world.get(kinds::pod, "db-0"), {"metadata", "uid"}), uid);

    world.finish_pod("db-0");
    EXPECT_NE(string_at(world.get(kinds::pod, "db-0"), {"metadata", "uid"}), uid);
}

TEST(ControllerManager, leads_services_to_ready_pods) {
    World world = three_nodes();
    ASSERT_EQ(world.create(kinds::service, service()), "");
    world.create(kinds::stateful_set, stateful_set(2));
    world.run_pod("db-0", "10.0.0.1");

    const Json endpoints = world.get(kinds::endpoints, "db");
    ASSERT_EQ(array_at(endpoints, {"subsets"}).size(), 1U) << dump(endpoints);
    EXPECT_EQ(endpoints["subsets"][0]["addresses"][0]["ip"], "10.0.0.1");
    const Names slices = world.names(kinds::endpoint_slice);
    ASSERT_GE(slices.size(), 1U);

    world.remove(kinds::pod, "db-0");
    EXPECT_TRUE(array_at(world.get(kinds::endpoints, "db"), {"subsets"}).empty());
    world.remove(kinds::service, "db");
    EXPECT_TRUE(world.get(kinds::endpoints, "db").is_null());
    EXPECT_LT(world.names(kinds::endpoint_slice).size(), slices.size());
}

// The ready addresses of a Service named "db" by the slices that are its own.
Names slice_addresses(const World& world) {
    const Json service = world.get(kinds::service, "db");
    Names found;
    for (const std::string& name : world.names(kinds::endpoint_slice)) {
        const Json slice = world.get(kinds::endpoint_slice, name);
        const Json& owners = array_at(slice, {"metadata", "ownerReferences"});
        if (owners.empty() || owners[0]["uid"] != service["metadata"]["uid"]) {
            continue;
        }
        for (const Json& endpoint : array_at(slice, {"endpoints"})) {
            if (find_bool(endpoint, {"conditions", "ready"}).value_or(false)) {
                found.push_back(endpoint["addresses"][0].get<std::string>());
            }
        }
    }
    return found;
}

TEST(ControllerManager, a_service_that_is_made_anew_gets_slices_of_its_own) {
    World world = three_nodes();
    world.create(kinds::service, service());
    world.create(kinds::stateful_set, stateful_set(1));
    world.run_pod("db-0", "10.0.0.1");
    ASSERT_EQ(slice_addresses(world), Names{"10.0.0.1"});

    world.remove_unsettled(kinds::service, "db");
    ASSERT_EQ(world.create(kinds::service, service()), "");
    EXPECT_EQ(slice_addresses(world), Names{"10.0.0.1"});
    EXPECT_EQ(world.names(kinds::endpoint_slice).size(), 1U);
}

TEST(ControllerManager, a_slice_that_somebody_removes_or_empties_comes_back) {
    World world = three_nodes();
    world.create(kinds::service, service());
    world.create(kinds::stateful_set, stateful_set(1));
    world.run_pod("db-0", "10.0.0.1");
    const std::string slice = world.names(kinds::endpoint_slice).at(0);

    EXPECT_EQ(world.remove(kinds::endpoint_slice, slice), "");
    EXPECT_EQ(slice_addresses(world), Names{"10.0.0.1"});
    const std::string next = world.names(kinds::endpoint_slice).at(0);
    EXPECT_EQ(world.patch(kinds::endpoint_slice, next, {{"endpoints", Json::array()}}), "");
    EXPECT_EQ(slice_addresses(world), Names{"10.0.0.1"});
}

TEST(ControllerManager, rolls_a_deployment) {
    World world = three_nodes();
    ASSERT_EQ(world.create(kinds::deployment, deployment(2)), "");
    const auto run_all = [&world] {
        for (const std::string& name : world.names(kinds::pod)) {
            world.run_pod(name, "10.0.0.1");
        }
    };
    run_all();
    EXPECT_EQ(find_int(world.get(kinds::deployment, "web"), {"status", "availableReplicas"}), 2);

    world.patch(kinds::deployment, "web",
                {{"spec", {{"template", {{"metadata", {{"annotations", {{"v", "2"}}}}}}}}}});
    for (int round = 0; round < 6; ++round) {
        run_all();
        for (const std::string& name : world.names(kinds::pod)) {
            if (world.get(kinds::pod, name)["metadata"].contains("deletionTimestamp")) {
                world.finish_pod(name);
            }
        }
    }
    const Json web = world.get(kinds::deployment, "web");
    EXPECT_EQ(find_int(web, {"status", "updatedReplicas"}), 2);
    EXPECT_EQ(find_int(web, {"status", "replicas"}), 2);
    EXPECT_EQ(world.names(kinds::replica_set).size(), 2U);
}

TEST(ControllerManager, grows_a_bound_claim) {
    World world = three_nodes();
    world.create(kinds::stateful_set, stateful_set(1));
    ASSERT_EQ(world.patch(kinds::persistent_volume_claim, "data-db-0",
                          {{"spec", {{"resources", {{"requests", {{"storage", "2Gi"}}}}}}}}),
              "");
    const Json claim = world.get(kinds::persistent_volume_claim, "data-db-0");
    EXPECT_EQ(string_at(claim, {"status", "capacity", "storage"}), "2Gi");
}

TEST(ControllerManager, reclaims_what_nobody_claims) {
    World world = three_nodes();
    world.create(kinds::stateful_set, stateful_set(1));
    world.remove(kinds::persistent_volume_claim, "data-db-0");
    EXPECT_FALSE(world.get(kinds::persistent_volume_claim, "data-db-0").is_null());
    world.remove(kinds::stateful_set, "db");
    world.finish_pod("db-0");
    EXPECT_TRUE(world.get(kinds::persistent_volume_claim, "data-db-0").is_null());
    EXPECT_TRUE(world.names(kinds::persistent_volume).empty());
}

TEST(ControllerManager, makes_claim_and_pod_anew_when_the_claim_was_deleted_first) {
    World world;
    world.add_node("n1");
    world.create(kinds::stateful_set, stateful_set(2));
    ASSERT_EQ(world.run_pod("db-1", "10.0.0.1"), "");
    const std::string old_pod = string_at(world.get(kinds::pod, "db-1"), {"metadata", "uid"});
    const Json old_claim = world.get(kinds::persistent_volume_claim, "data-db-1");
    world.remove(kinds::persistent_volume_claim, "data-db-1");
    world.remove(kinds::pod, "db-1");
    world.finish_pod("db-1");
    world.pass(std::chrono::seconds(60));
    const Json claim = world.get(kinds::persistent_volume_claim, "data-db-1");
    EXPECT_NE(string_at(claim, {"metadata", "uid"}), string_at(old_claim, {"metadata", "uid"}));
    EXPECT_EQ(string_at(claim, {"status", "phase"}), "Bound") << dump(claim);
    EXPECT_NE(string_at(world.get(kinds::pod, "db-1"), {"metadata", "uid"}), old_pod);
}

TEST(ControllerManager, gives_up_a_silent_node_step_by_step) {
    World world = three_nodes();
    world.create(kinds::service, service());
    world.create(kinds::stateful_set, stateful_set(1));
    world.run_pod("db-0", "10.0.0.1");
    const std::string node = string_at(world.get(kinds::pod, "db-0"), {"spec", "nodeName"});

    world.pass(std::chrono::seconds(39));
    EXPECT_TRUE(array_at(world.get(kinds::node, node), {"spec", "taints"}).empty());
    world.pass(std::chrono::seconds(2));
    EXPECT_EQ(array_at(world.get(kinds::node, node), {"spec", "taints"}).size(), 2U);
    EXPECT_TRUE(world.get(kinds::endpoints, "db")["subsets"][0].contains("notReadyAddresses"));

    world.pass(std::chrono::seconds(295));
    EXPECT_FALSE(world.get(kinds::pod, "db-0")["metadata"].contains("deletionTimestamp"));
    world.pass(std::chrono::seconds(10));
    EXPECT_TRUE(world.get(kinds::pod, "db-0")["metadata"].contains("deletionTimestamp"));
    world.pass(std::chrono::hours(1));
    EXPECT_FALSE(world.get(kinds::pod, "db-0").is_null()) << "never removed by force";

    const Json taint = {{"key", "node.kubernetes.io/out-of-service"}, {"effect", "NoExecute"}};
    Json taints = array_at(world.get(kinds::node, node), {"spec", "taints"});
    taints.push_back(taint);
    world.patch(kinds::node, node, {{"spec", {{"taints", taints}}}});
    EXPECT_EQ(string_at(world.get(kinds::pod, "db-0"), {"status", "phase"}), "Pending");
}

TEST(ControllerManager, waits_a_whole_grace_period_after_a_restart) {
    World world = three_nodes();
    world.pass(std::chrono::seconds(30));
    world.manager().restart();
    world.pass(std::chrono::seconds(30));
    EXPECT_TRUE(array_at(world.get(kinds::node, "n1"), {"spec", "taints"}).empty());
    world.pass(std::chrono::seconds(15));
    EXPECT_FALSE(array_at(world.get(kinds::node, "n1"), {"spec", "taints"}).empty());
}

TEST(ControllerManager, sees_late_what_its_lag_hides) {
    ControllerManagerOptions options = World::with_standard_class();
    options.lag["endpoint-controller"] = std::chrono::seconds(5);
    World world = three_nodes(std::move(options));
    world.pass(std::chrono::seconds(10));
    world.create(kinds::service, service());
    EXPECT_TRUE(world.get(kinds::endpoints, "db").is_null());
    EXPECT_LE(*world.manager().next_due(), world.now() + std::chrono::seconds(5));
    world.pass(std::chrono::seconds(5));
    EXPECT_FALSE(world.get(kinds::endpoints, "db").is_null());
}

TEST(ControllerManager, runs_a_job_to_its_end) {
    World world = three_nodes();
    Json job = {{"metadata", {{"name", "backup"}}}, {"spec", {{"template", pod_template()}}}};
    job["spec"]["template"]["spec"]["restartPolicy"] = "Never";
    ASSERT_EQ(world.create(kinds::job, job), "");
    ASSERT_EQ(world.names(kinds::pod).size(), 1U);
    world.patch(kinds::pod, world.names(kinds::pod)[0], {{"status", {{"phase", "Succeeded"}}}},
                "status");
    const Json done = world.get(kinds::job, "backup");
    EXPECT_EQ(find_int(done, {"status", "succeeded"}), 1) << dump(done);
    EXPECT_EQ(string_at(done, {"status", "conditions", "0", "type"}, "Complete"), "Complete");
    EXPECT_FALSE(array_at(done, {"status", "conditions"}).empty());
}

std::uint64_t trace_of_a_day() {
    World world = three_nodes();
    world.create(kinds::service, service());
    world.create(kinds::stateful_set, stateful_set(3));
    world.create(kinds::deployment, deployment(3));
    for (const char* name : {"db-0", "db-1", "db-2"}) {
        world.run_pod(name, "10.0.0.1");
    }
    world.pass(std::chrono::minutes(10));
    world.remove(kinds::stateful_set, "db");
    world.pass(std::chrono::hours(1));
    return world.trace();
}

TEST(ControllerManager, does_the_same_twice) {
    EXPECT_EQ(trace_of_a_day(), trace_of_a_day());
}

TEST(ControllerManager, goes_on_alike_in_a_copy) {
    World world = three_nodes();
    world.create(kinds::stateful_set, stateful_set(2));
    World copy = world;
    for (World* one : {&world, &copy}) {
        one->create(kinds::service, service());
        one->run_pod("db-1", "10.0.0.2");
        one->pass(std::chrono::minutes(7));
    }
    EXPECT_EQ(world.trace(), copy.trace());
}

TEST(ControllerManager, writes_nothing_when_nothing_happens) {
    World world = three_nodes();
    world.create(kinds::service, service());
    world.create(kinds::stateful_set, stateful_set(3));
    world.create(kinds::deployment, deployment(3));
    const std::uint64_t version = world.server().version();
    for (int round = 0; round < 1000; ++round) {
        world.settle();
    }
    EXPECT_EQ(world.server().version(), version);
    world.manager().restart();
    world.settle();
    EXPECT_EQ(world.server().version(), version);
}

TEST(ControllerManager, leaves_a_copy_alone_when_the_original_goes_on) {
    World world = three_nodes();
    world.create(kinds::stateful_set, stateful_set(1));
    World copy = world;

    world.patch(kinds::stateful_set, "db", {{"spec", {{"replicas", 3}}}});
    copy.settle();

    EXPECT_EQ(world.names(kinds::pod).size(), 3U);
    EXPECT_EQ(copy.names(kinds::pod).size(), 1U);
    copy.patch(kinds::stateful_set, "db", {{"spec", {{"replicas", 2}}}});
    EXPECT_EQ(copy.names(kinds::pod).size(), 2U);
}

TEST(ControllerManager, acts_on_what_happened_while_it_had_nothing_to_do) {
    World world = three_nodes();
    world.create(kinds::service, service());
    world.create(kinds::stateful_set, stateful_set(1));
    for (int round = 0; round < 100; ++round) {
        world.create(kinds::config_map, {{"metadata", {{"name", "m" + std::to_string(round)}}}});
    }

    world.run_pod("db-0", "10.0.0.7");

    EXPECT_EQ(world.get(kinds::endpoints, "db")["subsets"][0]["addresses"][0]["ip"], "10.0.0.7");
}

TEST(ControllerManager, goes_on_later_when_its_looks_are_used_up) {
    World whole = three_nodes();
    World sliced = whole;
    const Json set = stateful_set(3);
    whole.create(kinds::stateful_set, set);
    sliced.create_unsettled(kinds::stateful_set, set);

    int runs = 0;
    do {
        sliced.manager().run(sliced.server(), sliced.now(), 1);
        ++runs;
    } while (sliced.manager().next_due() == sliced.now() && runs < 1000);

    EXPECT_GT(runs, 10);
    EXPECT_EQ(sliced.names(kinds::pod), whole.names(kinds::pod));
}

// With a thousand clusters that are made at once, a look at every waiting pod for each claim took a
// core for minutes.
TEST(ControllerManager, looks_at_a_waiting_pod_only_for_what_it_waits_for) {
    World world;
    for (int number = 0; number < 50; ++number) {
        const std::string name = "p" + std::to_string(number);
        const Json volume = {{"name", "v"}, {"persistentVolumeClaim", {{"claimName", name}}}};
        world.create(kinds::pod,
                     {{"metadata", {{"name", name}}},
                      {"spec",
                       {{"containers", Json::array({Json{{"name", "c"}, {"image", "i"}}})},
                        {"volumes", Json::array({volume})}}}});
    }
    world.add_node("n1");
    const Json claim = {{"metadata", {{"name", "p7"}}},
                        {"spec",
                         {{"accessModes", {"ReadWriteOnce"}},
                          {"resources", {{"requests", {{"storage", "1Gi"}}}}}}}};
    ASSERT_EQ(world.create_unsettled(kinds::persistent_volume_claim, claim), "");
    // All controllers together: the claim, its volume, its pod. Fifty pods would need more.
    int rounds = 0;
    do {
        world.manager().run(world.server(), world.now(), 5);
        ++rounds;
    } while (world.manager().next_due() == world.now() && rounds < 100);
    EXPECT_LT(rounds, 8);
    EXPECT_EQ(world.get(kinds::pod, "p7")["spec"]["nodeName"], "n1");
    EXPECT_FALSE(world.get(kinds::pod, "p8")["spec"].contains("nodeName"));
}

TEST(ControllerManager, follows_a_pod_into_and_out_of_a_service) {
    World world = three_nodes();
    world.create(kinds::service, service());
    world.create(kinds::stateful_set, stateful_set(1));
    world.run_pod("db-0", "10.0.0.7");
    const Json before = world.get(kinds::endpoints, "db");

    world.patch(kinds::pod, "db-0", {{"metadata", {{"labels", {{"app", "other"}}}}}});

    EXPECT_EQ(before["subsets"].size(), 1U);
    EXPECT_EQ(array_at(world.get(kinds::endpoints, "db"), {"subsets"}).size(), 0U);
}

}  // namespace
}  // namespace bestgres::fakekube::controllers
