#include <gtest/gtest.h>

#include "operator/plan/bootstrap_sql.hpp"
#include "operator/plan/testing.hpp"
#include "operator/plan/wanted.hpp"

namespace bestgres::plan {
namespace {

using kube::kinds::config_map;
using testing::TestCluster;
using testing::texts;

TEST(AcceptSpec, stores_a_valid_spec_before_it_is_acted_on) {
    TestCluster db;
    db.edit(kube::kinds::bg_cluster, "db", [](Json& json) { json["spec"]["instances"] = 2; });

    EXPECT_EQ(db.steps(), texts({"ApplyObject ConfigMap db-accepted-spec"}));
}

TEST(AcceptSpec, comes_before_the_status_says_that_the_spec_was_seen) {
    TestCluster db;
    const std::int64_t before = db.plan().status.observed_generation;
    db.edit(kube::kinds::bg_cluster, "db", [before](Json& json) {
        json["spec"]["instances"] = 2;
        json["metadata"]["generation"] = before + 1;
        json["status"]["observedGeneration"] = before;
    });

    const api::ClusterStatus status = db.plan().status;
    EXPECT_EQ(status.observed_generation, before);
    EXPECT_EQ(status.conditions[0].observed_generation, before);
}

TEST(AcceptSpec, keeps_the_last_valid_spec_in_force) {
    TestCluster db;
    db.edit(kube::kinds::bg_cluster, "db", [](Json& json) {
        json["spec"]["instances"] = -1;
        json["metadata"]["generation"] = 2;
    });

    EXPECT_EQ(db.steps(), texts({}));
    EXPECT_EQ(db.view().spec->instances, 3);
    const api::Condition valid = db.plan().status.conditions[1];
    EXPECT_EQ(valid.type, "SpecValid");
    EXPECT_EQ(valid.status, api::ConditionStatus::is_false);
    EXPECT_NE(valid.message.find("spec.instances"), std::string::npos) << valid.message;
    EXPECT_NE(valid.message.find("the last valid spec stays in force"), std::string::npos);
}

TEST(AcceptSpec, does_nothing_where_no_spec_was_ever_valid) {
    TestCluster db;
    db.without(config_map, "db-accepted-spec");
    db.edit(kube::kinds::bg_cluster, "db", [](Json& json) { json["spec"] = {{"instances", "x"}}; });

    EXPECT_EQ(db.steps(), texts({}));
    EXPECT_EQ(db.plan().status.phase, api::Phase::failed);
}

TEST(HoldFinalizer, comes_before_everything_else) {
    TestCluster db;
    db.edit(kube::kinds::bg_cluster, "db",
            [](Json& json) { json["metadata"].erase("finalizers"); });

    EXPECT_EQ(db.steps(), texts({"AddFinalizer"}));
}

TEST(CreateSecret, makes_credentials_once) {
    TestCluster db;
    db.facts().objects.clear();
    EXPECT_EQ(db.steps(), texts({"ApplyObject ConfigMap db-accepted-spec"}));

    TestCluster young;
    young.without(kube::kinds::secret, "db");
    for (const char* const claim : {"pgdata-db-0", "pgdata-db-1", "pgdata-db-2"}) {
        young.without(kube::kinds::persistent_volume_claim, claim);
    }
    EXPECT_EQ(young.steps(), texts({"CreateSecret db"}));
}

TEST(CreateSecret, makes_no_new_passwords_where_volumes_hold_data) {
    TestCluster db;
    db.without(kube::kinds::secret, "db");

    EXPECT_EQ(db.steps(), texts({}));
    EXPECT_NE(db.waits()[0].find("restore it"), std::string::npos);
}

constexpr const char* coordinator = "citus: {scope: app, group: 0, database: app}\n";
constexpr const char* worker = "citus: {scope: app, group: 2, database: app}\n";

TEST(CreateSecret, of_a_scope_is_made_by_its_coordinator) {
    TestCluster first(std::string("instances: 0\n") + coordinator);
    first.without(kube::kinds::secret, "app");
    EXPECT_EQ(first.steps(), texts({"CreateSecret app"}));

    TestCluster other(std::string("instances: 0\n") + worker);
    other.without(kube::kinds::secret, "app");
    EXPECT_EQ(other.steps(), texts({}));
    EXPECT_EQ(other.waits()[0],
              "Secret shop/app, which group 0 of scope app makes for all of them");
}

TEST(CreateSecret, makes_no_new_passwords_where_another_group_holds_data) {
    TestCluster db(std::string("instances: 0\n") + coordinator);
    db.without(kube::kinds::secret, "app");
    db.facts().siblings = {.exist = true, .hold_volumes = true};

    EXPECT_EQ(db.steps(), texts({}));
    EXPECT_NE(db.waits()[0].find("is gone while volumes hold data"), std::string::npos);
}

TEST(Group, is_led_by_what_its_own_objects_say) {
    TestCluster db(std::string("instances: 2\n") + worker);

    EXPECT_EQ(db.view().dcs_prefix, "app-2");
    EXPECT_EQ(db.view().leader.holder, "db-0");
    EXPECT_EQ(db.steps(), texts({}));
    db.dcs("app-2-leader", {{"leader", ""}});
    EXPECT_EQ(db.view().leader.holder, "");
}

// Patroni looks for requests by scope and group.
TEST(Group, is_asked_to_hand_over_only_by_an_object_that_its_patroni_sees) {
    TestCluster db(std::string("instances: 2\n") + worker);
    db.dcs("app-2-failover", {{"leader", "db-0"}, {"member", "db-1"}});
    EXPECT_TRUE(db.view().failover.pending());
    db.edit(kube::kinds::config_map, "app-2-failover",
            [](Json& json) { json["metadata"]["labels"]["citus-group"] = "1"; });
    EXPECT_FALSE(db.view().failover.pending());
}

TEST(KeepObjects, applies_what_is_missing) {
    TestCluster db;
    db.without(kube::kinds::service, "db-repl");

    EXPECT_EQ(db.steps(), texts({"ApplyObject Service db-repl"}));
    EXPECT_EQ(db.plan().steps[0].because, "Service shop/db-repl is missing");
}

TEST(KeepObjects, repairs_what_somebody_changed) {
    TestCluster db;
    db.edit(kube::kinds::service, "db", [](Json& json) { json["spec"]["ports"][0]["port"] = 1; });

    EXPECT_EQ(db.steps(), texts({"ApplyObject Service db"}));
}

TEST(KeepObjects, repairs_a_selector_that_somebody_added_to) {
    for (const kube::Kind& kind : {kube::kinds::service, kube::kinds::pod_disruption_budget}) {
        TestCluster db;
        db.edit(kind, "db", [&kind](Json& json) {
            Json& selector = json["spec"]["selector"];
            (kind == kube::kinds::service ? selector : selector["matchLabels"])["by-hand"] = "yes";
        });
        EXPECT_EQ(db.steps(), texts({"ApplyObject " + std::string(kind.name) + " db"}));
    }
}

TEST(KeepObjects, takes_out_what_the_spec_has_no_more) {
    TestCluster db("instances: 1\nservices: {primary: {annotations: {team: payments}}}\n");
    const auto service = [&db] {
        return db.facts().objects.at({kube::kinds::service, "shop", "db"});
    };
    ASSERT_EQ(service().annotation("team"), "payments");
    db.edit(kube::kinds::bg_cluster, "db", [](Json& json) { json["spec"].erase("services"); });
    ASSERT_EQ(db.steps(), texts({"ApplyObject ConfigMap db-accepted-spec"}));
    const Json accepted = std::get<ApplyObject>(db.plan().steps[0].effect).object.json();
    db.edit(kube::kinds::config_map, "db-accepted-spec",
            [&accepted](Json& json) { json["data"] = accepted["data"]; });

    EXPECT_EQ(db.steps(), texts({"ApplyObject Service db"}));
}

TEST(KeepObjects, leaves_alone_what_the_server_adds) {
    TestCluster db;
    db.edit(kube::kinds::service, "db", [](Json& json) {
        json["spec"]["clusterIP"] = "10.96.0.1";
        json["spec"]["ports"][0]["nodePort"] = 30000;
    });

    EXPECT_EQ(db.steps(), texts({}));
}

TEST(KeepObjects, does_not_write_again_what_the_server_makes_of_its_manifest) {
    TestCluster db;
    db.edit(kube::kinds::service, "db", [](Json& json) { json["spec"]["ports"][0]["port"] = 1; });
    const kube::Ref ref{kube::kinds::service, "shop", "db"};
    const Plan plan = db.plan();
    const auto& apply = std::get<ApplyObject>(plan.steps[0].effect);
    db.facts().settled[ref] = {apply.object.hash(), content_hash(db.facts().objects.at(ref))};

    EXPECT_EQ(db.steps(), texts({}));
}

TEST(KeepObjects, compares_the_whole_where_the_cache_keeps_a_part) {
    TestCluster db;
    const kube::Ref ref{kube::kinds::service, "shop", "db"};
    Json whole = db.facts().objects.at(ref).json();
    db.facts().texts[ref] = std::make_shared<const std::string>(dump(whole));
    db.edit(kube::kinds::service, "db", [](Json& json) { json.erase("spec"); });

    EXPECT_EQ(db.steps(), texts({}));

    whole["spec"]["ports"][0]["port"] = 1;
    db.facts().texts[ref] = std::make_shared<const std::string>(dump(whole));
    EXPECT_EQ(db.steps(), texts({"ApplyObject Service db"}));
}

TEST(KeepObjects, takes_over_a_set_that_outlived_its_resource_as_far_as_it_can_be_changed) {
    TestCluster db;
    db.edit(kube::kinds::bg_cluster, "db",
            [](Json& json) { json["metadata"]["uid"] = "uid-of-the-next"; });
    const Json::json_pointer of_claims(
        "/spec/volumeClaimTemplates/0/metadata/labels/bestgres.io~1owner-uid");
    EXPECT_EQ(db.steps().at(0), "ApplyObject ConfigMap db-accepted-spec");
    db.perform(db.plan().steps.at(0).effect);

    std::optional<Json> applied;
    for (const Step& step : db.plan().steps) {
        const auto* apply = std::get_if<ApplyObject>(&step.effect);
        if (apply != nullptr && apply->kind == kube::kinds::stateful_set) {
            applied = apply->object.json();
        }
        EXPECT_FALSE(is_disruptive(step.effect)) << describe(step.effect);
    }
    ASSERT_TRUE(applied.has_value());
    EXPECT_EQ(string_at(*applied, {"metadata", "labels", "bestgres.io/owner-uid"}),
              "uid-of-the-next");
    EXPECT_EQ((*applied)[of_claims], "uid-db");
}

TEST(KeepObjects, never_takes_over_a_foreign_object) {
    TestCluster db;
    db.without(kube::kinds::service, "db");
    db.facts().foreign[{kube::kinds::service, "shop", "db"}] = "uid-of-another";

    EXPECT_EQ(db.steps(), texts({}));
    EXPECT_EQ(db.waits()[0],
              "Service shop/db exists and does not belong to this cluster: remove "
              "it or give the cluster another name");
}

TEST(KeepObjects, drops_the_budget_of_a_single_member) {
    TestCluster db;
    db.asks("instances: 1\n");

    EXPECT_EQ(db.steps(), texts({"DeleteObject PodDisruptionBudget db"}));
}

TEST(Contained, compares_quantities_by_value) {
    EXPECT_TRUE(is_contained("1024Mi", "1Gi"));
    EXPECT_FALSE(is_contained("1Gi", "2Gi"));
    EXPECT_TRUE(is_contained(*parse_json(R"({"a":[]})"), *parse_json("{}")));
}

// Each change meets the memory of the state before it, and must be seen all the same.
TEST(Memory, changes_no_plan) {
    const std::vector<std::function<void(TestCluster&)>> changes = {
        [](TestCluster&) {},
        [](TestCluster& cluster) {
            cluster.member_says("db-1", {{"state", "stopped"}});
        },
        [](TestCluster& cluster) { cluster.asks("instances: 4\n"); },
        [](TestCluster& cluster) {
            cluster.edit(kube::kinds::service, "db",
                         [](Json& json) { json["spec"].erase("ports"); });
        },
        [](TestCluster& cluster) {
            cluster.edit(kube::kinds::stateful_set, "db",
                         [](Json& json) { json["spec"]["replicas"] = 1; });
        },
        [](TestCluster& cluster) { cluster.without(kube::kinds::role, "db"); },
        [](TestCluster& cluster) {
            cluster.edit(kube::kinds::bg_cluster, "db",
                         [](Json& json) { json["spec"] = "hostile"; });
        },
        [](TestCluster& cluster) { cluster.asks("instances: 3\n"); },
        [](TestCluster& cluster) {
            cluster.dcs("db-config", {{"config", "{\"ttl\":77}"}});
        },
        [](TestCluster& cluster) { cluster.annotate("bestgres.io/restartedAt", "now"); },
        [](TestCluster& cluster) { cluster.facts().operator_image = "another"; },
        [](TestCluster& cluster) { cluster.without(kube::kinds::config_map, "db-accepted-spec"); },
    };
    TestCluster cluster;
    Memory memory;
    for (const auto& change : changes) {
        change(cluster);
        cluster.facts().memory = {};
        const std::vector<std::string> steps = cluster.steps();
        const std::vector<std::string> waits = cluster.waits();
        const Plan plan = cluster.plan();
        cluster.facts().memory = memory;

        EXPECT_EQ(cluster.steps(), steps);
        EXPECT_EQ(cluster.waits(), waits);
        EXPECT_EQ(cluster.plan().status, plan.status);
        memory = cluster.view().memory;
    }
    EXPECT_NE(memory.resource, nullptr);
}

TEST(KeepObjects, needs_no_whole_of_what_was_found_to_stand_until_its_manifest_changes) {
    TestCluster db;
    const kube::Ref ref{kube::kinds::service, "shop", "db"};
    const auto found = db.view().found_standing;
    db.facts().standing.insert(found.begin(), found.end());
    ASSERT_TRUE(db.facts().standing.contains(ref));
    db.edit(kube::kinds::service, "db", [](Json& json) { json.erase("spec"); });

    EXPECT_EQ(db.steps(), texts({}));
    EXPECT_TRUE(db.view().found_standing.empty());

    db.facts().standing[ref] ^= 1;
    EXPECT_EQ(db.steps(), texts({"ApplyObject Service db"}));
}

TEST(Memory, spares_the_second_look_at_what_did_not_change) {
    TestCluster cluster;
    cluster.facts().memory = cluster.view().memory;

    const ClusterView again = cluster.view();

    EXPECT_EQ(again.memory.resource, cluster.facts().memory.resource);
    EXPECT_EQ(again.memory.rendered, cluster.facts().memory.rendered);
    EXPECT_NE(again.memory.checked, nullptr);
    EXPECT_EQ(again.memory.checked, cluster.facts().memory.checked);
}

TEST(Pause, stops_every_step) {
    TestCluster db;
    db.stale("db-1").without(kube::kinds::service, "db").annotate("bestgres.io/paused", "true");

    EXPECT_EQ(db.steps(), texts({}));
    EXPECT_EQ(db.plan().status.phase, api::Phase::paused);
}

TEST(BootstrapSql, asks_the_ledger_first_then_runs_what_is_missing) {
    TestCluster db("instances: 1\nbootstrap: {sql: ['CREATE ROLE a', 'CREATE DATABASE b']}\n");
    EXPECT_EQ(db.plan().steps.at(0).because, "the ledger says what is done");

    db.facts().ledger = Ledger{};
    EXPECT_EQ(db.plan().steps.at(0).because, "statement 1 is not done");

    db.facts().ledger = Ledger{{0, true}, {1, false}};
    const auto run = std::get<RunSql>(db.plan().steps.at(0).effect);
    EXPECT_EQ(run.statements[1].text, "CREATE DATABASE b");

    db.facts().sqlstate = "42P04";
    EXPECT_EQ(db.plan().steps.at(0).because, "what statement 2 makes exists already");

    db.facts().ledger = Ledger{{0, true}, {1, true}};
    EXPECT_EQ(db.steps(), texts({"ApplyObject ConfigMap db-accepted-spec"}));

    db.edit(config_map, "db-accepted-spec", [](Json& json) {
        json["metadata"]["annotations"][std::string(bootstrap_sql_annotation)] = "done";
    });
    EXPECT_EQ(db.steps(), texts({}));
}

TEST(BootstrapSql, knows_what_cannot_run_in_a_transaction) {
    EXPECT_TRUE(needs_no_transaction("  create\n database x"));
    EXPECT_TRUE(needs_no_transaction("-- why\nCREATE DATABASE x"));
    EXPECT_TRUE(needs_no_transaction("CREATE INDEX CONCURRENTLY i ON t (a)"));
    EXPECT_FALSE(needs_no_transaction("CREATE TABLE database (a int)"));
}

}  // namespace
}  // namespace bestgres::plan
