#include "lib/base/hash.hpp"
#include "operator/api/cluster_words.hpp"
#include "operator/manifests/labels.hpp"
#include "operator/manifests/names.hpp"
#include "operator/manifests/objects.hpp"

namespace bestgres::manifests {
namespace {

Json port(std::string_view name, int number) {
    return {{"name", name}, {"port", number}, {"protocol", "TCP"}, {"targetPort", name}};
}

// Role and fence: a member whose claim to lead is contradicted gets no connection.
Json selector(std::string_view cluster, std::string_view role) {
    Json selector = pod_selector(cluster);
    selector[std::string(role_label)] = role;
    selector[std::string(fenced_label)] = "false";
    return selector;
}

Json routed_service(const Input& input, std::string_view name, std::string_view role,
                    const api::ServiceSpec& service) {
    Json object = {
        {"apiVersion", "v1"},
        {"kind", "Service"},
        {"metadata", metadata(input.identity, name)},
        {"spec",
         {{"type", api::word(service.type)},
          {"selector", selector(input.identity.name, role)},
          {"ports", Json::array({port("postgres", 5432)})}}},
    };
    for (const auto& [key, value] : service.annotations) {
        object["metadata"]["annotations"].emplace(key, value);
    }
    Json& spec = object["spec"];
    if (!service.load_balancer_source_ranges.empty()) {
        spec["loadBalancerSourceRanges"] = service.load_balancer_source_ranges;
    }
    if (service.node_port) {
        spec["ports"][0]["nodePort"] = *service.node_port;
    }
    if (service.external_traffic_policy) {
        spec["externalTrafficPolicy"] = api::word(*service.external_traffic_policy);
    }
    const std::string hash = to_hex(hash_json(object));
    object["metadata"]["annotations"][std::string(manifest_hash_annotation)] = hash;
    return object;
}

}  // namespace

kube::Object headless_service(const Input& input) {
    const std::string& cluster = input.identity.name;
    return kube::Object({
        {"apiVersion", "v1"},
        {"kind", "Service"},
        {"metadata", metadata(input.identity, headless_service_name(cluster))},
        {"spec",
         {{"type", "ClusterIP"},
          {"clusterIP", "None"},
          // Members find each other while they start.
          {"publishNotReadyAddresses", true},
          {"selector", pod_selector(cluster)},
          {"ports", Json::array({port("postgres", 5432), port("patroni", 8008)})}}},
    });
}

kube::Object primary_service(const Input& input) {
    return kube::Object(routed_service(input, primary_service_name(input.identity.name),
                                       primary_role, input.spec.services.primary));
}

kube::Object replica_service(const Input& input) {
    return kube::Object(routed_service(input, replica_service_name(input.identity.name),
                                       replica_role, input.spec.services.replicas));
}

}  // namespace bestgres::manifests
