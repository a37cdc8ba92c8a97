#include "fakekube/kinds/container_checks.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "fakekube/kinds/checks.hpp"
#include "lib/kube/quantity.hpp"

namespace bestgres::fakekube {
namespace {

constexpr std::string_view supported_protocols[] = {"SCTP", "TCP", "UDP"};

std::vector<std::string> protocols() {
    return {std::begin(supported_protocols), std::end(supported_protocols)};
}

FieldErrors check_name(const Json& named, std::set<std::string>& names, const std::string& path) {
    FieldErrors errors;
    const std::string name = text_of(named, "name");
    if (name.empty()) {
        errors.push_back(required(path + ".name"));
    } else {
        append(errors, invalid_each(path + ".name", name, dns_label_problems(name)));
    }
    if (!names.insert(name).second) {
        errors.push_back(duplicate(path + ".name", name));
    }
    return errors;
}

FieldErrors check_http_get(const Json& action, const std::string& path) {
    FieldErrors errors;
    check_required(errors, action, "path", path);
    append(errors, check_port(value_of(action, "port"), path + ".port"));
    check_one_of(errors, text_of(action, "scheme"), path + ".scheme", {"HTTP", "HTTPS"});
    return errors;
}

FieldErrors check_one_handler(const Json& handler, std::string_view kind, const std::string& path) {
    const Json& action = handler[std::string(kind)];
    FieldErrors errors;
    if (kind == "exec" && array_at(action, {"command"}).empty()) {
        errors.push_back(required(path + ".command"));
    } else if (kind == "httpGet") {
        return check_http_get(action, path);
    } else if (kind == "tcpSocket") {
        return check_port(value_of(action, "port"), path + ".port");
    } else if (kind == "grpc") {
        const std::int64_t port = find_int(action, {"port"}).value_or(0);
        return invalid_each(path + ".port", port, port_number_problems(port));
    }
    return errors;
}

// Of a probe or a life-cycle hook.
FieldErrors check_handler(const Json& handler, const std::string& path) {
    FieldErrors errors;
    int handlers = 0;
    for (const std::string_view kind : {"exec", "httpGet", "tcpSocket", "grpc", "sleep"}) {
        if (!is_set(handler, kind)) {
            continue;
        }
        const std::string place = path + "." + std::string(kind);
        if (handlers++ > 0) {
            errors.push_back(forbidden(place, "may not specify more than 1 handler type"));
        } else {
            append(errors, check_one_handler(handler, kind, place));
        }
    }
    if (handlers == 0) {
        errors.push_back(required(path, "must specify a handler type"));
    }
    return errors;
}

FieldErrors check_probe(const Json& container, const std::string& name, const std::string& owner) {
    const Json& probe = value_of(container, name);
    if (probe.is_null()) {
        return {};
    }
    const std::string path = owner + "." + name;
    FieldErrors errors = check_handler(probe, path);
    for (const char* field : {"initialDelaySeconds", "timeoutSeconds", "periodSeconds",
                              "successThreshold", "failureThreshold"}) {
        check_not_negative(errors, probe, field, path);
    }
    const auto successes = find_int(probe, {"successThreshold"});
    if (name != "readinessProbe" && successes && *successes != 1) {
        errors.push_back(invalid(path + ".successThreshold", *successes, "must be 1"));
    }
    return errors;
}

FieldErrors check_container_port(const Json& port, std::set<std::string>& names,
                                 const std::string& path) {
    FieldErrors errors;
    const std::string name = text_of(port, "name");
    if (!name.empty()) {
        const Problems problems = port_name_problems(name);
        append(errors, invalid_each(path + ".name", name, problems));
        if (problems.empty() && !names.insert(name).second) {
            errors.push_back(duplicate(path + ".name", name));
        }
    }
    const std::int64_t number = find_int(port, {"containerPort"}).value_or(0);
    if (number == 0) {
        errors.push_back(required(path + ".containerPort"));
    } else {
        append(errors, invalid_each(path + ".containerPort", number, port_number_problems(number)));
    }
    const std::int64_t host_port = find_int(port, {"hostPort"}).value_or(0);
    if (host_port != 0) {
        append(errors,
               invalid_each(path + ".hostPort", host_port, port_number_problems(host_port)));
    }
    check_one_of(errors, text_of(port, "protocol"), path + ".protocol", protocols());
    return errors;
}

FieldErrors check_ports(const Json& container, const std::string& path) {
    FieldErrors errors;
    std::set<std::string> names;
    const Json& ports = array_at(container, {"ports"});
    for (std::size_t i = 0; i < ports.size(); ++i) {
        append(errors, check_container_port(ports[i], names, at_index(path, i)));
    }
    return errors;
}

FieldErrors check_value_from(const Json& variable, const std::string& path) {
    const Json& source = value_of(variable, "valueFrom");
    if (source.is_null()) {
        return {};
    }
    if (!text_of(variable, "value").empty()) {
        return {invalid(path, "", "may not be specified when `value` is not empty")};
    }
    FieldErrors errors;
    std::size_t sources = 0;
    const std::pair<const char*, const char*> kinds[] = {{"fieldRef", "fieldPath"},
                                                         {"resourceFieldRef", "resource"},
                                                         {"configMapKeyRef", "key"},
                                                         {"secretKeyRef", "key"}};
    for (const auto& [kind, needed] : kinds) {
        if (!is_set(source, kind)) {
            continue;
        }
        ++sources;
        const std::string place = path + "." + kind;
        if (std::string_view(needed) == "key") {
            check_required(errors, source[kind], "name", place);
        }
        check_required(errors, source[kind], needed, place);
    }
    if (sources == 0) {
        errors.push_back(invalid(path, "",
                                 "must specify one of: `fieldRef`, `resourceFieldRef`, "
                                 "`configMapKeyRef` or `secretKeyRef`"));
    } else if (sources > 1) {
        errors.push_back(invalid(path, "", "may not have more than one field specified at a time"));
    }
    return errors;
}

FieldErrors check_environment(const Json& container, const std::string& path) {
    FieldErrors errors;
    const Json& variables = array_at(container, {"env"});
    for (std::size_t i = 0; i < variables.size(); ++i) {
        const std::string place = at_index(path, i);
        const std::string name = text_of(variables[i], "name");
        if (name.empty()) {
            errors.push_back(required(place + ".name"));
        } else {
            append(errors, invalid_each(place + ".name", name, environment_name_problems(name)));
        }
        append(errors, check_value_from(variables[i], place + ".valueFrom"));
    }
    return errors;
}

FieldErrors check_mounts(const Json& container, const std::set<std::string>& volumes,
                         const std::string& path) {
    FieldErrors errors;
    std::set<std::string> places;
    const Json& mounts = array_at(container, {"volumeMounts"});
    for (std::size_t i = 0; i < mounts.size(); ++i) {
        const std::string place = at_index(path, i);
        const std::string name = text_of(mounts[i], "name");
        const std::string mount_path = text_of(mounts[i], "mountPath");
        if (name.empty()) {
            errors.push_back(required(place + ".name"));
        }
        if (!volumes.contains(name)) {
            errors.push_back(not_found(place + ".name", name));
        }
        if (mount_path.empty()) {
            errors.push_back(required(place + ".mountPath"));
        }
        if (!places.insert(mount_path).second) {
            errors.push_back(invalid(place + ".mountPath", mount_path, "must be unique"));
        }
    }
    return errors;
}

bool is_container_resource(std::string_view name) {
    return name == "cpu" || name == "memory" || name == "ephemeral-storage" ||
           name.starts_with("hugepages-");
}

bool is_standard_resource(std::string_view name) {
    constexpr std::string_view others[] = {"storage",
                                           "pods",
                                           "services",
                                           "replicationcontrollers",
                                           "resourcequotas",
                                           "secrets",
                                           "configmaps",
                                           "persistentvolumeclaims",
                                           "services.nodeports",
                                           "services.loadbalancers"};
    if (name.starts_with("requests.") || name.starts_with("limits.")) {
        return is_container_resource(name.substr(name.find('.') + 1)) || name == "requests.storage";
    }
    return is_container_resource(name) ||
           std::find(std::begin(others), std::end(others), name) != std::end(others);
}

FieldErrors check_resource_list(const Json& list, const std::string& path) {
    FieldErrors errors;
    if (!list.is_object()) {
        return errors;
    }
    for (const auto& [name, value] : list.items()) {
        const std::string place = at_key(path, name);
        append(errors, invalid_each(place, name, qualified_name_problems(name)));
        if (name.find('/') == std::string::npos) {
            if (!is_standard_resource(name)) {
                errors.push_back(
                    invalid(place, name, "must be a standard resource type or fully qualified"));
            }
            if (!is_container_resource(name)) {
                errors.push_back(
                    invalid(place, name, "must be a standard resource for containers"));
            }
        }
        const auto quantity = kube::Quantity::parse(value.get<std::string>());
        if (quantity && quantity->is_negative()) {
            errors.push_back(invalid(place, value, "must be greater than or equal to 0"));
        }
    }
    return errors;
}

FieldErrors check_container(const Json& container, const std::set<std::string>& volumes,
                            const std::string& path) {
    FieldErrors errors;
    const std::string image = text_of(container, "image");
    if (image.empty()) {
        errors.push_back(required(path + ".image"));
    } else if (image.front() == ' ' || image.back() == ' ') {
        errors.push_back(
            invalid(path + ".image", image, "must not have leading or trailing whitespace"));
    }
    const Json& lifecycle = value_of(container, "lifecycle");
    for (const std::string hook : {"postStart", "preStop"}) {
        if (is_set(lifecycle, hook)) {
            append(errors, check_handler(lifecycle[hook], path + ".lifecycle." + hook));
        }
    }
    append(errors, check_probe(container, "livenessProbe", path));
    append(errors, check_probe(container, "readinessProbe", path));
    append(errors, check_probe(container, "startupProbe", path));
    const std::string policy = text_of(container, "terminationMessagePolicy");
    if (policy != "File" && policy != "FallbackToLogsOnError") {
        errors.push_back(invalid(path + ".terminationMessagePolicy", policy,
                                 "must be 'File' or 'FallbackToLogsOnError'"));
    }
    append(errors, check_ports(container, path + ".ports"));
    append(errors, check_environment(container, path + ".env"));
    append(errors, check_mounts(container, volumes, path + ".volumeMounts"));
    check_one_of(errors, text_of(container, "imagePullPolicy"), path + ".imagePullPolicy",
                 {"Always", "IfNotPresent", "Never"});
    append(errors, check_resources(value_of(container, "resources"), path + ".resources"));
    return errors;
}

// What a volume's source cannot do without.
FieldErrors check_volume_source(const Json& volume, const std::string& path) {
    constexpr std::pair<const char*, const char*> needed[] = {
        {"hostPath", "path"},
        {"secret", "secretName"},
        {"nfs", "server"},
        {"configMap", "name"},
        {"persistentVolumeClaim", "claimName"},
        {"csi", "driver"}};
    FieldErrors errors;
    int sources = 0;
    for (const auto& [kind, source] : volume.items()) {
        if (kind == "name") {
            continue;
        }
        const std::string place = path + "." + kind;
        if (sources++ > 0) {
            errors.push_back(forbidden(place, "may not specify more than 1 volume type"));
            continue;
        }
        for (const auto& [known, field] : needed) {
            if (kind == known) {
                check_required(errors, source, field, place);
            }
        }
    }
    if (sources == 0) {
        errors.push_back(required(path, "must specify a volume type"));
    }
    return errors;
}

}  // namespace

FieldErrors check_containers(const Json& containers, const std::set<std::string>& volumes,
                             const std::string& path) {
    FieldErrors errors;
    std::set<std::string> names;
    for (std::size_t i = 0; i < containers.size(); ++i) {
        const std::string place = at_index(path, i);
        append(errors, check_name(containers[i], names, place));
        append(errors, check_container(containers[i], volumes, place));
    }
    return errors;
}

FieldErrors check_volumes(const Json& volumes, std::set<std::string>& names,
                          const std::string& path) {
    FieldErrors errors;
    for (std::size_t i = 0; i < volumes.size(); ++i) {
        const std::string place = at_index(path, i);
        append(errors, check_volume_source(volumes[i], place));
        append(errors, check_name(volumes[i], names, place));
    }
    return errors;
}

FieldErrors check_resources(const Json& resources, const std::string& path) {
    const Json& limits = value_of(resources, "limits");
    const Json& requests = value_of(resources, "requests");
    FieldErrors errors = check_resource_list(limits, path + ".limits");
    append(errors, check_resource_list(requests, path + ".requests"));
    if (!requests.is_object()) {
        return errors;
    }
    for (const auto& [name, value] : requests.items()) {
        const auto wanted = kube::Quantity::parse(value.get<std::string>());
        const auto limit = kube::Quantity::parse(text_of(limits, name));
        if (limit && wanted && *wanted > *limit) {
            errors.push_back(invalid(path + ".requests", value,
                                     "must be less than or equal to " + name + " limit"));
        }
    }
    return errors;
}

}  // namespace bestgres::fakekube
