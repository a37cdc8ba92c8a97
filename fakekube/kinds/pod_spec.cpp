#include "fakekube/kinds/pod_spec.hpp"

#include <fmt/format.h>

#include <set>

#include "fakekube/kinds/checks.hpp"
#include "fakekube/kinds/container_checks.hpp"
#include "fakekube/kinds/go_text.hpp"
#include "lib/kube/quantity.hpp"

namespace bestgres::fakekube {
namespace {

// The tag decides: none or "latest" means Always, a digest or another tag IfNotPresent.
std::string pull_policy(std::string_view image) {
    if (image.find('@') != std::string_view::npos) {
        return "IfNotPresent";
    }
    const std::size_t slash = image.rfind('/');
    const std::string_view last = slash == std::string_view::npos ? image : image.substr(slash + 1);
    const std::size_t colon = last.find(':');
    const bool is_latest = colon == std::string_view::npos || last.substr(colon + 1) == "latest";
    return is_latest ? "Always" : "IfNotPresent";
}

void default_container(Json& container, bool host_network) {
    if (text_of(container, "imagePullPolicy").empty()) {
        container["imagePullPolicy"] = pull_policy(text_of(container, "image"));
    }
    if (!host_network || !container.contains("ports")) {
        return;
    }
    for (Json& port : container["ports"]) {
        if (!port.contains("hostPort") && port.contains("containerPort")) {
            port["hostPort"] = port["containerPort"];
        }
    }
}

// The older name of the field is kept in step.
void default_service_account(Json& spec) {
    const std::string name = text_of(spec, "serviceAccountName");
    const std::string& shown = name.empty() ? text_of(spec, "serviceAccount") : name;
    if (!shown.empty()) {
        const std::string account = shown;
        spec["serviceAccountName"] = account;
        spec["serviceAccount"] = account;
    }
}

std::string go_toleration(const Json& toleration) {
    const auto seconds = find_int(toleration, {"tolerationSeconds"});
    return fmt::format(
        "core.Toleration{{Key:{}, Operator:{}, Value:{}, Effect:{}, TolerationSeconds:{}}}",
        go_quote(text_of(toleration, "key")), go_quote(text_of(toleration, "operator")),
        go_quote(text_of(toleration, "value")), go_quote(text_of(toleration, "effect")),
        seconds ? fmt::format("(*int64)({})", *seconds) : "(*int64)(nil)");
}

FieldErrors check_toleration(const Json& toleration, const std::string& path) {
    FieldErrors errors;
    const std::string key = text_of(toleration, "key");
    const std::string op = text_of(toleration, "operator");
    const std::string value = text_of(toleration, "value");
    const std::string effect = text_of(toleration, "effect");
    if (!key.empty()) {
        append(errors, invalid_each(path + ".key", key, qualified_name_problems(key)));
    } else if (op != "Exists") {
        errors.push_back(invalid(path + ".operator", op,
                                 "operator must be Exists when `key` is empty, which means \"match "
                                 "all values and all keys\""));
    }
    if (is_set(toleration, "tolerationSeconds") && effect != "NoExecute") {
        errors.push_back(invalid(path + ".effect", effect,
                                 "effect must be 'NoExecute' when `tolerationSeconds` is set"));
    }
    if (op.empty() || op == "Equal") {
        append(errors, invalid_each(path + ".operator", value, label_value_problems(value)));
    } else if (op != "Exists") {
        errors.push_back(not_supported(path + ".operator", op, {"Equal", "Exists"}));
    } else if (!value.empty()) {
        errors.push_back(invalid(path + ".operator", verbatim(go_toleration(toleration)),
                                 "value must be empty when `operator` is 'Exists'"));
    }
    if (!effect.empty()) {
        check_one_of(errors, effect, path + ".effect",
                     {"NoSchedule", "PreferNoSchedule", "NoExecute"});
    }
    return errors;
}

FieldErrors check_affinity_term(const Json& term, const std::string& path) {
    FieldErrors errors =
        check_label_selector(value_of(term, "labelSelector"), path + ".labelSelector");
    const std::string topology = text_of(term, "topologyKey");
    if (topology.empty()) {
        errors.push_back(required(path + ".topologyKey", "can not be empty"));
    } else {
        append(errors,
               invalid_each(path + ".topologyKey", topology, qualified_name_problems(topology)));
    }
    return errors;
}

FieldErrors check_pod_affinity(const Json& affinity, const std::string& path) {
    constexpr const char* needed = "requiredDuringSchedulingIgnoredDuringExecution";
    constexpr const char* preferred = "preferredDuringSchedulingIgnoredDuringExecution";
    FieldErrors errors;
    const Json& hard = array_at(affinity, {needed});
    for (std::size_t i = 0; i < hard.size(); ++i) {
        append(errors, check_affinity_term(hard[i], at_index(path + "." + needed, i)));
    }
    const Json& soft = array_at(affinity, {preferred});
    for (std::size_t i = 0; i < soft.size(); ++i) {
        const std::string place = at_index(path + "." + preferred, i);
        const std::int64_t weight = find_int(soft[i], {"weight"}).value_or(0);
        if (weight < 1 || weight > 100) {
            errors.push_back(invalid(place + ".weight", weight, "must be in the range 1-100"));
        }
        append(errors, check_affinity_term(value_of(soft[i], "podAffinityTerm"),
                                           place + ".podAffinityTerm"));
    }
    return errors;
}

FieldErrors check_spread(const Json& constraint, const std::string& path) {
    FieldErrors errors;
    const std::int64_t skew = find_int(constraint, {"maxSkew"}).value_or(0);
    if (skew <= 0) {
        errors.push_back(invalid(path + ".maxSkew", skew, "must be greater than zero"));
    }
    if (text_of(constraint, "topologyKey").empty()) {
        errors.push_back(required(path + ".topologyKey", "can not be empty"));
    }
    check_one_of(errors, text_of(constraint, "whenUnsatisfiable"), path + ".whenUnsatisfiable",
                 {"DoNotSchedule", "ScheduleAnyway"});
    return errors;
}

FieldErrors check_placement(const Json& spec, const std::string& path) {
    FieldErrors errors;
    const Json& affinity = value_of(spec, "affinity");
    for (const std::string kind : {"podAffinity", "podAntiAffinity"}) {
        append(errors, check_pod_affinity(value_of(affinity, kind), path + ".affinity." + kind));
    }
    const Json& spreads = array_at(spec, {"topologySpreadConstraints"});
    for (std::size_t i = 0; i < spreads.size(); ++i) {
        append(errors, check_spread(spreads[i], at_index(path + ".topologySpreadConstraints", i)));
    }
    return errors;
}

FieldErrors check_names(const Json& spec, const std::string& path) {
    FieldErrors errors;
    const std::pair<const char*, Problems (*)(std::string_view)> names[] = {
        {"serviceAccountName", dns_subdomain_problems},
        {"nodeName", dns_subdomain_problems},
        {"hostname", dns_label_problems},
        {"subdomain", dns_label_problems},
        {"priorityClassName", dns_subdomain_problems}};
    for (const auto& [field, problems_of] : names) {
        const std::string name = text_of(spec, field);
        if (!name.empty()) {
            append(errors, invalid_each(path + "." + field, name, problems_of(name)));
        }
    }
    return errors;
}

bool is_positive(const Json& list, std::string_view name) {
    const auto quantity = kube::Quantity::parse(text_of(list, name));
    return quantity && !quantity->is_zero();
}

bool is_same_quantity(const Json& left, const Json& right, std::string_view name) {
    const auto one = kube::Quantity::parse(text_of(left, name));
    const auto other = kube::Quantity::parse(text_of(right, name));
    return one && other && *one == *other;
}

}  // namespace

void default_pod_spec(Json& spec) {
    const bool host_network = find_bool(spec, {"hostNetwork"}).value_or(false);
    for (const char* list : {"containers", "initContainers", "ephemeralContainers"}) {
        if (spec.contains(list) && spec[list].is_array()) {
            for (Json& container : spec[list]) {
                default_container(container, host_network);
            }
        }
    }
    if (spec.contains("volumes")) {
        for (Json& volume : spec["volumes"]) {
            if (volume.size() <= 1) {
                volume["emptyDir"] = Json::object();
            }
        }
    }
    default_service_account(spec);
}

FieldErrors check_pod_spec(const Json& spec, const std::string& path) {
    std::set<std::string> volumes;
    FieldErrors errors = check_volumes(array_at(spec, {"volumes"}), volumes, path + ".volumes");
    const Json& containers = array_at(spec, {"containers"});
    if (containers.empty()) {
        errors.push_back(required(path + ".containers"));
    }
    append(errors, check_containers(containers, volumes, path + ".containers"));
    append(errors,
           check_containers(array_at(spec, {"initContainers"}), volumes, path + ".initContainers"));
    check_one_of(errors, text_of(spec, "restartPolicy"), path + ".restartPolicy",
                 {"Always", "OnFailure", "Never"});
    check_one_of(errors, text_of(spec, "dnsPolicy"), path + ".dnsPolicy",
                 {"ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"});
    append(errors, check_labels(value_of(spec, "nodeSelector"), path + ".nodeSelector"));
    append(errors, check_placement(spec, path));
    const auto deadline = find_int(spec, {"activeDeadlineSeconds"});
    if (deadline && *deadline < 1) {
        errors.push_back(invalid(path + ".activeDeadlineSeconds", *deadline,
                                 "must be between 1 and 2147483647, inclusive"));
    }
    append(errors, check_names(spec, path));
    const Json& tolerations = array_at(spec, {"tolerations"});
    for (std::size_t i = 0; i < tolerations.size(); ++i) {
        append(errors, check_toleration(tolerations[i], at_index(path + ".tolerations", i)));
    }
    return errors;
}

FieldErrors check_pod_template(const Json& pod_template, const std::string& path) {
    FieldErrors errors =
        check_labels(object_at(pod_template, {"metadata", "labels"}), path + ".labels");
    append(errors, check_pod_spec(object_at(pod_template, {"spec"}), path + ".spec"));
    return errors;
}

FieldErrors check_workload_selector(const Json& spec, std::string_view kind) {
    FieldErrors errors;
    const Json& selector = value_of(spec, "selector");
    if (selector.is_null()) {
        errors.push_back(required("spec.selector"));
    } else {
        append(errors, check_label_selector(selector, "spec.selector"));
        if (array_at(selector, {"matchExpressions"}).empty() &&
            object_at(selector, {"matchLabels"}).empty()) {
            errors.push_back(invalid("spec.selector", verbatim(go_label_selector(selector)),
                                     fmt::format("empty selector is invalid for {}", kind)));
            return errors;
        }
    }
    const Json& labels = object_at(spec, {"template", "metadata", "labels"});
    if (!selects(selector, labels)) {
        errors.push_back(invalid("spec.template.metadata.labels", verbatim(go_string_map(labels)),
                                 "`selector` does not match template `labels`"));
    }
    return errors;
}

std::string quality_of_service(const Json& spec) {
    bool any = false;
    bool guaranteed = true;
    for (const char* list : {"containers", "initContainers"}) {
        for (const Json& container : array_at(spec, {list})) {
            const Json& limits = object_at(container, {"resources", "limits"});
            const Json& requests = object_at(container, {"resources", "requests"});
            for (const char* name : {"cpu", "memory"}) {
                any = any || is_positive(limits, name) || is_positive(requests, name);
                guaranteed = guaranteed && is_positive(limits, name) &&
                             is_same_quantity(limits, requests, name);
            }
        }
    }
    return !any ? "BestEffort" : guaranteed ? "Guaranteed" : "Burstable";
}

}  // namespace bestgres::fakekube
