// A BGShardedCluster and its groups: made, told apart, at rest, shrunk and deleted, with a Citus
// that does what it is told.
#include <gtest/gtest.h>

#include <algorithm>

#include "lib/base/yaml.hpp"
#include "operator/api/sharded.hpp"
#include "operator/api/sharded_operation.hpp"
#include "operator/core/member_testing.hpp"
#include "operator/core/neighbours.hpp"

namespace bestgres::core {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::bring_up;
using testing::ref;
using testing::Rig;

const kube::Ref whole = ref(kube::kinds::bg_sharded_cluster, "shop");

kube::Ref group_ref(const std::string& name) {
    return ref(kube::kinds::bg_cluster, name);
}

// Citus as one table that all nodes share. All members of a rig have one address: a command is
// about the last group.
struct TinyCitus {
    struct Node {
        bool takes_shards = true;
        bool active = true;
        int shards = 0;
    };
    std::map<int, Node> nodes;
    std::vector<std::string> commands;

    postgres::Row row(int group) const {
        const auto flag = [](bool value) { return std::string(value ? "t" : "f"); };
        const Node& node = nodes.at(group);
        return {std::to_string(group + 1),
                std::to_string(group),
                "10.0.0.1",
                "5432",
                "primary",
                flag(node.active),
                "t",
                "t",
                flag(node.takes_shards)};
    }

    std::vector<postgres::Row> answer(const postgres::Statement& statement) {
        std::vector<postgres::Row> rows;
        if (statement.id == "citus.nodes") {
            for (const auto& [group, node] : nodes) {
                rows.push_back(row(group));
            }
        } else if (statement.id == "citus.placements") {
            for (const auto& [group, node] : nodes) {
                rows.push_back({std::to_string(group), std::to_string(node.shards), "0"});
            }
        } else if (statement.id == "citus.tables") {
            rows = {{"bytes", "", "1000"}, {"replicas", "", "1"}, {"local", "", "0"}};
        } else if (statement.id == "citus.moves") {
            rows = {{"8"}};
        } else if (statement.id == "citus.shouldhaveshards") {
            nodes.rbegin()->second.takes_shards = statement.text.find("true") != std::string::npos;
        } else if (statement.id == "citus.disable") {
            nodes.rbegin()->second.active = false;
        } else if (statement.id == "citus.rebalance") {
            if (statement.text.find("drain_only => true") != std::string::npos) {
                nodes[1].shards += std::exchange(nodes.rbegin()->second.shards, 0);
            } else {
                nodes.rbegin()->second.shards = 8;
                nodes[1].shards -= 8;
            }
            rows = {{"1"}};
        } else if (statement.id == "citus.remove") {
            nodes.erase(std::prev(nodes.end()));
        }
        const bool is_command = statement.text.find("SELECT pg_catalog.citus_") == 0;
        if (is_command) {
            commands.push_back(statement.id);
        }
        return rows;
    }

    Result<postgres::Rows, postgres::Failure> operator()(const postgres::Call& call) {
        postgres::Rows rows;
        for (const postgres::Statement& statement : call.statements) {
            rows.of_statement.push_back(answer(statement));
        }
        return rows;
    }
};

struct Shop {
    Rig rig;
    std::shared_ptr<TinyCitus> citus = std::make_shared<TinyCitus>();

    explicit Shop(int shards = 2) {
        rig.patroni = [](const patroni::Call&) {
            return patroni::Reply{200, R"({"state": "running", "server_version": 150020,
                "role": "primary", "patroni": {"version": "4.1.4", "scope": "shop"}})"};
        };
        rig.sql = [citus = citus](const postgres::Call& call) { return (*citus)(call); };
        const Result<Json> spec = parse_yaml(
            "database: app\n"
            "coordinator: {image: {tag: 'p:16'}, volumeSpec: {persistentVolumeSize: 1Gi}}\n"
            "workers: {image: {tag: 'p:16'}, volumeSpec: {persistentVolumeSize: 1Gi}}\n"
            "shards: " +
            std::to_string(shards) + "\n");
        rig.server.put(whole, {{"metadata", {{"generation", 1}}}, {"spec", *spec}});
        rig.run_for(seconds(5));
    }

    void start(const std::string& group, int number, int shards) {
        bring_up(rig, group, 1);
        citus->nodes[number].shards = shards;
        rig.run_for(seconds(5));
    }

    Json status() const {
        const kube::Object* const found = rig.server.find(whole);
        return found == nullptr ? Json() : object_at(found->json(), {"status"});
    }

    // Generations are an API server's to count: this one does not.
    void ask(int shards) {
        rig.server.edit(whole, [shards](Json& json) {
            json["spec"]["shards"] = shards;
            json["metadata"]["generation"] = json["metadata"]["generation"].get<int>() + 1;
        });
        rig.run_for(seconds(5));
    }
};

