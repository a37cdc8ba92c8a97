#include "fakekube/node/environment.hpp"

#include <algorithm>

#include "lib/base/encoding.hpp"
#include "lib/kube/quantity.hpp"

namespace bestgres::fakekube::node {
namespace {

// "limits.cpu" without a limit means what the node has.
Json amount_of(const PodFacts& facts, const Json& container, const std::string& resource) {
    const std::size_t dot = resource.find('.');
    const std::string group = resource.substr(0, dot);
    const std::string name = dot == std::string::npos ? "" : resource.substr(dot + 1);
    if (const Json* amount = find(container, {"resources", group, name})) {
        return *amount;
    }
    if (group == "requests") {
        return "0";
    }
    const Json* amount = find(facts.allocatable, {name});
    return amount == nullptr ? Json("0") : *amount;
}

std::string text_of(const Json& json) {
    return json.is_string() ? json.get<std::string>() : json.dump();
}

// metadata.labels['key'] -> key
std::optional<std::string> subscript(const std::string& path, const std::string& field) {
    const std::string prefix = field + "['";
    if (path.size() < prefix.size() + 2 || path.compare(0, prefix.size(), prefix) != 0) {
        return std::nullopt;
    }
    return path.substr(prefix.size(), path.size() - prefix.size() - 2);
}

std::string lines_of(const Json& map) {
    std::string text;
    for (const auto& [key, value] : map.items()) {
        text += key + "=" + Json(text_of(value)).dump() + "\n";
    }
    return text;
}

class Builder {
public:
    explicit Builder(const EnvironmentRequest& request) : request_(request) {
        values_ = request.image;
        for (const auto& [name, value] : request.services) {
            values_[name] = value;
        }
    }

    Result<Environment> build() {
        for (const Json& source : array_at(request_.container, {"envFrom"})) {
            BG_TRY(add_all(source));
        }
        for (const Json& variable : array_at(request_.container, {"env"})) {
            BG_TRY(add(variable));
        }
        return std::move(values_);
    }

private:
    Result<Done> add_all(const Json& source) {
        const std::string prefix = string_at(source, {"prefix"});
        for (const bool secret : {false, true}) {
            const Json* reference = find(source, {secret ? "secretRef" : "configMapRef"});
            if (reference == nullptr) {
                continue;
            }
            const auto object = lookup(secret, string_at(*reference, {"name"}));
            if (!object && !find_bool(*reference, {"optional"}).value_or(false)) {
                return missing(secret, string_at(*reference, {"name"}));
            }
            for (const auto& [key, value] :
                 object_at(object.value_or(kube::Object()).json(), {"data"}).items()) {
                values_[prefix + key] = decoded(secret, value);
            }
        }
        return Done{};
    }

    Result<Done> add(const Json& variable) {
        const std::string name = string_at(variable, {"name"});
        const Json* from = find(variable, {"valueFrom"});
        if (from == nullptr || from->is_null()) {
            values_[name] = expand_references(string_at(variable, {"value"}), values_);
            return Done{};
        }
        Result<std::optional<std::string>> value = value_from(*from);
        if (!value) {
            return std::move(value).error();
        }
        if (*value) {
            values_[name] = **value;
        }
        return Done{};
    }

    Result<std::optional<std::string>> value_from(const Json& from) {
        if (const Json* field = find(from, {"fieldRef"})) {
            return optional(pod_field(request_.facts, string_at(*field, {"fieldPath"})));
        }
        if (const Json* resource = find(from, {"resourceFieldRef"})) {
            return optional(resource_field(request_.facts, *resource, request_.container));
        }
        for (const bool secret : {false, true}) {
            if (const Json* key = find(from, {secret ? "secretKeyRef" : "configMapKeyRef"})) {
                return value_of_key(secret, *key);
            }
        }
        return Error{"an environment variable has an unknown source"};
    }

    Result<std::optional<std::string>> value_of_key(bool secret, const Json& reference) {
        const std::string name = string_at(reference, {"name"});
        const std::string key = string_at(reference, {"key"});
        const bool may_be_absent = find_bool(reference, {"optional"}).value_or(false);
        const auto object = lookup(secret, name);
        if (!object) {
            return may_be_absent ? Result<std::optional<std::string>>(std::nullopt)
                                 : missing(secret, name);
        }
        if (const Json* value = find(object->json(), {"data", key})) {
            return std::optional<std::string>(decoded(secret, *value));
        }
        if (may_be_absent) {
            return std::optional<std::string>();
        }
        return Error{"couldn't find key " + key + " in " + (secret ? "Secret " : "ConfigMap ") +
                     std::string(request_.facts.pod.ns()) + "/" + name};
    }

    static Result<std::optional<std::string>> optional(Result<std::string> value) {
        if (!value) {
            return std::move(value).error();
        }
        return std::optional<std::string>(std::move(*value));
    }
    static std::string decoded(bool secret, const Json& value) {
        return secret ? decode_base64(text_of(value)).value_or("") : text_of(value);
    }
    static Error missing(bool secret, const std::string& name) {
        return Error{std::string(secret ? "secret" : "configmap") + " \"" + name + "\" not found"};
    }
    std::optional<kube::Object> lookup(bool secret, const std::string& name) const {
        return request_.lookup({secret ? kube::kinds::secret : kube::kinds::config_map,
                                std::string(request_.facts.pod.ns()), name});
    }

