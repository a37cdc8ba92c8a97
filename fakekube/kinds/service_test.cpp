#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "fakekube/kinds/service_addresses.hpp"
#include "fakekube/kinds/testing.hpp"

namespace bestgres::fakekube {
namespace {

using testing::create_errors;
using testing::stored;
using testing::Texts;
using testing::update_errors;
using testing::yaml;

constexpr std::string_view cidr = "10.96.0.0/24";

TEST(Service, gets_its_defaults) {
    EXPECT_EQ(stored("Service", yaml("spec: {ports: [{port: 80}]}"))["spec"], yaml(R"(
        {ports: [{port: 80, protocol: TCP, targetPort: 80}], type: ClusterIP,
         sessionAffinity: None, internalTrafficPolicy: Cluster, ipFamilies: [IPv4],
         ipFamilyPolicy: SingleStack})"));
}

TEST(Service, needs_ports_and_names_for_several) {
    EXPECT_EQ(create_errors("Service", "spec: {selector: {a: b}}"),
              Texts{"spec.ports: Required value"});
    EXPECT_EQ(create_errors("Service", "spec: {ports: [{port: 80}, {port: 81}]}"),
              (Texts{"spec.ports[0].name: Required value", "spec.ports[1].name: Required value"}));
    EXPECT_EQ(create_errors("Service", "spec: {clusterIP: None}"), Texts{});
}

TEST(Service, keeps_its_address) {
    Json service = stored("Service", yaml("spec: {ports: [{port: 80}]}"));
    ASSERT_TRUE(allocate_addresses(service, Json(), {}, cidr).empty());
    EXPECT_EQ(update_errors("Service", service, "spec: {clusterIP: null}"), Texts{});
    EXPECT_EQ(update_errors("Service", service, "spec: {clusterIP: 10.96.0.200}"),
              Texts{"spec.clusterIPs[0]: Invalid value: []string{\"10.96.0.200\"}: may not change "
                    "once set"});
}

TEST(ServiceAddresses, leave_headless_services_alone) {
    Json service = stored("Service", yaml("spec: {clusterIP: None}"));
    ASSERT_TRUE(allocate_addresses(service, Json(), {}, cidr).empty());
    EXPECT_EQ(service["spec"]["clusterIPs"], yaml("[None]"));
}

TEST(ServiceAddresses, give_node_ports_to_types_that_need_them) {
    Json service = stored("Service", yaml("spec: {type: NodePort, ports: [{port: 80}]}"));
    ASSERT_TRUE(
        allocate_addresses(service, Json(), {.cluster_ips = {}, .node_ports = {30000}}, cidr)
            .empty());
    const int port = service["spec"]["ports"][0]["nodePort"];
    EXPECT_TRUE(port > 30000 && port <= 32767) << port;
}

TEST(ServiceAddresses, refuse_ports_out_of_range) {
    Json service =
        stored("Service", yaml("spec: {type: NodePort, ports: [{port: 80, nodePort: 80}]}"));
    EXPECT_EQ(testing::texts(allocate_addresses(service, Json(), {}, cidr)),
              Texts{"spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid "
                    "range. The range of valid ports is 30000-32767"});
}

RC_GTEST_PROP(ServiceAddresses, are_never_given_twice, ()) {
    TakenAddresses taken;
    const int services = *rc::gen::inRange(1, 250);
    for (int i = 0; i < services; ++i) {
        Json service = {{"spec", {{"type", "ClusterIP"}}}};
        RC_ASSERT(allocate_addresses(service, Json(), taken, cidr).empty());
        RC_ASSERT(!taken.cluster_ips.contains(service["spec"]["clusterIP"].get<std::string>()));
        taken.add(service);
    }
}

}  // namespace
}  // namespace bestgres::fakekube
