#include "fakekube/controllers/stateful_set_objects.hpp"

#include <algorithm>

#include "fakekube/controllers/objects.hpp"
#include "lib/kube/workload.hpp"

namespace bestgres::fakekube::controllers {
namespace {

// encoding/json escapes these three, and the hash is taken over its text.
std::string go_text(const Json& value) {
    std::string text;
    for (const char letter : dump(value)) {
        switch (letter) {
            case '<':
                text += "\\u003c";
                break;
            case '>':
                text += "\\u003e";
                break;
            case '&':
                text += "\\u0026";
                break;
            default:
                text += letter;
        }
    }
    return text;
}

Json revision_data(const kube::Object& set) {
    Json pod_template = object_at(set.json(), {"spec", "template"});
    pod_template["$patch"] = "replace";
    if (!pod_template.contains("metadata")) {
        pod_template["metadata"] = Json::object();
    }
    pod_template["metadata"]["creationTimestamp"] = nullptr;
    return {{"spec", {{"template", std::move(pod_template)}}}};
}

Json pod_metadata(const kube::Object& set, const Json& pod_template) {
    Json metadata = {{"namespace", set.ns()},
                     {"generateName", std::string(set.name()) + "-"},
                     {"ownerReferences", Json::array({controller_reference(set)})},
                     {"labels", object_at(pod_template, {"metadata", "labels"})}};
    for (const char* key : {"annotations", "finalizers"}) {
        if (const Json* value = find(pod_template, {"metadata", key}); value != nullptr) {
            metadata[key] = *value;
        }
    }
    return metadata;
}

// A claim's volume takes the place of a volume of the same name in the template.
Json pod_volumes(const kube::Object& set, const Json& pod_template, std::int64_t ordinal) {
    Json volumes = Json::array();
    std::vector<std::string> taken;
    for (const Json& claim : array_at(set.json(), {"spec", "volumeClaimTemplates"})) {
        const std::string name = string_at(claim, {"metadata", "name"});
        taken.push_back(name);
        volumes.push_back(
            {{"name", name},
             {"persistentVolumeClaim", {{"claimName", claim_name(set, name, ordinal)}}}});
    }
    for (const Json& volume : array_at(pod_template, {"spec", "volumes"})) {
        if (std::find(taken.begin(), taken.end(), string_at(volume, {"name"})) == taken.end()) {
            volumes.push_back(volume);
        }
    }
    return volumes;
}

bool keeps(const kube::Object& set, std::string_view when) {
    return string_at(set.json(), {"spec", "persistentVolumeClaimRetentionPolicy", when},
                     "Retain") == "Retain";
}

}  // namespace

Json revision_of(const kube::Object& set, std::int64_t number) {
    Json data = revision_data(set);
    const std::int64_t collisions = find_int(set.json(), {"status", "collisionCount"}).value_or(0);
    const std::string hash = safe_hash_name(fnv32(go_text(data) + std::to_string(collisions)));
    Json labels = object_at(set.json(), {"spec", "template", "metadata", "labels"});
    labels["controller.kubernetes.io/hash"] = hash;
    Json metadata = {{"name", std::string(set.name()) + "-" + hash},
                     {"namespace", set.ns()},
                     {"labels", std::move(labels)},
                     {"ownerReferences", Json::array({controller_reference(set)})}};
    const Json& annotations = object_at(set.json(), {"metadata", "annotations"});
    if (!annotations.empty()) {
        metadata["annotations"] = annotations;
    }
    return {{"metadata", std::move(metadata)}, {"data", std::move(data)}, {"revision", number}};
}

Json pod_of(const kube::Object& set, std::int64_t ordinal, const kube::Object& revision) {
    const Json& pod_template = object_at(revision.json(), {"data", "spec", "template"});
    const std::string name = std::string(set.name()) + "-" + std::to_string(ordinal);
    Json metadata = pod_metadata(set, pod_template);
    metadata["name"] = name;
    metadata["labels"]["statefulset.kubernetes.io/pod-name"] = name;
    metadata["labels"]["apps.kubernetes.io/pod-index"] = std::to_string(ordinal);
    metadata["labels"]["controller-revision-hash"] = revision.name();
    Json spec = object_at(pod_template, {"spec"});
    spec["hostname"] = name;
    if (const std::string service = string_at(set.json(), {"spec", "serviceName"});
        !service.empty()) {
        spec["subdomain"] = service;
    }
    if (Json volumes = pod_volumes(set, pod_template, ordinal); !volumes.empty()) {
        spec["volumes"] = std::move(volumes);
    }
    return {{"metadata", std::move(metadata)}, {"spec", std::move(spec)}};
}

std::vector<Json> claims_of(const kube::Object& set, std::int64_t ordinal) {
    std::vector<Json> claims;
    for (const Json& claim_template : array_at(set.json(), {"spec", "volumeClaimTemplates"})) {
        Json metadata = object_at(claim_template, {"metadata"});
        Json labels = object_at(metadata, {"labels"});
        labels.update(object_at(set.json(), {"spec", "selector", "matchLabels"}));
        metadata["labels"] = std::move(labels);
        metadata["name"] = claim_name(set, string_at(metadata, {"name"}), ordinal);
        metadata["namespace"] = set.ns();
        metadata.erase("creationTimestamp");
        Json claim = {{"metadata", std::move(metadata)},
                      {"spec", object_at(claim_template, {"spec"})}};
        if (const Json* status = find(claim_template, {"status"}); status != nullptr) {
            claim["status"] = *status;
        }
        claims.push_back(std::move(claim));
    }
    return claims;
}

std::string claim_name(const kube::Object& set, std::string_view claim_template,
                       std::int64_t ordinal) {
    std::string name(claim_template);
    name += '-';
    name += set.name();
    return name + "-" + std::to_string(ordinal);
}

std::int64_t first_ordinal(const kube::Object& set) {
    return find_int(set.json(), {"spec", "ordinals", "start"}).value_or(0);
}

std::int64_t wanted_replicas(const kube::Object& set) {
    return find_int(set.json(), {"spec", "replicas"}).value_or(1);
}

bool in_ordinal_range(const kube::Object& set, std::int64_t ordinal) {
    const std::int64_t first = first_ordinal(set);
    return ordinal >= first && ordinal < first + wanted_replicas(set);
}

Json claim_owners(const kube::Object& set, const kube::Object* pod, const kube::Object& claim) {
    const std::string pod_name = pod == nullptr ? "" : std::string(pod->name());
    Json owners = Json::array();
    for (const Json& owner : array_at(claim.json(), {"metadata", "ownerReferences"})) {
        const bool of_set = string_at(owner, {"uid"}) == set.uid();
        const bool of_pod = string_at(owner, {"kind"}) == "Pod" && pod != nullptr &&
                            string_at(owner, {"name"}) == pod_name;
        if (!of_set && !of_pod) {
            owners.push_back(owner);
        }
    }
    const auto ordinal = kube::ordinal_of(pod_name, set.name());
    const bool scaled_down = ordinal && !in_ordinal_range(set, *ordinal);
    const bool goes_with_pod = scaled_down && pod != nullptr && !keeps(set, "whenScaled");
    if (goes_with_pod) {
        owners.push_back(plain_reference(*pod));
        return owners;
    }
    if (!keeps(set, "whenDeleted")) {
        owners.push_back(plain_reference(set));
    }
    return owners;
}

}  // namespace bestgres::fakekube::controllers
