#include "fakekube/node/service_view.hpp"

#include <gtest/gtest.h>

namespace bestgres::fakekube::node {
namespace {

kube::Object service(const std::string& name, const std::string& cluster_ip) {
    return kube::Object(
        {{"metadata", {{"name", name}, {"namespace", "shop"}}},
         {"spec",
          {{"clusterIP", cluster_ip}, {"ports", {{{"name", "postgres"}, {"port", 5432}}}}}}});
}

Json endpoint(const std::string& ip, const std::string& hostname, bool ready) {
    return {{"addresses", {ip}}, {"hostname", hostname}, {"conditions", {{"ready", ready}}}};
}

kube::Object slice(const std::string& service_name, const Json& endpoints) {
    return kube::Object({{"metadata",
                          {{"name", service_name + "-x"},
                           {"namespace", "shop"},
                           {"labels", {{"kubernetes.io/service-name", service_name}}}}},
                         {"ports", {{{"name", "postgres"}, {"port", 15432}}}},
                         {"endpoints", endpoints}});
}

TEST(ServiceView, forwards_to_ready_endpoints_alone) {
    const ServiceView view = make_service_view(
        {service("db", "127.96.0.1")},
        {slice("db", {endpoint("127.64.1.3", "", true), endpoint("127.64.1.2", "", true),
                      endpoint("127.64.1.4", "", false)})});
    EXPECT_EQ(view.forwards,
              (std::map<Endpoint, std::vector<Endpoint>>{
                  {{"127.96.0.1", 5432}, {{"127.64.1.2", 15432}, {"127.64.1.3", 15432}}}}));
}

TEST(ServiceView, forwards_to_what_still_serves_while_it_stops_where_nothing_else_is) {
    Json stopping = endpoint("127.64.1.2", "", false);
    stopping["conditions"]["serving"] = true;
    stopping["conditions"]["terminating"] = true;
    Json dead = endpoint("127.64.1.3", "", false);
    dead["conditions"]["serving"] = false;
    dead["conditions"]["terminating"] = true;
    const auto backends = [&](const Json& endpoints) {
        return make_service_view({service("db", "127.96.0.1")}, {slice("db", endpoints)})
            .forwards.at({"127.96.0.1", 5432});
    };
    const Json other = endpoint("127.64.1.4", "", true);
    EXPECT_EQ(backends({dead, stopping}), (std::vector<Endpoint>{{"127.64.1.2", 15432}}));
    EXPECT_EQ(backends({stopping, other}), (std::vector<Endpoint>{{"127.64.1.4", 15432}}));
}

TEST(ServiceView, keeps_an_address_without_endpoints) {
    const ServiceView view = make_service_view({service("db", "127.96.0.1")}, {});
    EXPECT_TRUE(view.forwards.at({"127.96.0.1", 5432}).empty());
}

TEST(HostsFile, names_the_pod_services_and_headless_pods) {
    const ServiceView view = make_service_view(
        {service("db", "127.96.0.1"), service("db-headless", "None")},
        {slice("db-headless", Json::array({endpoint("127.64.1.2", "db-0", true)}))});
    const HostsRequest own{.pod_ip = "127.64.1.2",
                           .hostname = "db-0",
                           .subdomain = "db-headless",
                           .ns = "shop",
                           .aliases = Json::array()};
    EXPECT_EQ(hosts_file(view, own),
              "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost\n"
              "127.64.1.2\tdb-0.db-headless.shop.svc.cluster.local db-0\n"
              "127.64.1.2\tdb-0.db-headless.shop.svc.cluster.local db-0.db-headless.shop.svc "
              "db-0.db-headless.shop db-0.db-headless\n"
              "127.64.1.2\tdb-headless.shop.svc.cluster.local db-headless.shop.svc "
              "db-headless.shop db-headless\n"
              "127.96.0.1\tdb.shop.svc.cluster.local db.shop.svc db.shop db\n");
    HostsRequest other = own;
    other.ns = "else";
    EXPECT_EQ(hosts_file(view, other).find("db.shop db\n"), std::string::npos);
}

TEST(ServiceEnvironment, names_services_of_the_namespace_and_the_api_server) {
    const Environment environment =
        service_environment({service("my-db", "127.96.0.1")}, "shop", {"127.0.0.1", 6443});
    EXPECT_EQ(environment.at("MY_DB_SERVICE_HOST"), "127.96.0.1");
    EXPECT_EQ(environment.at("MY_DB_SERVICE_PORT"), "5432");
    EXPECT_EQ(environment.at("MY_DB_SERVICE_PORT_POSTGRES"), "5432");
    EXPECT_EQ(environment.at("MY_DB_PORT_5432_TCP_ADDR"), "127.96.0.1");
    EXPECT_EQ(environment.at("KUBERNETES_SERVICE_HOST"), "127.0.0.1");
    EXPECT_EQ(environment.at("KUBERNETES_SERVICE_PORT"), "6443");
}

}  // namespace
}  // namespace bestgres::fakekube::node
