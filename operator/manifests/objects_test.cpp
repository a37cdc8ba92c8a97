#include "operator/manifests/objects.hpp"

#include <algorithm>

#include "lib/base/encoding.hpp"
#include "operator/manifests/labels.hpp"
#include "operator/manifests/names.hpp"
#include "operator/manifests/pod_template.hpp"
#include "operator/manifests/testing.hpp"

namespace bestgres::manifests {
namespace {

using testing::input;

const Json& first_container(const kube::Object& set) {
    return set.json()["spec"]["template"]["spec"]["containers"][0];
}

std::string variable(const kube::Object& set, std::string_view name) {
    for (const Json& entry : first_container(set)["env"]) {
        if (entry["name"] == name) {
            return string_at(entry, {"value"});
        }
    }
    return "(none)";
}

TEST(AppliedObjects, come_in_the_order_in_which_they_must_exist) {
    std::string order;
    for (const kube::Object& object : applied_objects(input("instances: 3"))) {
        order += std::string(object.kind()) + "/" + std::string(object.name()) + " ";
        EXPECT_EQ(object.ns(), "shop");
        EXPECT_EQ(object.label(owner_uid_key), "uid-of-db");
        EXPECT_EQ(object.annotation(owner_uid_key), "uid-of-db");
        EXPECT_TRUE(object.owner_references().empty());
    }

    EXPECT_EQ(order,
              "ServiceAccount/db Role/db RoleBinding/db ConfigMap/db-patroni Service/db-headless "
              "Service/db Service/db-repl PodDisruptionBudget/db StatefulSet/db ");
}

TEST(Services, route_by_role_and_fence_and_never_to_unready_members) {
    const kube::Object primary = primary_service(input());
    const kube::Object replica = replica_service(input());
    const kube::Object headless = headless_service(input());

    EXPECT_EQ(primary.text_at({"spec", "selector", role_label}), "master");
    EXPECT_EQ(replica.text_at({"spec", "selector", role_label}), "replica");
    EXPECT_EQ(primary.text_at({"spec", "selector", fenced_label}), "false");
    EXPECT_EQ(replica.text_at({"spec", "selector", fenced_label}), "false");
    EXPECT_FALSE(primary.json()["spec"].contains("publishNotReadyAddresses"));
    EXPECT_EQ(find_bool(headless.json(), {"spec", "publishNotReadyAddresses"}), true);
    EXPECT_EQ(headless.json()["spec"]["selector"], pod_selector("db"));
}

TEST(Services, take_the_options_of_their_type) {
    const kube::Object primary = primary_service(input(
        "services: {primary: {type: LoadBalancer, nodePort: 30432, externalTrafficPolicy: Local, "
        "loadBalancerSourceRanges: [10.0.0.0/8], annotations: {dns: db.example.com}}}"));

    EXPECT_EQ(primary.text_at({"spec", "type"}), "LoadBalancer");
    EXPECT_EQ(primary.json()["spec"]["ports"][0]["nodePort"], 30432);
    EXPECT_EQ(primary.annotation("dns"), "db.example.com");
}

TEST(PodDisruptionBudget, is_absent_where_it_could_only_block) {
    EXPECT_FALSE(pod_disruption_budget(input("instances: 0")).has_value());
    EXPECT_FALSE(pod_disruption_budget(input("instances: 1")).has_value());
    EXPECT_EQ(
        find_int(pod_disruption_budget(input("instances: 2"))->json(), {"spec", "maxUnavailable"}),
        1);
}

TEST(Role, grants_nothing_on_other_clusters_objects_that_rbac_can_name) {
    const kube::Object granted = role(input("instances: 3"));
    for (const Json& rule : granted.json()["rules"]) {
        for (const Json& verb : rule["verbs"]) {
            const bool open = verb == "create" || verb == "list" || verb == "watch";
            EXPECT_EQ(rule.contains("resourceNames"), !open) << dump(rule);
            EXPECT_NE(verb, "*");
        }
    }
}

TEST(Role, keeps_the_rights_of_members_that_are_leaving) {
    Input leaving = input("instances: 2");
    leaving.existing_members = 11;
    const auto may_patch = [](const Input& in, const std::string& pod) {
        const kube::Object granted = role(in);
        const Json& names = granted.json()["rules"].back()["resourceNames"];
        return std::ranges::find(names, Json(pod)) != names.end();
    };

    EXPECT_TRUE(may_patch(leaving, "db-10"));
    EXPECT_FALSE(may_patch(input("instances: 2"), "db-10"));
    EXPECT_TRUE(may_patch(input("instances: 0"), "db-0"));
}

TEST(StatefulSet, runs_the_agent_in_a_restricted_pod) {
    const kube::Object set = stateful_set(input("instances: 3"));
    const Json& pod = set.json()["spec"]["template"]["spec"];

    EXPECT_EQ(pod["securityContext"]["runAsNonRoot"], true);
    EXPECT_EQ(pod["securityContext"]["seccompProfile"]["type"], "RuntimeDefault");
    for (const char* list : {"initContainers", "containers"}) {
        const Json& security = pod[list][0]["securityContext"];
        EXPECT_EQ(security["allowPrivilegeEscalation"], false);
        EXPECT_EQ(security["readOnlyRootFilesystem"], true);
        EXPECT_EQ(security["capabilities"]["drop"], Json::array({"ALL"}));
    }
    EXPECT_FALSE(first_container(set).contains("args"));
}

TEST(StatefulSet, of_spilo_has_its_user_its_launcher_and_a_writable_root) {
    const kube::Object set =
        stateful_set(input("patroniLogLevel: DEBUG\nimage: {tag: 'spilo:16'}"));

    EXPECT_EQ(find_int(set.json(), {"spec", "template", "spec", "securityContext", "runAsUser"}),
              101);
    EXPECT_EQ(first_container(set)["args"], Json({"/bin/sh", "/launch.sh", "init"}));
    EXPECT_EQ(first_container(set)["securityContext"]["readOnlyRootFilesystem"], false);
    EXPECT_EQ(variable(set, "BESTGRES_FLAVOUR"), "spilo");
    EXPECT_EQ(variable(set, "PGDATA"), "/home/postgres/pgdata/pgroot/data");
    const auto configuration = parse_json(variable(set, "SPILO_CONFIGURATION"));
    ASSERT_TRUE(configuration.ok());
    EXPECT_EQ(string_at(*configuration, {"log", "level"}), "DEBUG");
    EXPECT_EQ(string_at(*configuration, {"restapi", "authentication", "password"}),
              "$(PATRONI_RESTAPI_PASSWORD)");
}

// The kubelet would put the value of a variable where a user wrote its name.
TEST(StatefulSet, of_spilo_escapes_references_of_users) {
    const kube::Object set = stateful_set(input(
        "image: {tag: 'spilo:16'}\npostgresql: {parameters: {log_line_prefix: '$(POD_IP)'}}"));

    EXPECT_NE(variable(set, "SPILO_CONFIGURATION").find("$$(POD_IP)"), std::string::npos);
}

TEST(StatefulSet, never_holds_a_password) {
    for (const char* image : {"patroni:16", "spilo:16"}) {
        Input in = input();
        in.spec.image.tag = image;
        const kube::Object set = stateful_set(in);
        for (const Json& entry : first_container(set)["env"]) {
            if (string_at(entry, {"name"}).find("PASSWORD") != std::string::npos) {
                EXPECT_TRUE(find(entry, {"valueFrom", "secretKeyRef"})) << dump(entry);
            }
        }
    }
}

TEST(StatefulSet, users_labels_never_replace_its_own) {
    const kube::Object set = stateful_set(
        input("pod: {labels: {app.kubernetes.io/name: other, team: a}, annotations: {note: b}}"));

    EXPECT_EQ(set.text_at({"spec", "template", "metadata", "labels", "app.kubernetes.io/name"}),
              "postgresql");
    EXPECT_EQ(set.text_at({"spec", "template", "metadata", "labels", "team"}), "a");
    EXPECT_EQ(set.text_at({"spec", "template", "metadata", "annotations", "note"}), "b");
}

TEST(StatefulSet, spreads_members_unless_told_otherwise) {
    const kube::Object set = stateful_set(
        input("scheduling: {topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, "
              "whenUnsatisfiable: DoNotSchedule}]}"));
    const Json& pod = set.json()["spec"]["template"]["spec"];

    EXPECT_TRUE(pod["affinity"].contains("podAntiAffinity"));
    EXPECT_EQ(pod["topologySpreadConstraints"][0]["labelSelector"]["matchLabels"],
              pod_selector("db"));
    const kube::Object told = stateful_set(input("scheduling: {affinity: {nodeAffinity: {}}}"));
    EXPECT_FALSE(told.json()["spec"]["template"]["spec"]["affinity"].contains("podAntiAffinity"));
}

TEST(Secret, holds_every_password_encoded) {
    const kube::Object made =
        secret({.ns = "shop", .name = "db", .uid = "u"},
               {.superuser = "a", .replication = "b", .rewind = "c", .restapi = "d", .admin = "e"});

    EXPECT_EQ(made.text_at({"data", "superuser-password"}), encode_base64("a"));
    EXPECT_EQ(made.json()["data"].size(), 5U);
}

constexpr const char* a_group = "citus: {scope: shop, group: 2, database: app}\n";

TEST(Group, has_one_secret_with_its_siblings_which_is_watched_as_all_are) {
    const kube::Object made = secret(input(a_group).identity, Passwords{});

    EXPECT_EQ(made.name(), "shop");
    EXPECT_EQ(made.label(cluster_label), "shop");
    EXPECT_EQ(made.label(scope_label), "shop");
    EXPECT_EQ(made.label(citus_group_label), "");
    EXPECT_EQ(secret(input().identity, Passwords{}).label(scope_label), "");
}

TEST(Group, is_told_apart_by_its_labels_and_selected_as_any_cluster_is) {
    for (const kube::Object& object : applied_objects(input(a_group))) {
        EXPECT_EQ(object.label(cluster_label), "db") << object.kind();
        EXPECT_EQ(object.label(scope_label), "shop") << object.kind();
        EXPECT_EQ(object.label(citus_group_label), "2") << object.kind();
    }
    const kube::Object set = stateful_set(input(a_group));
    const Json& labels = set.json()["spec"]["template"]["metadata"]["labels"];
    EXPECT_EQ(labels["bestgres.io/scope"], "shop");
    EXPECT_EQ(labels["citus-group"], "2");
    EXPECT_EQ(set.json()["spec"]["selector"]["matchLabels"], pod_selector("db"));
    EXPECT_EQ(primary_service(input(a_group)).text_at({"spec", "selector", cluster_label}), "db");
}

TEST(Group, may_touch_its_own_objects_of_patroni_only) {
    const kube::Object granted = role(input(a_group));
    for (const Json& rule : granted.json()["rules"]) {
        if (rule["verbs"] == Json({"get", "patch"})) {
            EXPECT_EQ(rule["resourceNames"],
                      Json({"shop-2-config", "shop-2-failover", "shop-2-leader", "shop-2-sync"}));
        }
    }
}

TEST(Group, runs_in_the_scope_with_its_secret_in_both_flavours) {
    for (const char* image : {"", "image: {tag: 'spilo:16'}\n"}) {
        const kube::Object set = stateful_set(input(std::string(a_group) + image));
        EXPECT_EQ(variable(set, "BESTGRES_SCOPE"), "shop");
        for (const Json& entry : first_container(set)["env"]) {
            const std::string of = string_at(entry, {"valueFrom", "secretKeyRef", "name"});
            EXPECT_TRUE(of.empty() || of == "shop") << dump(entry);
        }
    }
    const kube::Object spilo =
        stateful_set(input(std::string(a_group) + "image: {tag: 'spilo:16'}\n"));
    EXPECT_EQ(variable(spilo, "SCOPE"), "shop");
    EXPECT_EQ(variable(spilo, "KUBERNETES_SCOPE_LABEL"), "bestgres.io/scope");
}

TEST(AcceptedSpec, reads_back_what_it_wrote) {
    const AcceptedSpec accepted{.spec = input("instances: 3\npatroni: {ttl: 60}").spec,
                                .generation = 7};

    const auto read = read_accepted_spec(
        accepted_spec_config_map({.ns = "shop", .name = "db", .uid = "u"}, accepted));

    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(*read, accepted);
}

TEST(AcceptedSpec, says_what_is_damaged) {
    const auto error_of = [](const char* yaml) {
        const auto read = read_accepted_spec(kube::Object(api::testing::yaml(yaml)));
        return read.ok() ? "" : read.error().message;
    };

    EXPECT_EQ(error_of("{}"), "data.generation is not a number");
    EXPECT_NE(error_of("{data: {generation: '1', spec.json: '{'}}"), "");
    EXPECT_EQ(error_of("{data: {generation: '1', spec.json: '{}'}}"),
              "data.spec.json: spec.image: is required; spec.volumeSpec: is required");
}

}  // namespace
}  // namespace bestgres::manifests
