// The rights of the operator and of the pods, from the manifests that are shipped, held against an
// API server that enforces them: enough for their work, and nothing beside it.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "fakekube/api_server.hpp"
#include "lib/base/yaml.hpp"
#include "operator/manifests/objects.hpp"

namespace bestgres {
namespace {

using fakekube::ApiServer;
using fakekube::ServerOptions;
using fakekube::StaticToken;
using fakekube::User;

const Instant now{1'700'000'000'000'000'000};

User service_account(const std::string& name) {
    return {.name = "system:serviceaccount:default:" + name,
            .groups = {"system:serviceaccounts", "system:serviceaccounts:default",
                       "system:authenticated"},
            .uid = ""};
}

ServerOptions options() {
    ServerOptions options;
    options.tokens = {
        StaticToken{"admin", User{.name = "admin", .groups = {"system:masters"}, .uid = ""}},
        StaticToken{"operator", service_account("bestgres-operator")},
        StaticToken{"pod", service_account("db")}};
    return options;
}

std::vector<Json> shipped_manifests() {
    std::ifstream file(std::string(BESTGRES_SOURCE_DIR) + "/deploy/bestgres-operator.yaml");
    const auto documents =
        parse_yaml_documents(std::string{std::istreambuf_iterator<char>(file), {}});
    EXPECT_TRUE(documents.ok());
    return documents.ok() ? *documents : std::vector<Json>{};
}

class Rights : public testing::Test {
protected:
    Rights() : server_(options()) {
        for (const Json& object : shipped_manifests()) {
            EXPECT_EQ(apply("admin", kube::Object(object)), "") << dump(object["metadata"]["name"]);
        }
    }

    // Empty, or the message of the refusal.
    std::string ask(const std::string& token, const std::string& method, const std::string& path,
                    const std::string& body = "") {
        fakekube::Request request{.method = method,
                                  .path = path,
                                  .query = "",
                                  .headers = {{"Authorization", "Bearer " + token}},
                                  .body = body};
        if (method == "PATCH") {
            request.query = "fieldManager=bestgres-operator&force=true";
            request.headers.emplace_back("Content-Type", "application/apply-patch+yaml");
        }
        const fakekube::Response response = server_.handle(request, now);
        return response.status < 300 ? "" : response.body;
    }

    std::string apply(const std::string& token, const kube::Object& object) {
        const auto resource = server_.find_kind(object.api_version(), object.kind());
        if (resource == nullptr) {
            return "nothing serves " + std::string(object.kind());
        }
        std::string path = resource->group.empty()
                               ? "/api/" + resource->version
                               : "/apis/" + resource->group + "/" + resource->version;
        path += resource->namespaced ? "/namespaces/default/" : "/";
        path += resource->plural + "/" + std::string(object.name());
        return ask(token, "PATCH", path, dump(object.json()));
    }

    static manifests::Input cluster() {
        const auto spec = api::parse_cluster_spec(
            *parse_yaml("{instances: 3, image: {tag: 'patroni:16'}, volumeSpec: "
                        "{persistentVolumeSize: 1Gi}}"));
        return {.identity = {.ns = "default", .name = "db", .uid = "u"},
                .spec = *spec,
                .operator_image = "bestgres-operator:test",
                .restarted_at = "",
                .existing_members = 0};
    }

    ApiServer server_;
};

// Kubernetes lets nobody grant what he does not hold: the operator must hold the pods' rights.
TEST_F(Rights, operator_may_write_every_object_of_a_cluster) {
    for (const kube::Object& object : manifests::applied_objects(cluster())) {
        EXPECT_EQ(apply("operator", object), "") << object.kind();
    }
    for (const char* path :
         {"/api/v1/namespaces/default/pods", "/api/v1/namespaces/default/secrets",
          "/api/v1/namespaces/default/persistentvolumeclaims",
          "/apis/apps/v1/namespaces/default/statefulsets",
          "/apis/policy/v1/namespaces/default/poddisruptionbudgets",
          "/apis/bestgres.io/v1/namespaces/default/bgclusters",
          "/apis/bestgres.io/v1/namespaces/default/bgshardedclusters",
          "/apis/bestgres.io/v1/namespaces/default/bgdbops",
          "/apis/bestgres.io/v1/namespaces/default/bgshardeddbops"}) {
        EXPECT_EQ(ask("operator", "GET", path), "") << path;
    }
}

TEST_F(Rights, operator_may_do_nothing_outside_its_work) {
    for (const char* path :
         {"/api/v1/nodes", "/api/v1/namespaces", "/api/v1/pods",
          "/api/v1/namespaces/kube-system/secrets", "/apis/apps/v1/namespaces/default/deployments",
          "/apis/storage.k8s.io/v1/storageclasses"}) {
        EXPECT_NE(ask("operator", "GET", path), "") << path;
    }
    // Groups of a sharded cluster are its to delete; what a user made it never replaces.
    for (const char* resource : {"bgclusters", "bgshardedclusters"}) {
        EXPECT_NE(ask("operator", "PUT",
                      "/apis/bestgres.io/v1/namespaces/default/" + std::string(resource) + "/db"),
                  "")
            << resource;
    }
    EXPECT_NE(
        ask("operator", "DELETE", "/apis/bestgres.io/v1/namespaces/default/bgshardedclusters/db"),
        "");
}

TEST_F(Rights, operator_cannot_grant_what_it_does_not_hold) {
    const kube::Object greedy(*parse_yaml(R"(
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: greedy, namespace: default}
rules: [{apiGroups: [""], resources: [secrets], verbs: [get]}]
)"));

    EXPECT_NE(apply("operator", greedy), "");
    EXPECT_EQ(apply("admin", greedy), "");
}

TEST_F(Rights, pods_write_their_own_cluster_and_no_other) {
    for (const kube::Object& object : manifests::applied_objects(cluster())) {
        ASSERT_EQ(apply("operator", object), "") << object.kind();
    }
    const auto config_map = [](const std::string& name) {
        return kube::Object(Json{{"apiVersion", "v1"},
                                 {"kind", "ConfigMap"},
                                 {"metadata", {{"name", name}, {"namespace", "default"}}}});
    };

    EXPECT_EQ(apply("pod", config_map("db-leader")), "");
    EXPECT_NE(apply("pod", config_map("other-leader")), "");
    EXPECT_NE(apply("pod", config_map("db-accepted-spec")), "");
    EXPECT_EQ(ask("pod", "GET", "/api/v1/namespaces/default/pods"), "");
    EXPECT_NE(ask("pod", "GET", "/api/v1/namespaces/default/secrets/db"), "");
    EXPECT_NE(ask("pod", "DELETE", "/api/v1/namespaces/default/configmaps/db-leader"), "");
}

}  // namespace
}  // namespace bestgres