    const EnvironmentRequest& request_;
    Environment values_;
};

}  // namespace

Result<std::string> pod_field(const PodFacts& facts, const std::string& path) {
    const kube::Object& pod = facts.pod;
    const std::map<std::string, std::string> fields = {
        {"metadata.name", std::string(pod.name())},
        {"metadata.namespace", std::string(pod.ns())},
        {"metadata.uid", std::string(pod.uid())},
        {"metadata.labels", lines_of(object_at(pod.json(), {"metadata", "labels"}))},
        {"metadata.annotations", lines_of(object_at(pod.json(), {"metadata", "annotations"}))},
        {"spec.nodeName", facts.node_name},
        {"spec.serviceAccountName", string_at(pod.json(), {"spec", "serviceAccountName"})},
        {"status.hostIP", facts.host_ip},
        {"status.hostIPs", facts.host_ip},
        {"status.podIP", facts.pod_ip},
        {"status.podIPs", facts.pod_ip}};
    if (const auto found = fields.find(path); found != fields.end()) {
        return found->second;
    }
    if (const auto label = subscript(path, "metadata.labels")) {
        return std::string(pod.label(*label));
    }
    if (const auto annotation = subscript(path, "metadata.annotations")) {
        return std::string(pod.annotation(*annotation));
    }
    return Error{"unsupported fieldPath: " + path};
}

Result<std::string> resource_field(const PodFacts& facts, const Json& selector,
                                   const Json& container) {
    const std::string name = string_at(selector, {"containerName"});
    Json chosen = container;
    for (const char* list : {"initContainers", "containers"}) {
        for (const Json& each : array_at(facts.pod.json(), {"spec", list})) {
            if (!name.empty() && string_at(each, {"name"}) == name) {
                chosen = each;
            }
        }
    }
    const std::string resource = string_at(selector, {"resource"});
    const Json* divisor_json = find(selector, {"divisor"});
    const std::string divisor_text = divisor_json == nullptr ? "1" : text_of(*divisor_json);
    const auto amount = kube::Quantity::parse(text_of(amount_of(facts, chosen, resource)));
    const auto divisor = kube::Quantity::parse(divisor_text);
    if (!amount || !divisor) {
        return Error{"resource field " + resource + " is not a quantity"};
    }
    const std::int64_t unit =
        std::max<std::int64_t>(divisor->is_zero() ? 1000 : divisor->milli(), 1);
    // Milli-units of a large amount do not fit: whole units are exact enough there.
    if (unit >= 1000) {
        const std::int64_t whole = unit / 1000;
        return std::to_string((amount->bytes() + whole - 1) / whole);
    }
    return std::to_string((amount->milli() + unit - 1) / unit);
}

Result<Environment> container_environment(const EnvironmentRequest& request) {
    return Builder(request).build();
}

std::string expand_references(std::string_view text, const Environment& environment) {
    std::string result;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '$' || at + 1 == text.size()) {
            result += text[at];
        } else if (text[at + 1] == '$') {
            result += '$';
            ++at;
        } else if (const std::size_t end = text.find(')', at);
                   text[at + 1] == '(' && end != std::string_view::npos) {
            const std::string name(text.substr(at + 2, end - at - 2));
            const auto found = environment.find(name);
            result += found == environment.end() ? "$(" + name + ")" : found->second;
            at = end;
        } else {
            result += '$';
        }
    }
    return result;
}

std::vector<kube::Ref> references_of(const kube::Object& pod) {
    std::vector<kube::Ref> references;
    const auto add = [&](bool secret, const std::string& name) {
        if (!name.empty()) {
            references.push_back({secret ? kube::kinds::secret : kube::kinds::config_map,
                                  std::string(pod.ns()), name});
        }
    };
    for (const char* list : {"initContainers", "containers"}) {
        for (const Json& container : array_at(pod.json(), {"spec", list})) {
            for (const Json& source : array_at(container, {"envFrom"})) {
                add(false, string_at(source, {"configMapRef", "name"}));
                add(true, string_at(source, {"secretRef", "name"}));
            }
            for (const Json& variable : array_at(container, {"env"})) {
                add(false, string_at(variable, {"valueFrom", "configMapKeyRef", "name"}));
                add(true, string_at(variable, {"valueFrom", "secretKeyRef", "name"}));
            }
        }
    }
    for (const Json& volume : array_at(pod.json(), {"spec", "volumes"})) {
        add(false, string_at(volume, {"configMap", "name"}));
        add(true, string_at(volume, {"secret", "secretName"}));
        for (const Json& source : array_at(volume, {"projected", "sources"})) {
            add(false, string_at(source, {"configMap", "name"}));
            add(true, string_at(source, {"secret", "name"}));
        }
    }
    std::sort(references.begin(), references.end());
    references.erase(std::unique(references.begin(), references.end()), references.end());
    return references;
}

}  // namespace bestgres::fakekube::node
