#include "scenarios/search/normal_end.hpp"

#include <fmt/format.h>

#include "operator/api/sharded.hpp"

namespace bestgres::scenarios {
namespace {

namespace kinds = kube::kinds;

// Of pods and Patroni's objects the content is who leads and when; of a Secret it is random.
Json content_of(const kube::Kind& kind, const Json& json) {
    if (kind == kinds::secret) {
        Json names = Json::array();
        for (const auto& [name, value] : object_at(json, {"data"}).items()) {
            names.push_back(name);
        }
        return {{"keys", names}};
    }
    if (kind == kinds::pod) {
        Json images = Json::array();
        for (const Json& container : array_at(json, {"spec", "containers"})) {
            images.push_back(string_at(container, {"image"}));
        }
        return {{"images", images}};
    }
    if (kind == kinds::config_map) {
        return {{"data", object_at(json, {"data"})}};
    }
    return {{"spec", object_at(json, {"spec"})},
            {"rules", array_at(json, {"rules"})},
            {"subjects", array_at(json, {"subjects"})}};
}

void keep_verdict(const Json& json, Json& content) {
    content["phase"] = string_at(json, {"status", "phase"});
    content["ready"] = string_at(json, {"status", "ready"});
    for (const Json& condition : array_at(json, {"status", "conditions"})) {
        content["conditions"][string_at(condition, {"type"})] = string_at(condition, {"status"});
    }
}

// Addresses and ports that the server chose, volumes that were bound, uids of owners.
void drop_what_was_assigned(Json& content) {
    if (!content.contains("spec")) {
        return;
    }
    Json& spec = content["spec"];
    for (const char* field : {"clusterIP", "clusterIPs", "volumeName", "healthCheckNodePort"}) {
        spec.erase(field);
    }
    if (spec.contains("ports")) {
        for (Json& port : spec["ports"]) {
            port.erase("nodePort");
        }
    }
}

// In place of each uid of this run, the same word.
Json without_uids(Json json, const std::map<std::string, std::string>& words) {
    if (json.is_string()) {
        const auto found = words.find(json.get<std::string>());
        return found == words.end() ? json : Json(found->second);
    }
    if (json.is_structured()) {
        for (Json& value : json) {
            value = without_uids(std::move(value), words);
        }
    }
    return json;
}

void compare(const std::string& where, const Json* expected, const Json* found,
             std::vector<std::string>& list) {
    if (expected == nullptr || found == nullptr) {
        list.push_back(
            fmt::format("{} {}", where, found == nullptr ? "is missing" : "is too much"));
        return;
    }
    if (*expected == *found) {
        return;
    }
    if (!expected->is_object() || !found->is_object()) {
        list.push_back(fmt::format("{} is {} instead of {}", where, dump(*found), dump(*expected)));
        return;
    }
    for (const auto& [name, value] : expected->items()) {
        compare(where + "/" + name, &value, find(*found, {name}), list);
    }
    for (const auto& [name, value] : found->items()) {
        if (!expected->contains(name)) {
            compare(where + "/" + name, nullptr, &value, list);
        }
    }
}

}  // namespace

NormalEnd normal_end(const Truth& truth) {
    static constexpr std::array compared = {
        kinds::bg_cluster, kinds::stateful_set,    kinds::service,
        kinds::config_map, kinds::secret,          kinds::persistent_volume_claim,
        kinds::role,       kinds::role_binding,    kinds::pod_disruption_budget,
        kinds::pod,        kinds::service_account, kinds::bg_sharded_cluster,
    };
    std::map<std::string, std::string> uids;
    for (const kube::Kind& kind : {kinds::bg_cluster, kinds::bg_sharded_cluster}) {
        for (const kube::Object& resource : truth.objects(kind)) {
            uids[std::string(resource.uid())] =
                fmt::format("uid of {} {}", kind.name, resource.name());
        }
    }
    NormalEnd end;
    for (const kube::Kind& kind : compared) {
        for (const kube::Object& object : truth.objects(kind)) {
            Json content = content_of(kind, object.json());
            if (kind == kinds::bg_cluster || kind == kinds::bg_sharded_cluster) {
                keep_verdict(object.json(), content);
            }
            drop_what_was_assigned(content);
            content["deleting"] = object.being_deleted();
            end[fmt::format("{}/{}", kind.name, object.name())] =
                without_uids(std::move(content), uids);
        }
    }
    return end;
}

std::vector<std::string> differences(const NormalEnd& reference, const NormalEnd& end) {
    std::vector<std::string> list;
    for (const auto& [name, expected] : reference) {
        const auto found = end.find(name);
        compare(name, &expected, found == end.end() ? nullptr : &found->second, list);
    }
    for (const auto& [name, found] : end) {
        if (reference.count(name) == 0) {
            compare(name, nullptr, &found, list);
        }
    }
    return list;
}

}  // namespace bestgres::scenarios
