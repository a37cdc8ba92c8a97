#include "fakekube/node/environment.hpp"

#include <gtest/gtest.h>

#include "lib/base/encoding.hpp"

namespace bestgres::fakekube::node {
namespace {

PodFacts facts_of_pod() {
    return {.pod = kube::Object({{"metadata",
                                  {{"name", "db-0"},
                                   {"namespace", "shop"},
                                   {"uid", "u1"},
                                   {"labels", {{"app", "db"}, {"tier", "a\"b"}}}}},
                                 {"spec", {{"serviceAccountName", "db"}}}}),
            .pod_ip = "127.64.1.2",
            .host_ip = "127.0.0.1",
            .node_name = "node-1",
            .allocatable = {{"cpu", "4"}, {"memory", "8Gi"}}};
}

std::optional<kube::Object> find_object(const kube::Ref& ref) {
    if (ref.kind == kube::kinds::secret && ref.name == "s") {
        return kube::Object(Json{{"data", {{"password", encode_base64("pw")}}}});
    }
    if (ref.kind == kube::kinds::config_map && ref.name == "c") {
        return kube::Object(Json{{"data", {{"A", "1"}, {"B", "2"}}}});
    }
    return std::nullopt;
}

Result<Environment> environment_of(const Json& container) {
    const PodFacts facts = facts_of_pod();
    const Environment image = {{"PATH", "/bin"}};
    const Environment services = {{"DB_SERVICE_HOST", "10.0.0.1"}};
    const Lookup lookup = find_object;
    return container_environment({.facts = facts,
                                  .container = container,
                                  .image = image,
                                  .services = services,
                                  .lookup = lookup});
}

Json secret_key(const std::string& name, const std::string& key, bool optional = false) {
    return {
        {"name", "X"},
        {"valueFrom", {{"secretKeyRef", {{"name", name}, {"key", key}, {"optional", optional}}}}}};
}

TEST(ContainerEnvironment, comes_from_image_services_objects_and_literals) {
    const auto environment = environment_of(
        {{"envFrom", {{{"prefix", "C_"}, {"configMapRef", {{"name", "c"}}}}}},
         {"env",
          {{{"name", "HOST"}, {"value", "$(DB_SERVICE_HOST):$(PORT) $$(C_A)"}},
           {{"name", "IP"}, {"valueFrom", {{"fieldRef", {{"fieldPath", "status.podIP"}}}}}},
           secret_key("s", "password")}}});
    ASSERT_TRUE(environment.ok());
    EXPECT_EQ(*environment, (Environment{{"C_A", "1"},
                                         {"C_B", "2"},
                                         {"DB_SERVICE_HOST", "10.0.0.1"},
                                         {"HOST", "10.0.0.1:$(PORT) $(C_A)"},
                                         {"IP", "127.64.1.2"},
                                         {"PATH", "/bin"},
                                         {"X", "pw"}}));
}

TEST(ContainerEnvironment, names_what_is_missing_in_the_words_of_the_kubelet) {
    EXPECT_EQ(environment_of({{"env", {secret_key("no", "k")}}}).error().message,
              "secret \"no\" not found");
    EXPECT_EQ(environment_of({{"env", {secret_key("s", "k")}}}).error().message,
              "couldn't find key k in Secret shop/s");
    EXPECT_TRUE(environment_of({{"env", {secret_key("no", "k", true)}}}).ok());
    EXPECT_EQ(environment_of({{"envFrom", {{{"configMapRef", {{"name", "x"}}}}}}}).error().message,
              "configmap \"x\" not found");
}

TEST(PodField, reads_metadata_and_status) {
    const PodFacts facts = facts_of_pod();
    EXPECT_EQ(*pod_field(facts, "metadata.labels['app']"), "db");
    EXPECT_EQ(*pod_field(facts, "metadata.labels"), "app=\"db\"\ntier=\"a\\\"b\"\n");
    EXPECT_EQ(*pod_field(facts, "spec.serviceAccountName"), "db");
    EXPECT_FALSE(pod_field(facts, "spec.replicas").ok());
}

TEST(ResourceField, divides_and_rounds_up_and_falls_back_to_the_node) {
    const PodFacts facts = facts_of_pod();
    const Json container = {{"resources", {{"limits", {{"cpu", "1500m"}}}}}};
    const auto value = [&](const char* resource, const char* divisor) {
        return *resource_field(facts, {{"resource", resource}, {"divisor", divisor}}, container);
    };
    EXPECT_EQ(value("limits.cpu", "1"), "2");
    EXPECT_EQ(value("limits.cpu", "1m"), "1500");
    EXPECT_EQ(value("limits.memory", "1Mi"), "8192");
    EXPECT_EQ(value("requests.memory", "1"), "0");
}

TEST(References, are_found_in_containers_and_volumes) {
    const kube::Object pod(
        {{"metadata", {{"namespace", "shop"}}},
         {"spec",
          {{"containers", {{{"env", {secret_key("s", "k")}}}}},
           {"volumes",
            {{{"name", "v"}, {"configMap", {{"name", "c"}}}},
             {{"name", "p"}, {"projected", {{"sources", {{{"secret", {{"name", "s"}}}}}}}}}}}}}});
    EXPECT_EQ(references_of(pod), (std::vector<kube::Ref>{{kube::kinds::config_map, "shop", "c"},
                                                          {kube::kinds::secret, "shop", "s"}}));
}

}  // namespace
}  // namespace bestgres::fakekube::node
