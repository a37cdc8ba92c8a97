// What the operator writes, held against an API server: the CRD is established, every example is
// accepted, every rule of the schema refuses what it should, and applying a cluster's objects a
// second time changes nothing.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "fakekube/api_server.hpp"
#include "lib/base/yaml.hpp"
#include "operator/api/crd.hpp"
#include "operator/api/operation.hpp"
#include "operator/manifests/objects.hpp"

namespace bestgres {
namespace {

using fakekube::ApiServer;
using fakekube::ObjectKey;
using fakekube::PatchRequest;
using fakekube::RequestContext;

const Instant now{1'700'000'000'000'000'000};

Json yaml(std::string_view text) {
    const auto parsed = parse_yaml(text);
    EXPECT_TRUE(parsed.ok()) << text;
    return parsed.ok() ? *parsed : Json();
}

RequestContext context() {
    RequestContext context;
    context.now = now;
    context.user = {.name = "admin", .groups = {"system:masters"}, .uid = ""};
    context.options = {.field_manager = "bestgres-operator",
                       .force = true,
                       .dry_run = false,
                       .field_validation = "Strict"};
    return context;
}

fakekube::ServerOptions options() {
    fakekube::ServerOptions options;
    options.tokens = {{.token = "admin", .user = context().user}};
    return options;
}

class Applied : public testing::Test {
protected:
    Applied() : server_(options()) {
        for (const api::CrdFile& file : api::crd_files()) {
            const std::string refused =
                create("apiextensions.k8s.io/v1", "CustomResourceDefinition", file.crd);
            EXPECT_EQ(refused, "") << file.path;
        }
    }

    // Empty, or the message of the refusal.
    std::string create(std::string_view version, std::string_view kind, Json body) {
        const auto resource = server_.find_kind(version, kind);
        if (resource == nullptr) {
            return "nothing serves " + std::string(kind);
        }
        if (resource->namespaced && !body["metadata"].contains("namespace")) {
            body["metadata"]["namespace"] = "default";
        }
        const auto written = server_.create(context(), *resource, std::move(body));
        return written.ok() ? "" : written.error().message;
    }

    std::string create_cluster(std::string_view spec) {
        return create("bestgres.io/v1", "BGCluster",
                      {{"apiVersion", "bestgres.io/v1"},
                       {"kind", "BGCluster"},
                       {"metadata", {{"name", "db"}}},
                       {"spec", yaml(spec)}});
    }

    std::string create_operation(const std::string& name, std::string_view spec) {
        return create("bestgres.io/v1", "BGDbOps",
                      {{"apiVersion", "bestgres.io/v1"},
                       {"kind", "BGDbOps"},
                       {"metadata", {{"name", name}}},
                       {"spec", yaml(spec)}});
    }

    // Empty, or the message of the refusal.
    std::string edit(std::string_view kind, std::string name, std::string_view merge) {
        const auto resource = server_.find_kind("bestgres.io/v1", kind);
        const PatchRequest patch{.type = fakekube::PatchType::merge,
                                 .body = {{"spec", yaml(merge)}}};
        const auto written =
            server_.patch(context(), *resource, ObjectKey{"default", std::move(name)}, patch);
        return written.ok() ? "" : written.error().message;
    }
    std::string edit_cluster(std::string_view merge) { return edit("BGCluster", "db", merge); }

    void apply(const kube::Object& object) {
        const auto resource = server_.find_kind(object.api_version(), object.kind());
        ASSERT_NE(resource, nullptr) << object.kind();
        const ObjectKey key{std::string(object.ns()), std::string(object.name())};
        const PatchRequest patch{.type = fakekube::PatchType::apply, .body = object.json()};
        const auto written = server_.patch(context(), *resource, key, patch);
        EXPECT_TRUE(written.ok()) << object.kind() << ": "
                                  << (written.ok() ? "" : written.error().message);
    }

