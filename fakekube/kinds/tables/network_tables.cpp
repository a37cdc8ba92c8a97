#include <fmt/format.h>

#include "fakekube/kinds/tables/cells.hpp"
#include "fakekube/kinds/tables/tables.hpp"

namespace bestgres::fakekube {
namespace {

// "5432:30001/TCP,8008/TCP".
std::string ports_of(const Json& service) {
    std::vector<std::string> parts;
    for (const Json& port : array_at(service, {"spec", "ports"})) {
        const std::int64_t node_port = find_int(port, {"nodePort"}).value_or(0);
        const std::int64_t number = find_int(port, {"port"}).value_or(0);
        const std::string shown =
            node_port > 0 ? fmt::format("{}:{}", number, node_port) : fmt::format("{}", number);
        parts.push_back(shown + "/" + string_at(port, {"protocol"}));
    }
    return or_none(join(parts, ","));
}

std::string external_of(const Json& service) {
    const std::string type = string_at(service, {"spec", "type"});
    if (type == "ExternalName") {
        return string_at(service, {"spec", "externalName"});
    }
    std::vector<std::string> addresses;
    if (type == "LoadBalancer") {
        for (const Json& ingress : array_at(service, {"status", "loadBalancer", "ingress"})) {
            const std::string ip = string_at(ingress, {"ip"});
            addresses.push_back(ip.empty() ? string_at(ingress, {"hostname"}) : ip);
        }
    }
    for (const Json& address : array_at(service, {"spec", "externalIPs"})) {
        addresses.push_back(address.get<std::string>());
    }
    if (type == "LoadBalancer" && addresses.empty()) {
        return "<pending>";
    }
    return or_none(join(addresses, ","));
}

// At most three, as in "10.0.0.1:80,10.0.0.2:80,10.0.0.3:80 + 2 more...".
std::string at_most_three(const std::vector<std::string>& parts) {
    if (parts.size() <= 3) {
        return or_none(join(parts, ","));
    }
    return fmt::format("{},{},{} + {} more...", parts[0], parts[1], parts[2], parts.size() - 3);
}

void add_subset(std::vector<std::string>& parts, const Json& subset) {
    const Json& ports = array_at(subset, {"ports"});
    for (const Json& address : array_at(subset, {"addresses"})) {
        if (ports.empty()) {
            parts.push_back(string_at(address, {"ip"}));
        }
    }
    for (const Json& port : ports) {
        for (const Json& address : array_at(subset, {"addresses"})) {
            parts.push_back(fmt::format("{}:{}", string_at(address, {"ip"}),
                                        find_int(port, {"port"}).value_or(0)));
        }
    }
}

std::string slice_ports(const Json& slice) {
    std::vector<std::string> parts;
    for (const Json& port : array_at(slice, {"ports"})) {
        const auto number = find_int(port, {"port"});
        parts.push_back(number ? fmt::format("{}", *number) : "*");
    }
    return parts.empty() ? "<unset>" : at_most_three(parts);
}

}  // namespace

std::vector<TableColumn> service_columns() {
    return columns_of("Name:name Type Cluster-IP External-IP Port(s) Age Selector:wide");
}

std::vector<Json> service_cells(const Json& object, Instant now) {
    return {name_cell(object),
            string_at(object, {"spec", "type"}),
            or_none(string_at(object, {"spec", "clusterIP"})),
            external_of(object),
            ports_of(object),
            age_cell(object, now),
            labels_cell(object_at(object, {"spec", "selector"}))};
}

std::vector<TableColumn> endpoints_columns() {
    return columns_of("Name:name Endpoints Age");
}

std::vector<Json> endpoints_cells(const Json& object, Instant now) {
    std::vector<std::string> parts;
    for (const Json& subset : array_at(object, {"subsets"})) {
        add_subset(parts, subset);
    }
    return {name_cell(object), at_most_three(parts), age_cell(object, now)};
}

std::vector<TableColumn> endpoint_slice_columns() {
    return columns_of("Name:name AddressType Ports Endpoints Age");
}

std::vector<Json> endpoint_slice_cells(const Json& object, Instant now) {
    std::vector<std::string> addresses;
    for (const Json& endpoint : array_at(object, {"endpoints"})) {
        for (const Json& address : array_at(endpoint, {"addresses"})) {
            addresses.push_back(address.get<std::string>());
        }
    }
    return {name_cell(object), string_at(object, {"addressType"}), slice_ports(object),
            addresses.empty() ? "<unset>" : at_most_three(addresses), age_cell(object, now)};
}

std::vector<TableColumn> network_policy_columns() {
    return columns_of("Name:name Pod-Selector Age");
}

std::vector<Json> network_policy_cells(const Json& object, Instant now) {
    return {name_cell(object), selector_cell(object_at(object, {"spec", "podSelector"})),
            age_cell(object, now)};
}

std::vector<TableColumn> ingress_columns() {
    return columns_of("Name:name Class Hosts Address Ports Age");
}

std::vector<Json> ingress_cells(const Json& object, Instant now) {
    std::vector<std::string> hosts;
    for (const Json& rule : array_at(object, {"spec", "rules"})) {
        const std::string host = string_at(rule, {"host"});
        if (!host.empty()) {
            hosts.push_back(host);
        }
    }
    std::vector<std::string> addresses;
    for (const Json& ingress : array_at(object, {"status", "loadBalancer", "ingress"})) {
        const std::string ip = string_at(ingress, {"ip"});
        addresses.push_back(ip.empty() ? string_at(ingress, {"hostname"}) : ip);
    }
    return {name_cell(object),
            or_none(string_at(object, {"spec", "ingressClassName"})),
            hosts.empty() ? "*" : join(hosts, ","),
            join(addresses, ","),
            array_at(object, {"spec", "tls"}).empty() ? "80" : "80, 443",
            age_cell(object, now)};
}

}  // namespace bestgres::fakekube