Shop running() {
    Shop shop;
    shop.start("shop-coordinator", 0, 0);
    shop.start("shop-worker-0", 1, 16);
    shop.start("shop-worker-1", 2, 16);
    shop.rig.run_for(seconds(60));
    EXPECT_EQ(string_at(shop.status(), {"phase"}), "Running") << dump(shop.status());
    return shop;
}

TEST(Sharded, its_groups_are_made_and_each_is_reconciled) {
    Shop shop;
    for (const char* group : {"shop-coordinator", "shop-worker-0", "shop-worker-1"}) {
        ASSERT_NE(shop.rig.server.find(group_ref(group)), nullptr) << group;
        EXPECT_NE(shop.rig.server.find(ref(kube::kinds::stateful_set, group)), nullptr) << group;
    }
    EXPECT_TRUE(shop.rig.server.find(whole)->has_finalizer(api::sharded_finalizer));
    EXPECT_EQ(string_at(shop.status(), {"phase"}), "Creating");
}

TEST(Sharded, at_rest_nothing_is_written_and_nobody_is_asked) {
    Shop shop = running();
    shop.rig.calls.clear();
    shop.rig.run_for(minutes(10));
    EXPECT_EQ(shop.rig.calls, std::vector<std::string>{});
}

TEST(Sharded, a_group_without_a_primary_degrades_the_whole) {
    Shop shop = running();
    shop.rig.server.edit(ref(kube::kinds::config_map, "shop-1-leader"),
                         [](Json& json) { json["metadata"]["annotations"]["leader"] = "nobody"; });
    shop.rig.run_for(seconds(5));
    EXPECT_EQ(string_at(shop.status(), {"phase"}), "Degraded");
    shop.rig.server.edit(ref(kube::kinds::config_map, "shop-1-leader"), [](Json& json) {
        json["metadata"]["annotations"]["leader"] = "shop-worker-0-0";
    });
    shop.rig.run_for(seconds(10));
    EXPECT_EQ(string_at(shop.status(), {"phase"}), "Running");
}

// The watch that would tell of the other writer is stalled.
TEST(Sharded, is_read_again_when_its_status_meets_another_writer_twice) {
    Shop shop = running();
    const std::uint64_t looks = shop.rig.core().metrics(shop.rig.now()).looks;
    int refused = 0;
    shop.rig.server.fault = [&refused](const kube::Call& call) -> std::optional<kube::Error> {
        const auto* const replace = std::get_if<kube::Replace>(&call);
        if (replace == nullptr || replace->kind != kube::kinds::bg_sharded_cluster ||
            ++refused > 2) {
            return std::nullopt;
        }
        kube::Error error;
        error.code = kube::ErrorCode::conflict;
        return error;
    };
    shop.rig.server.edit(whole, [](Json& json) { json["status"]["phase"] = "Degraded"; });
    shop.rig.run_for(seconds(5));

    EXPECT_EQ(refused, 3);
    EXPECT_GT(shop.rig.core().metrics(shop.rig.now()).looks, looks);
}

TEST(Sharded, groups_follow_an_edit) {
    Shop shop = running();
    shop.rig.server.edit(whole, [](Json& json) {
        json["spec"]["workers"]["postgresql"]["parameters"]["work_mem"] = "8MB";
        json["metadata"]["generation"] = 2;
    });
    shop.rig.run_for(seconds(10));
    const auto work_mem = [&shop](const std::string& group) {
        return string_at(shop.rig.server.find(group_ref(group))->json(),
                         {"spec", "postgresql", "parameters", "work_mem"});
    };
    EXPECT_EQ(work_mem("shop-worker-0"), "8MB");
    EXPECT_EQ(work_mem("shop-worker-1"), "8MB");
    EXPECT_EQ(work_mem("shop-coordinator"), "");
}

TEST(Sharded, a_shard_is_emptied_stopped_forgotten_and_only_then_deleted) {
    Shop shop = running();
    shop.ask(1);
    shop.rig.run_for(seconds(30));
    EXPECT_EQ(shop.citus->commands, (std::vector<std::string>{"citus.shouldhaveshards",
                                                              "citus.rebalance", "citus.disable"}));
    EXPECT_EQ(shop.citus->nodes.at(1).shards, 32);
    EXPECT_EQ(shop.rig.server.find(group_ref("shop-worker-1"))->json()["spec"]["hibernate"], true);
    EXPECT_NE(shop.rig.server.find(ref(kube::kinds::config_map, "shop-2-leader")), nullptr)
        << "its pod is still there";

    shop.rig.server.erase(ref(kube::kinds::pod, "shop-worker-1-0"));
    shop.rig.server.edit(group_ref("shop-worker-1"), [](Json& json) {
        json["status"]["observedGeneration"] = json["metadata"].value("generation", 0);
    });
    shop.rig.run_for(seconds(10));
    EXPECT_EQ(shop.rig.server.find(ref(kube::kinds::config_map, "shop-2-leader")), nullptr);
    EXPECT_FALSE(shop.citus->nodes.contains(2));
    EXPECT_NE(shop.rig.server.find(group_ref("shop-worker-1")), nullptr)
        << "Patroni may bring it back for two loops";

    shop.rig.run_for(seconds(60));
    EXPECT_EQ(shop.rig.server.find(group_ref("shop-worker-1")), nullptr);
    EXPECT_EQ(string_at(shop.status(), {"phase"}), "Running") << dump(shop.status());
    EXPECT_FALSE(shop.status().contains("removal"));
}

