#include <fmt/format.h>

#include <set>

#include "fakekube/kinds/checks.hpp"
#include "fakekube/kinds/rules.hpp"
#include "fakekube/kinds/tables/tables.hpp"

#include "fakekube/kinds/go_text.hpp"

namespace bestgres::fakekube {
namespace {

bool is_external_name(const Json& service) {
    return string_at(service, {"spec", "type"}) == "ExternalName";
}

bool has_node_ports(const Json& service) {
    const std::string type = string_at(service, {"spec", "type"});
    return type == "NodePort" || type == "LoadBalancer";
}

std::string cluster_ip(const Json& service) {
    return string_at(service, {"spec", "clusterIP"});
}

bool is_headless(const Json& service) {
    return cluster_ip(service) == "None";
}

void set_defaults(Json& object) {
    Json& spec = object["spec"];
    if (text_of(spec, "sessionAffinity") == "ClientIP") {
        if (!is_set(object_at(spec, {"sessionAffinityConfig", "clientIP"}), "timeoutSeconds")) {
            spec["sessionAffinityConfig"]["clientIP"]["timeoutSeconds"] = 10800;
        }
    } else {
        spec.erase("sessionAffinityConfig");
    }
    if (spec.contains("ports")) {
        for (Json& port : spec["ports"]) {
            const Json& target = value_of(port, "targetPort");
            if (target.is_null() || target == 0 || target == "") {
                port["targetPort"] = value_of(port, "port");
            }
        }
    }
    if (has_node_ports(object) && text_of(spec, "externalTrafficPolicy").empty()) {
        spec["externalTrafficPolicy"] = "Cluster";
    }
}

// What servers since 1.23 fill in on every Service; single-stack IPv4 here.
void set_family_defaults(Json& object) {
    set_defaults(object);
    if (is_external_name(object)) {
        return;
    }
    Json& spec = object["spec"];
    if (!is_set(spec, "internalTrafficPolicy")) {
        spec["internalTrafficPolicy"] = "Cluster";
    }
    if (!is_set(spec, "ipFamilies")) {
        spec["ipFamilies"] = Json::array({"IPv4"});
    }
    if (!is_set(spec, "ipFamilyPolicy")) {
        spec["ipFamilyPolicy"] = "SingleStack";
    }
    if (text_of(spec, "type") == "LoadBalancer" && !is_set(spec, "allocateLoadBalancerNodePorts")) {
        spec["allocateLoadBalancerNodePorts"] = true;
    }
}

// clusterIPs follows clusterIP.
void put_in_step(Json& spec) {
    const std::string address = text_of(spec, "clusterIP");
    if (address.empty()) {
        spec.erase("clusterIPs");
    } else {
        spec["clusterIPs"] = Json::array({address});
    }
}

void prepare_create(Json& object) {
    Json& spec = object["spec"];
    const Json& addresses = array_at(spec, {"clusterIPs"});
    if (text_of(spec, "clusterIP").empty() && !addresses.empty()) {
        spec["clusterIP"] = addresses.front();
    }
    put_in_step(spec);
}

void release_node_ports(Json& now, const Json& before) {
    const Json& earlier = array_at(before, {"spec", "ports"});
    if (!now["spec"].contains("ports")) {
        return;
    }
    for (Json& port : now["spec"]["ports"]) {
        for (const Json& old_port : earlier) {
            if (value_of(port, "nodePort") == value_of(old_port, "nodePort")) {
                port.erase("nodePort");
                break;
            }
        }
    }
}

// What was allocated stays unless the type no longer needs it.
void prepare_update(Json& now, const Json& before, std::string_view subresource) {
    if (!subresource.empty()) {
        return;
    }
    Json& spec = now["spec"];
    const bool had_address = !is_external_name(before);
    if (is_external_name(now)) {
        if (had_address && cluster_ip(now) == cluster_ip(before)) {
            spec.erase("clusterIP");
        }
        for (const char* field : {"ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy"}) {
            spec.erase(field);
        }
    } else if (had_address && cluster_ip(now).empty()) {
        spec["clusterIP"] = cluster_ip(before);
    }
    put_in_step(spec);
    if (has_node_ports(before) && !has_node_ports(now)) {
        release_node_ports(now, before);
        for (const char* field : {"externalTrafficPolicy", "allocateLoadBalancerNodePorts"}) {
            if (value_of(spec, field) == value_of(before["spec"], field)) {
                spec.erase(field);
            }
        }
    }
}

FieldErrors check_port_name(const Json& port, bool needs_name, std::set<std::string>& names,
                            const std::string& path) {
    const std::string name = text_of(port, "name");
    if (name.empty()) {
        return needs_name ? FieldErrors{required(path)} : FieldErrors();
    }
    FieldErrors errors = invalid_each(path, name, dns_label_problems(name));
    if (!names.insert(name).second) {
        errors.push_back(duplicate(path, name));
    }
    return errors;
}

FieldErrors check_ports(const Json& ports) {
    FieldErrors errors;
    std::set<std::string> names;
    for (std::size_t i = 0; i < ports.size(); ++i) {
        const std::string path = at_index("spec.ports", i);
        const Json& port = ports[i];
        append(errors, check_port_name(port, ports.size() > 1, names, path + ".name"));
        append(errors, check_port(value_of(port, "port"), path + ".port"));
        check_one_of(errors, text_of(port, "protocol"), path + ".protocol", {"SCTP", "TCP", "UDP"});
        append(errors, check_port(value_of(port, "targetPort"), path + ".targetPort"));
    }
    return errors;
}

FieldErrors check_distinct_ports(const Json& ports) {
    FieldErrors errors;
    std::set<std::pair<std::string, std::int64_t>> seen;
    for (std::size_t i = 0; i < ports.size(); ++i) {
        const std::string protocol = text_of(ports[i], "protocol");
        const std::int64_t number = find_int(ports[i], {"port"}).value_or(0);
        if (!seen.insert({protocol, number}).second) {
            errors.push_back(duplicate(
                at_index("spec.ports", i),
                verbatim(fmt::format(
                    "core.ServicePort{{Name:\"\", Protocol:{}, AppProtocol:(*string)(nil), "
                    "Port:{}, TargetPort:intstr.IntOrString{{Type:0, IntVal:0, StrVal:\"\"}}, "
                    "NodePort:0}}",
                    go_quote(protocol), number))));
        }
    }
    return errors;
}

FieldErrors check_type(const Json& object) {
    const std::string type = string_at(object, {"spec", "type"});
    FieldErrors errors;
    if (has_node_ports(object) && is_headless(object)) {
        errors.push_back(invalid("spec.clusterIPs[0]", "None",
                                 fmt::format("may not be set to 'None' for {} services", type)));
    }
    if (type == "ExternalName") {
        const std::string name = string_at(object, {"spec", "externalName"});
        if (name.empty()) {
            errors.push_back(required("spec.externalName"));
        } else {
            append(errors, invalid_each("spec.externalName", name, dns_subdomain_problems(name)));
        }
        if (!cluster_ip(object).empty()) {
            errors.push_back(
                forbidden("spec.clusterIPs", "may not be set for ExternalName services"));
        }
    }
    return errors;
}

FieldErrors validate(const Json& object) {
    const Json& spec = object_at(object, {"spec"});
    const Json& ports = array_at(spec, {"ports"});
    FieldErrors errors;
    if (ports.empty() && !is_headless(object) && !is_external_name(object)) {
        errors.push_back(required("spec.ports"));
    }
    append(errors, check_type(object));
    append(errors, check_ports(ports));
    append(errors, check_labels(value_of(spec, "selector"), "spec.selector"));
    check_one_of(errors, text_of(spec, "sessionAffinity"), "spec.sessionAffinity",
                 {"ClientIP", "None"});
    const std::string address = cluster_ip(object);
    if (!address.empty() && address != "None") {
        append(errors, invalid_each("spec.clusterIPs[0]", address, ip_problems(address)));
    }
    check_one_of(errors, text_of(spec, "type"), "spec.type",
                 {"ClusterIP", "ExternalName", "LoadBalancer", "NodePort"});
    append(errors, check_distinct_ports(ports));
    const std::string policy = text_of(spec, "externalTrafficPolicy");
    if (!policy.empty() && !has_node_ports(object)) {
        errors.push_back(
            invalid("spec.externalTrafficPolicy", policy,
                    "ExternalTrafficPolicy can only be set on NodePort and LoadBalancer service"));
    } else if (!policy.empty() && policy != "Local" && policy != "Cluster") {
        errors.push_back(invalid("spec.externalTrafficPolicy", policy,
                                 "ExternalTrafficPolicy must be empty, Cluster or Local"));
    }
    return errors;
}

FieldErrors validate_update(const Json& now, const Json& before, std::string_view subresource) {
    if (subresource == "status") {
        return {};
    }
    FieldErrors errors;
    const std::string earlier = cluster_ip(before);
    if (!is_external_name(before) && !is_external_name(now) && !earlier.empty() &&
        cluster_ip(now) != earlier) {
        errors.push_back(invalid("spec.clusterIPs[0]",
                                 verbatim(fmt::format("[]string{{{}}}", go_quote(cluster_ip(now)))),
                                 "may not change once set"));
    }
    append(errors, validate(now));
    return errors;
}

KindRules rules_with(void (*defaults)(Json&)) {
    return {.names = NameRule::dns_1035_label,
            .create_on_update = true,
            .selectable_fields = {"spec.clusterIP", "spec.type"},
            .set_defaults = defaults,
            .prepare_create = prepare_create,
            .prepare_update = prepare_update,
            .validate_create = validate,
            .validate_update = validate_update,
            .columns = service_columns,
            .cells = service_cells};
}

}  // namespace

KindRules service_rules() {
    return rules_with(set_family_defaults);
}

KindRules service_rules_before_families() {
    return rules_with(set_defaults);
}

}  // namespace bestgres::fakekube
