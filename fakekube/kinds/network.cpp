#include "fakekube/kinds/checks.hpp"
#include "fakekube/kinds/rules.hpp"
#include "fakekube/kinds/tables/tables.hpp"

namespace bestgres::fakekube {
namespace {

void default_policy_types(Json& object) {
    Json& spec = object["spec"];
    if (is_set(spec, "policyTypes")) {
        return;
    }
    spec["policyTypes"] = Json::array({"Ingress"});
    if (is_set(spec, "egress")) {
        spec["policyTypes"].push_back("Egress");
    }
}

FieldErrors check_peer(const Json& peer, const std::string& path) {
    FieldErrors errors;
    const bool has_block = is_set(peer, "ipBlock");
    const bool has_selector = is_set(peer, "podSelector") || is_set(peer, "namespaceSelector");
    for (const std::string field : {"podSelector", "namespaceSelector"}) {
        append(errors, check_label_selector(value_of(peer, field), path + "." + field));
    }
    if (has_block) {
        const std::string cidr = string_at(peer, {"ipBlock", "cidr"});
        if (cidr.empty()) {
            errors.push_back(required(path + ".ipBlock.cidr"));
        } else if (!is_cidr(cidr)) {
            errors.push_back(invalid(path + ".ipBlock.cidr", cidr, "not a valid CIDR"));
        }
    }
    if (!has_block && !has_selector) {
        errors.push_back(required(path, "must specify a peer"));
    } else if (has_block && has_selector) {
        errors.push_back(forbidden(path, "may not specify both ipBlock and another peer"));
    }
    return errors;
}

FieldErrors check_policy_port(const Json& port, const std::string& path) {
    FieldErrors errors;
    if (is_set(port, "protocol")) {
        check_one_of(errors, text_of(port, "protocol"), path + ".protocol", {"SCTP", "TCP", "UDP"});
    }
    if (is_set(port, "port")) {
        append(errors, check_port(port["port"], path + ".port"));
    }
    return errors;
}

FieldErrors check_policy_rules(const Json& spec, const std::string& direction,
                               const std::string& peers) {
    FieldErrors errors;
    const Json& rules = array_at(spec, {direction});
    for (std::size_t i = 0; i < rules.size(); ++i) {
        const std::string path = at_index("spec." + direction, i);
        const Json& ports = array_at(rules[i], {"ports"});
        for (std::size_t j = 0; j < ports.size(); ++j) {
            append(errors, check_policy_port(ports[j], at_index(path + ".ports", j)));
        }
        const Json& list = array_at(rules[i], {peers});
        for (std::size_t j = 0; j < list.size(); ++j) {
            append(errors, check_peer(list[j], at_index(path + "." + peers, j)));
        }
    }
    return errors;
}

FieldErrors validate_network_policy(const Json& object) {
    const Json& spec = object_at(object, {"spec"});
    FieldErrors errors = check_label_selector(value_of(spec, "podSelector"), "spec.podSelector");
    append(errors, check_policy_rules(spec, "ingress", "from"));
    append(errors, check_policy_rules(spec, "egress", "to"));
    const Json& types = array_at(spec, {"policyTypes"});
    for (std::size_t i = 0; i < types.size(); ++i) {
        check_one_of(errors, types[i].get<std::string>(), at_index("spec.policyTypes", i),
                     {"Ingress", "Egress"});
    }
    return errors;
}

FieldErrors check_backend(const Json& backend, const std::string& path) {
    FieldErrors errors;
    const Json& service = value_of(backend, "service");
    if (service.is_null() && !is_set(backend, "resource")) {
        return {required(path, "resource or service backend is required")};
    }
    if (!service.is_null()) {
        check_required(errors, service, "name", path + ".service");
        const bool has_port = !string_at(service, {"port", "name"}).empty() ||
                              find_int(service, {"port", "number"}).value_or(0) != 0;
        if (!has_port) {
            errors.push_back(required(path + ".service.port", "port name or number is required"));
        }
    }
    return errors;
}

FieldErrors check_ingress_path(const Json& entry, const std::string& path) {
    FieldErrors errors;
    const std::string type = text_of(entry, "pathType");
    const std::string value = text_of(entry, "path");
    if (type.empty()) {
        return {required(path + ".pathType", "pathType must be specified")};
    }
    check_one_of(errors, type, path + ".pathType", {"Exact", "ImplementationSpecific", "Prefix"});
    if (type != "ImplementationSpecific" && !value.starts_with('/')) {
        errors.push_back(invalid(path + ".path", value, "must be an absolute path"));
    }
    append(errors, check_backend(value_of(entry, "backend"), path + ".backend"));
    return errors;
}

FieldErrors validate_ingress(const Json& object) {
    const Json& spec = object_at(object, {"spec"});
    const Json& rules = array_at(spec, {"rules"});
    FieldErrors errors;
    if (rules.empty() && !is_set(spec, "defaultBackend")) {
        errors.push_back(
            invalid("spec", rules, "either `defaultBackend` or `rules` must be specified"));
    }
    if (is_set(spec, "defaultBackend")) {
        append(errors, check_backend(spec["defaultBackend"], "spec.defaultBackend"));
    }
    for (std::size_t i = 0; i < rules.size(); ++i) {
        const std::string path = at_index("spec.rules", i) + ".http.paths";
        const Json& paths = array_at(rules[i], {"http", "paths"});
        for (std::size_t j = 0; j < paths.size(); ++j) {
            append(errors, check_ingress_path(paths[j], at_index(path, j)));
        }
    }
    return errors;
}

FieldErrors validate_status_or_ingress(const Json& now, const Json&, std::string_view subresource) {
    return subresource.empty() ? validate_ingress(now) : FieldErrors();
}

}  // namespace

KindRules network_policy_rules() {
    return {.manages_generation = true,
            .set_defaults = default_policy_types,
            .validate_create = validate_network_policy,
            .columns = network_policy_columns,
            .cells = network_policy_cells};
}

KindRules ingress_rules() {
    return {.manages_generation = true,
            .validate_create = validate_ingress,
            .validate_update = validate_status_or_ingress,
            .columns = ingress_columns,
            .cells = ingress_cells};
}

KindRules ingress_class_rules() {
    return {.manages_generation = true, .columns = plain_columns, .cells = plain_cells};
}

}  // namespace bestgres::fakekube