    ApiServer server_;
};

constexpr std::string_view least =
    "{image: {tag: 'patroni:16'}, volumeSpec: {persistentVolumeSize: 1Gi}}";

std::string with(std::string_view more) {
    return std::string(least.substr(0, least.size() - 1)) + ", " + std::string(more) + "}";
}

TEST_F(Applied, every_example_is_accepted_and_stays_when_written_again) {
    const std::filesystem::path folder = std::string(BESTGRES_SOURCE_DIR) + "/examples";
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        std::ifstream file(entry.path(), std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        const Result<std::vector<Json>> manifests = parse_yaml_documents(text);
        ASSERT_TRUE(manifests.ok()) << entry.path();
        for (const Json& manifest : *manifests) {
            EXPECT_EQ(create(string_at(manifest, {"apiVersion"}), string_at(manifest, {"kind"}),
                             manifest),
                      "")
                << entry.path();
        }
    }
}

TEST_F(Applied, server_side_defaults_are_what_the_operator_reads) {
    ASSERT_EQ(create_cluster(least), "");
    const auto resource = server_.find_kind("bestgres.io/v1", "BGCluster");
    const auto stored = server_.get(*resource, ObjectKey{"default", "db"});
    ASSERT_TRUE(stored.ok());

    const auto from_server = api::parse_cluster_spec(stored->json()["spec"]);
    const auto from_user = api::parse_cluster_spec(yaml(least));

    ASSERT_TRUE(from_server.ok()) << to_string(from_server.error());
    EXPECT_EQ(*from_server, *from_user);
    EXPECT_EQ(stored->json()["spec"], api::to_json(*from_user));
}

TEST_F(Applied, schema_refuses_what_a_schema_can) {
    for (const char* wrong :
         {"patroni: {ttl: 5}", "patroni: {ttl: 20}", "instances: 101", "instances: -1",
          "instances: 1, patroni: {synchronous: required}", "patroni: {synchronous: true}",
          "postgresql: {version: '9'}", "resources: {limits: {memory: 1GB}}",
          "services: {primary: {nodePort: 30000}}", "unheard: of",
          "bootstrap: {sql: [a]}, bootstrapSQL: [a]",
          "patroni: {logLevel: INFO}, patroniLogLevel: INFO"}) {
        EXPECT_NE(create_cluster(with(wrong)), "") << wrong;
        EXPECT_FALSE(api::parse_cluster_spec(yaml(with(wrong))).ok()) << wrong;
    }
    EXPECT_EQ(create_cluster(with("instances: 3, patroni: {synchronous: required}")), "");
}

TEST_F(Applied, schema_refuses_what_cannot_be_undone) {
    ASSERT_EQ(create_cluster(with("instances: 3, postgresql: {version: '16'}")), "");

    EXPECT_EQ(edit_cluster("{instances: 2, volumeSpec: {persistentVolumeSize: 1500Mi}}"), "");
    for (const char* wrong :
         {"{volumeSpec: {persistentVolumeSize: 1Gi}}", "{volumeSpec: {storageClass: other}}",
          "{bootstrap: {sql: [a]}}", "{bootstrapSQL: [a]}", "{postgresql: {version: '15'}}"}) {
        EXPECT_NE(edit_cluster(wrong), "") << wrong;
    }
}

TEST_F(Applied, operations_are_refused_when_their_block_is_of_another_op) {
    for (const char* wrong :
         {"{op: restart}", "{bgCluster: db}", "{bgCluster: db, op: fly}",
          "{bgCluster: db, op: reinit}", "{bgCluster: db, op: reinit, reinit: {}}",
          "{bgCluster: db, op: restart, reinit: {member: db-1}}",
          "{bgCluster: db, op: restart, switchover: {target: db-1}}",
          "{bgCluster: db, op: switchover, restart: {force: true}}",
          "{bgCluster: db, op: switchover, switchover: {target: one}}",
          "{bgCluster: db, op: restart, timeout: soon}", "{bgCluster: db, op: restart, x: 1}",
          "{bgCluster: db, op: restart, maxRetries: -1}"}) {
        EXPECT_NE(create_operation("wrong", wrong), "") << wrong;
        EXPECT_FALSE(api::parse_operation_spec(yaml(wrong)).ok()) << wrong;
    }
    int number = 0;
    for (const char* right :
         {"{bgCluster: db, op: reinit, reinit: {member: db-1}}", "{bgCluster: db, op: restart}",
          "{bgCluster: db, op: restart, restart: {onlyPending: true}, timeout: 1h30m}",
          "{bgCluster: db, op: switchover, runAt: '2030-01-01T00:00:00Z'}"}) {
        EXPECT_EQ(create_operation("right-" + std::to_string(++number), right), "") << right;
        EXPECT_TRUE(api::parse_operation_spec(yaml(right)).ok()) << right;
    }
}

TEST_F(Applied, an_operation_cannot_change) {
    ASSERT_EQ(create_operation("over", "{bgCluster: db, op: switchover}"), "");

    EXPECT_NE(edit("BGDbOps", "over", "{timeout: 2h}"), "");
    EXPECT_NE(edit("BGDbOps", "over", "{bgCluster: other}"), "");
    EXPECT_EQ(edit("BGDbOps", "over", "{timeout: 1h}"), "") << "it is the same";
}

TEST_F(Applied, names_that_other_names_cannot_be_made_of_are_refused) {
    for (const std::string& name : {std::string("1db"), std::string("a.b"), std::string(51, 'a')}) {
        EXPECT_NE(create("bestgres.io/v1", "BGCluster",
                         {{"apiVersion", "bestgres.io/v1"},
                          {"kind", "BGCluster"},
                          {"metadata", {{"name", name}}},
                          {"spec", yaml(least)}}),
                  "")
            << name;
    }
}

TEST_F(Applied, scale_changes_instances_under_the_same_rules) {
    ASSERT_EQ(create_cluster(with("instances: 3, patroni: {synchronous: required}")), "");
    const auto scale_to = [&](int replicas) {
        fakekube::Request request;
        request.method = "PATCH";
        request.path = "/apis/bestgres.io/v1/namespaces/default/bgclusters/db/scale";
        request.headers = {{"Authorization", "Bearer admin"},
                           {"Content-Type", "application/merge-patch+json"}};
        request.body = dump({{"spec", {{"replicas", replicas}}}});
        return server_.handle(request, now).status;
    };

    EXPECT_EQ(scale_to(2), 200);
    EXPECT_EQ(scale_to(1), 422);
    EXPECT_EQ(scale_to(101), 422);

    const auto resource = server_.find_kind("bestgres.io/v1", "BGCluster");
    const auto stored = server_.get(*resource, ObjectKey{"default", "db"});
    EXPECT_EQ(find_int(stored->json(), {"spec", "instances"}), 2);
}

// A steady cluster costs no writes: what is applied must be what is stored.
TEST_F(Applied, objects_of_a_cluster_are_accepted_and_do_not_move_when_applied_again) {
    for (const char* more :
         {"instances: 3, resources: {requests: {cpu: 1, memory: 1Gi}}", "image: {tag: 'spilo:16'}",
          "services: {primary: {type: LoadBalancer}}, "
          "scheduling: {tolerations: [{key: a, operator: Exists}]}"}) {
        const auto spec = api::parse_cluster_spec(yaml(with(more)));
        ASSERT_TRUE(spec.ok()) << to_string(spec.error());
        const manifests::Input input{.identity = {.ns = "default", .name = "db", .uid = "u"},
                                     .spec = *spec,
                                     .operator_image = "bestgres-operator:test",
                                     .restarted_at = "",
                                     .existing_members = 0};
        const auto objects = manifests::applied_objects(input);
        std::ranges::for_each(objects, [this](const auto& object) { apply(object); });
        const auto version = server_.version();

        std::ranges::for_each(objects, [this](const auto& object) { apply(object); });

        EXPECT_EQ(server_.version(), version) << more;
    }
}

}  // namespace
}  // namespace bestgres