TEST(Sharded, a_shard_that_is_new_gets_its_share) {
    Shop shop = running();
    shop.ask(3);
    shop.start("shop-worker-2", 3, 0);
    shop.rig.run_for(seconds(60));
    EXPECT_EQ(shop.citus->commands, std::vector<std::string>{"citus.rebalance"});
    EXPECT_EQ(shop.citus->nodes.at(3).shards, 8);
    EXPECT_EQ(string_at(shop.status(), {"phase"}), "Running") << dump(shop.status());
}

TEST(Sharded, a_command_that_fails_is_not_repeated_at_once) {
    Shop shop = running();
    int commands = 0;
    shop.rig.sql = [citus = shop.citus, &commands](
                       const postgres::Call& call) -> Result<postgres::Rows, postgres::Failure> {
        if (call.statements.front().id == "session.limits") {
            ++commands;
            return postgres::Failure{.index = 1, .sqlstate = "55P03", .message = "no lock"};
        }
        return (*citus)(call);
    };
    shop.ask(1);
    shop.rig.run_for(minutes(2));
    EXPECT_GE(commands, 3);
    EXPECT_LE(commands, 12);
    EXPECT_NE(dump(shop.status()).find("no lock"), std::string::npos);
}

TEST(Sharded, a_command_without_effect_is_not_repeated_at_once) {
    Shop shop = running();
    int commands = 0;
    shop.rig.sql = [citus = shop.citus, &commands](
                       const postgres::Call& call) -> Result<postgres::Rows, postgres::Failure> {
        if (call.statements.front().id == "session.limits") {
            ++commands;
            return postgres::Rows{.of_statement = {{}, {}}};
        }
        return (*citus)(call);
    };
    shop.ask(1);
    shop.rig.run_for(minutes(10));
    EXPECT_GE(commands, 3);
    EXPECT_LE(commands, 16);
}

const kube::Ref restart = ref(kube::kinds::bg_sharded_db_ops, "up");

void ask_for_restart(Rig& rig) {
    rig.server.put(
        restart, {{"metadata", {{"generation", 1}}},
                  {"spec",
                   {{"bgShardedCluster", "shop"},
                    {"bgDbOpsSpec", {{"op", "restart"}, {"restart", {{"onlyPending", true}}}}}}}});
}

Json report(const Rig& rig) {
    return object_at(rig.server.find(restart)->json(), {"status"});
}

TEST(Sharded, an_operation_goes_through_the_groups_one_by_one_and_says_so) {
    Shop shop = running();
    ask_for_restart(shop.rig);
    shop.rig.run_for(minutes(1));
    const Json told = report(shop.rig);
    EXPECT_EQ(string_at(told, {"phase"}), "Completed") << dump(told);
    EXPECT_EQ(string_at(told, {"step"}), "3/3");
    const kube::Object* const last =
        shop.rig.server.find(ref(kube::kinds::bg_db_ops, "up-shop-coordinator"));
    ASSERT_NE(last, nullptr);
    EXPECT_EQ(last->text_at({"status", "phase"}), "Completed");
    const auto made = std::ranges::count_if(shop.rig.calls, [](const std::string& call) {
        return call.find("create BGDbOps") != std::string::npos;
    });
    EXPECT_EQ(made, 3) << dump(Json(shop.rig.calls));
    shop.rig.calls.clear();
    shop.rig.run_for(minutes(10));
    EXPECT_EQ(shop.rig.calls, std::vector<std::string>{});
}

TEST(Sharded, an_operation_without_a_cluster_says_that_there_is_none) {
    Rig rig;
    ask_for_restart(rig);
    rig.run_for(minutes(1));
    EXPECT_EQ(string_at(report(rig), {"message"}), "there is no BGShardedCluster shop");
    rig.calls.clear();
    rig.run_for(minutes(10));
    EXPECT_EQ(rig.calls, std::vector<std::string>{});
}

TEST(Sharded, is_known_by_the_names_of_its_groups_and_of_their_objects) {
    Store store;
    store.put(whole, kube::Object(Json{{"metadata", {{"name", "shop"}, {"namespace", "shop"}}}}),
              Instant{1});
    const std::set<ClusterKey> shop{{"shop", "shop"}};
    for (const char* name : {"shop", "shop-coordinator", "shop-worker-7", "shop-2"}) {
        EXPECT_EQ(sharded_of(store, {"shop", name}), shop) << name;
    }
    for (const char* name : {"other", "other-worker-0", "shopping-2"}) {
        EXPECT_EQ(sharded_of(store, {"shop", name}), std::set<ClusterKey>{}) << name;
    }
}

}  // namespace
}  // namespace bestgres::core
