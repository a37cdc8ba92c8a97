#include "fakekube/controllers/deployment_plan.hpp"

#include <algorithm>
#include <charconv>

#include "fakekube/controllers/objects.hpp"
#include "lib/kube/workload.hpp"

namespace bestgres::fakekube::controllers {
namespace {

constexpr const char* hash_label = "pod-template-hash";

std::int64_t size_of(const kube::Object& set) {
    return kube::desired_replicas(set);
}

std::int64_t status_of(const kube::Object& set, std::string_view field) {
    return find_int(set.json(), {"status", field}).value_or(0);
}

bool recreates(const kube::Object& deployment) {
    return string_at(deployment.json(), {"spec", "strategy", "type"}) == "Recreate";
}

struct Limits {
    std::int64_t surge = 0;
    std::int64_t unavailable = 0;
};

Limits limits_of(const kube::Object& deployment) {
    if (recreates(deployment)) {
        return {};
    }
    const std::int64_t wanted = size_of(deployment);
    const auto scaled = [&](const char* field, bool round_up) {
        const Json* value = find(deployment.json(), {"spec", "strategy", "rollingUpdate", field});
        const Json standard = "25%";
        return scaled_value(value == nullptr ? standard : *value, wanted, round_up).value_or(0);
    };
    Limits limits{.surge = scaled("maxSurge", true),
                  .unavailable = scaled("maxUnavailable", false)};
    if (limits.surge == 0 && limits.unavailable == 0) {
        limits.unavailable = 1;
    }
    return limits;
}

template <class Read>
std::int64_t sum(const DeploymentView& view, Read read) {
    std::int64_t total = view.newest ? read(*view.newest) : 0;
    for (const kube::Object& set : view.older) {
        total += read(set);
    }
    return total;
}

std::int64_t sum_status(const DeploymentView& view, std::string_view field) {
    return sum(view, [&](const kube::Object& set) { return status_of(set, field); });
}

std::map<std::string, std::int64_t> recreate_sizes(const DeploymentView& view) {
    std::map<std::string, std::int64_t> sizes;
    for (const kube::Object& set : view.older) {
        if (size_of(set) > 0) {
            sizes[std::string(set.name())] = 0;
        }
    }
    if (sizes.empty() && !view.old_pods_exist && view.newest) {
        sizes[std::string(view.newest->name())] = size_of(view.deployment);
    }
    return sizes;
}

// Unhealthy old pods go first: they help nobody. Then ready ones, as far as availability allows.
void shrink_older(const DeploymentView& view, const Limits& limits,
                  std::map<std::string, std::int64_t>& sizes) {
    const std::int64_t least = size_of(view.deployment) - limits.unavailable;
    const std::int64_t unready_new =
        view.newest ? size_of(*view.newest) - status_of(*view.newest, "availableReplicas") : 0;
    std::int64_t most_removed = sum(view, size_of) - least - unready_new;
    std::vector<std::int64_t> left;
    for (const kube::Object& set : view.older) {
        const std::int64_t unhealthy =
            std::max<std::int64_t>(0, size_of(set) - status_of(set, "availableReplicas"));
        const std::int64_t removed =
            std::clamp<std::int64_t>(unhealthy, 0, std::max<std::int64_t>(0, most_removed));
        most_removed -= removed;
        left.push_back(size_of(set) - removed);
    }
    std::int64_t spare = std::min(most_removed, sum_status(view, "availableReplicas") - least);
    for (std::size_t at = 0; at < view.older.size(); ++at) {
        const std::int64_t removed =
            std::clamp<std::int64_t>(left[at], 0, std::max<std::int64_t>(0, spare));
        spare -= removed;
        sizes[std::string(view.older[at].name())] = left[at] - removed;
    }
}

std::map<std::string, std::int64_t> rolling_sizes(const DeploymentView& view) {
    std::map<std::string, std::int64_t> sizes;
    if (!view.newest) {
        return sizes;
    }
    const Limits limits = limits_of(view.deployment);
    const std::int64_t wanted = size_of(view.deployment);
    const std::int64_t room = wanted + limits.surge - sum(view, size_of);
    const std::int64_t now = size_of(*view.newest);
    if (now > wanted) {
        sizes[std::string(view.newest->name())] = wanted;
        return sizes;
    }
    if (now < wanted && room > 0) {
        sizes[std::string(view.newest->name())] = now + std::min(room, wanted - now);
        return sizes;
    }
    shrink_older(view, limits, sizes);
    return sizes;
}

// While paused only the size follows: all of it in the one set that has pods.
std::map<std::string, std::int64_t> paused_sizes(const DeploymentView& view) {
    const kube::Object* only = nullptr;
    for (const kube::Object& set : view.older) {
        if (size_of(set) > 0) {
            only = only == nullptr ? &set : nullptr;
        }
    }
    if (view.newest && (only == nullptr || size_of(*view.newest) > 0)) {
        only = &*view.newest;
    }
    if (only == nullptr) {
        return {};
    }
    return {{std::string(only->name()), size_of(view.deployment)}};
}

bool is_complete(const DeploymentView& view) {
    const std::int64_t wanted = size_of(view.deployment);
    return view.newest && status_of(*view.newest, "replicas") == wanted &&
           sum_status(view, "replicas") == wanted &&
           sum_status(view, "availableReplicas") == wanted;
}

// Like set_condition, with the lastUpdateTime that Deployments have besides.
void put_condition(Json& object, const Condition& condition, Instant now) {
    const Json* before = find_condition(object, condition.type);
    const bool touched = before == nullptr || string_at(*before, {"status"}) != condition.status ||
                         string_at(*before, {"reason"}) != condition.reason ||
                         string_at(*before, {"message"}) != condition.message;
    if (!touched) {
        return;
    }
    set_condition(object, condition, now);
    for (Json& one : object["status"]["conditions"]) {
        if (one["type"] == condition.type) {
            one["lastUpdateTime"] = format_seconds(now);
        }
    }
}

Condition availability(const DeploymentView& view) {
    const std::int64_t least = size_of(view.deployment) - limits_of(view.deployment).unavailable;
    const bool enough = sum_status(view, "availableReplicas") >= least;
    return {.type = "Available",
            .status = enough ? "True" : "False",
            .reason = enough ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
            .message = enough ? "Deployment has minimum availability."
                              : "Deployment does not have minimum availability."};
}

Condition progress(const DeploymentView& view, bool moved) {
    const std::string name = view.newest
                                 ? "ReplicaSet \"" + std::string(view.newest->name()) + "\""
                                 : "Deployment \"" + std::string(view.deployment.name()) + "\"";
    if (is_complete(view)) {
        return {.type = "Progressing",
                .status = "True",
                .reason = "NewReplicaSetAvailable",
                .message = name + " has successfully progressed."};
    }
    const auto deadline = progress_deadline(view);
    if (!moved && deadline && *deadline <= view.now) {
        return {.type = "Progressing",
                .status = "False",
                .reason = "ProgressDeadlineExceeded",
                .message = name + " has timed out progressing."};
    }
    return {.type = "Progressing",
            .status = "True",
            .reason = "ReplicaSetUpdated",
            .message = name + " is progressing."};
}

Json counts_of(const DeploymentView& view) {
    const std::int64_t available = sum_status(view, "availableReplicas");
    const std::map<std::string, std::int64_t> counts = {
        {"replicas", sum_status(view, "replicas")},
        {"updatedReplicas", view.newest ? status_of(*view.newest, "replicas") : 0},
        {"readyReplicas", sum_status(view, "readyReplicas")},
        {"availableReplicas", available},
        {"unavailableReplicas", std::max<std::int64_t>(0, sum(view, size_of) - available)}};
    Json json = Json::object();
    for (const auto& [name, count] : counts) {
        if (count > 0) {
            json[name] = count;
        }
    }
    return json;
}

}  // namespace

std::map<std::string, std::int64_t> wanted_sizes(const DeploymentView& view) {
    if (find_bool(view.deployment.json(), {"spec", "paused"}).value_or(false)) {
        return paused_sizes(view);
    }
    return recreates(view.deployment) ? recreate_sizes(view) : rolling_sizes(view);
}

Json deployment_status(const DeploymentView& view) {
    const Json& before = object_at(view.deployment.json(), {"status"});
    const Json counts = counts_of(view);
    bool moved = false;
    for (const char* field : {"updatedReplicas", "readyReplicas", "availableReplicas"}) {
        moved = moved || counts.value(field, 0) > find_int(before, {field}).value_or(0);
    }
    Json object = {{"status", counts}};
    object["status"]["observedGeneration"] = view.deployment.generation();
    object["status"]["conditions"] = array_at(before, {"conditions"});
    if (const Json* collisions = find(before, {"collisionCount"}); collisions != nullptr) {
        object["status"]["collisionCount"] = *collisions;
    }
    put_condition(object, availability(view), view.now);
    const Condition next = progress(view, moved);
    put_condition(object, next, view.now);
    if (moved && next.reason == "ReplicaSetUpdated") {
        for (Json& one : object["status"]["conditions"]) {
            if (one["type"] == "Progressing") {
                one["lastUpdateTime"] = format_seconds(view.now);
            }
        }
    }
    return object["status"];
}

std::optional<Instant> progress_deadline(const DeploymentView& view) {
    const Json* condition = find_condition(view.deployment.json(), "Progressing");
    const auto seconds = find_int(view.deployment.json(), {"spec", "progressDeadlineSeconds"});
    if (condition == nullptr || !seconds || is_complete(view) ||
        string_at(*condition, {"reason"}) == "NewReplicaSetAvailable") {
        return std::nullopt;
    }
    const auto since = parse_time(string_at(*condition, {"lastUpdateTime"}));
    return since.ok() ? std::optional(*since + std::chrono::seconds(*seconds)) : std::nullopt;
}

bool same_template(const kube::Object& replica_set, const kube::Object& deployment) {
    Json other = object_at(replica_set.json(), {"spec", "template"});
    if (other.contains("metadata") && other["metadata"].contains("labels")) {
        other["metadata"]["labels"].erase(hash_label);
    }
    return other == object_at(deployment.json(), {"spec", "template"});
}

std::string template_hash(const kube::Object& deployment) {
    const std::int64_t collisions =
        find_int(deployment.json(), {"status", "collisionCount"}).value_or(0);
    return safe_hash_name(fnv32(dump(object_at(deployment.json(), {"spec", "template"})) +
                                (collisions > 0 ? std::to_string(collisions) : "")));
}

Json new_replica_set(const kube::Object& deployment, std::int64_t revision) {
    const std::string hash = template_hash(deployment);
    Json pod_template = object_at(deployment.json(), {"spec", "template"});
    pod_template["metadata"]["labels"][hash_label] = hash;
    Json selector = object_at(deployment.json(), {"spec", "selector"});
    selector["matchLabels"][hash_label] = hash;
    Json annotations = object_at(deployment.json(), {"metadata", "annotations"});
    annotations.erase("kubectl.kubernetes.io/last-applied-configuration");
    annotations.update(size_annotations(deployment));
    annotations["deployment.kubernetes.io/revision"] = std::to_string(revision);
    Json spec = {{"replicas", 0}, {"selector", selector}, {"template", pod_template}};
    if (const auto seconds = find_int(deployment.json(), {"spec", "minReadySeconds"})) {
        spec["minReadySeconds"] = *seconds;
    }
    return {{"metadata",
             {{"name", std::string(deployment.name()) + "-" + hash},
              {"namespace", deployment.ns()},
              {"labels", object_at(pod_template, {"metadata", "labels"})},
              {"annotations", std::move(annotations)},
              {"ownerReferences", Json::array({controller_reference(deployment)})}}},
            {"spec", std::move(spec)}};
}

std::int64_t revision_number(const kube::Object& object) {
    const std::string_view text = object.annotation("deployment.kubernetes.io/revision");
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

Json size_annotations(const kube::Object& deployment) {
    const std::int64_t wanted = size_of(deployment);
    return {{"deployment.kubernetes.io/desired-replicas", std::to_string(wanted)},
            {"deployment.kubernetes.io/max-replicas",
             std::to_string(wanted + limits_of(deployment).surge)}};
}

}  // namespace bestgres::fakekube::controllers
