#include "operator/core/kept.hpp"

namespace bestgres::core {
namespace {

namespace kinds = kube::kinds;

// A copy of `from` that has the named members alone.
Json only(const Json& from, std::initializer_list<std::string_view> names) {
    Json::object_t kept;
    for (const std::string_view name : names) {
        if (const auto found = from.find(name); found != from.end()) {
            kept.emplace(name, *found);
        }
    }
    return kept;
}

Json only_of_each(const Json& list, std::initializer_list<std::string_view> names) {
    Json kept = Json::array();
    for (const Json& entry : list) {
        kept.push_back(only(entry, names));
    }
    return kept;
}

// Labels and annotations of our own and Patroni's; all others are for other programs.
Json ours(const Json& texts) {
    Json::object_t kept;
    for (const auto& [name, value] : texts.items()) {
        if (name.starts_with("bestgres.io/") || name == "status") {
            kept.emplace(name, value);
        }
    }
    return kept;
}

// Who wrote which field is half of an object, and no rule asks for it; nor for the owners of what
// is no pod.
Json metadata_of(const kube::Object& object) {
    const Json& from = object_at(object.json(), {"metadata"});
    Json metadata = only(from, {"name", "namespace", "uid", "resourceVersion", "generation",
                                "deletionTimestamp", "finalizers"});
    for (const char* const texts : {"labels", "annotations"}) {
        if (Json kept = ours(object_at(from, {texts})); !kept.empty()) {
            metadata[texts] = std::move(kept);
        }
    }
    return metadata;
}

// Without its kind, which is in its ref.
Json frame_of(const kube::Object& object) {
    Json frame = Json::object();
    frame["metadata"] = metadata_of(object);
    return frame;
}

// A condition that is true needs no reason.
Json kept_conditions(const Json& conditions) {
    Json kept = Json::array();
    for (const Json& condition : conditions) {
        const std::string type = string_at(condition, {"type"});
        if (type == "Ready" || type == "PodScheduled") {
            kept.push_back(string_at(condition, {"status"}) == "True"
                               ? only(condition, {"type", "status"})
                               : only(condition, {"type", "status", "reason", "message",
                                                  "lastTransitionTime"}));
        }
    }
    return kept;
}

// How an init container ended is not asked once it has.
Json kept_init_containers(const Json& containers) {
    Json kept = Json::array();
    for (const Json& container : containers) {
        if (find(container, {"state", "terminated"}) == nullptr) {
            kept.push_back(only(container, {"name", "state"}));
        }
    }
    return kept;
}

kube::Object kept_pod(const kube::Object& pod) {
    const Json& told = object_at(pod.json(), {"status"});
    Json status = only(told, {"phase", "podIP"});
    status["conditions"] = kept_conditions(array_at(told, {"conditions"}));
    status["containerStatuses"] =
        only_of_each(array_at(told, {"containerStatuses"}), {"name", "restartCount", "state"});
    status["initContainerStatuses"] =
        kept_init_containers(array_at(told, {"initContainerStatuses"}));
    Json kept = frame_of(pod);
    kept["metadata"]["ownerReferences"] =
        only_of_each(array_at(pod.json(), {"metadata", "ownerReferences"}),
                     {"kind", "name", "uid", "controller"});
    kept["spec"] = only(object_at(pod.json(), {"spec"}), {"nodeName"});
    kept["status"] = std::move(status);
    return kube::Object(std::move(kept));
}

// How it ended, and whose it is.
kube::Object kept_job(const kube::Object& job) {
    Json kept = frame_of(job);
    kept["status"]["conditions"] = only_of_each(array_at(job.json(), {"status", "conditions"}),
                                                {"type", "status", "reason", "message"});
    return kube::Object(std::move(kept));
}

kube::Object kept_claim(const kube::Object& claim) {
    Json kept = frame_of(claim);
    kept["spec"] = only(object_at(claim.json(), {"spec"}), {"resources"});
    kept["status"] = only(object_at(claim.json(), {"status"}), {"phase", "capacity"});
    return kube::Object(std::move(kept));
}

// Whom it was made for, and the size of its volumes.
Json kept_claim_template(const Json& claim) {
    Json kept = {{"spec", only(object_at(claim, {"spec"}), {"resources"})}};
    for (const char* const texts : {"labels", "annotations"}) {
        if (Json of_ours = ours(object_at(claim, {"metadata", texts})); !of_ours.empty()) {
            kept["metadata"][texts] = std::move(of_ours);
        }
    }
    return kept;
}

kube::Object kept_set(const kube::Object& set) {
    Json kept = frame_of(set);
    kept["spec"] = only(object_at(set.json(), {"spec"}), {"replicas"});
    for (const Json& claim : array_at(set.json(), {"spec", "volumeClaimTemplates"})) {
        kept["spec"]["volumeClaimTemplates"].push_back(kept_claim_template(claim));
    }
    return kube::Object(std::move(kept));
}

// Its passwords, as requests need them.
kube::Object kept_secret(const kube::Object& secret) {
    Json kept = frame_of(secret);
    kept["data"] = object_at(secret.json(), {"data"});
    return kube::Object(std::move(kept));
}

Json without_managers(const kube::Object& object) {
    Json json = object.json();
    json["metadata"].erase("managedFields");
    return json;
}

// A manifest says nothing about status.
std::string text_of(const kube::Object& object) {
    Json json = without_managers(object);
    json.erase("status");
    std::string text = dump(json);
    text.shrink_to_fit();
    return text;
}

bool is_only_compared(const kube::Kind& kind) {
    return kind == kinds::stateful_set || kind == kinds::service ||
           kind == kinds::service_account || kind == kinds::role || kind == kinds::role_binding ||
           kind == kinds::pod_disruption_budget;
}

}  // namespace

Kept kept_of(const kube::Kind& kind, const kube::Object& object) {
    if (kind == kinds::pod) {
        return {.object = kept_pod(object), .text = nullptr};
    }
    if (kind == kinds::job) {
        return {.object = kept_job(object), .text = nullptr};
    }
    if (kind == kinds::persistent_volume_claim) {
        return {.object = kept_claim(object), .text = nullptr};
    }
    if (is_only_compared(kind)) {
        return {.object =
                    kind == kinds::stateful_set ? kept_set(object) : kube::Object(frame_of(object)),
                .text = std::make_shared<const std::string>(text_of(object))};
    }
    return {.object = kind == kinds::secret ? kept_secret(object)
                                            : kube::Object(without_managers(object)),
            .text = nullptr};
}

}  // namespace bestgres::core
