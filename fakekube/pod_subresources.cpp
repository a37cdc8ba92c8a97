#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "fakekube/registry.hpp"
#include "lib/kube/selector.hpp"

namespace bestgres::fakekube {
namespace {

constexpr const char* budgets_prefix = "poddisruptionbudgets.policy/";
constexpr int retry_seconds = 10;

Status too_many_requests(std::string why, bool with_retry) {
    Status status{.code = 429,
                  .reason = "TooManyRequests",
                  .message = "Cannot evict pod as it would violate the pod's disruption budget.",
                  .details = {{"causes", Json::array({cause_json({.reason = "DisruptionBudget",
                                                                  .message = std::move(why)})})}}};
    if (with_retry) {
        status.details["retryAfterSeconds"] = retry_seconds;
    }
    return status;
}

// Such a pod serves nobody: its budget is not asked.
bool needs_no_budget(const kube::Object& pod) {
    const std::string_view phase = pod.text_at({"status", "phase"});
    return phase == "Pending" || phase == "Succeeded" || phase == "Failed" || pod.being_deleted();
}

bool selects(const kube::Object& budget, const kube::Object& pod) {
    const Json* selector = find(budget.json(), {"spec", "selector"});
    if (selector == nullptr || !selector->is_object()) {
        return false;
    }
    if (selector->empty() && budget.api_version() != "policy/v1") {
        return false;
    }
    const Result<kube::LabelSelector> parsed = kube::label_selector_of(*selector);
    return parsed.ok() && kube::matches(*parsed, object_at(pod.json(), {"metadata", "labels"}));
}

std::vector<kube::Object> budgets_of(const ServerState& state, const kube::Object& pod) {
    std::vector<kube::Object> found;
    state.store.scan(budgets_prefix + std::string(pod.ns()) + "/", "",
                     [&](const Store::Entry& entry) {
                         if (selects(entry.object, pod)) {
                             found.push_back(entry.object);
                         }
                         return true;
                     });
    return found;
}

bool is_ready(const kube::Object& pod) {
    for (const Json& condition : array_at(pod.json(), {"status", "conditions"})) {
        if (string_at(condition, {"type"}) == "Ready") {
            return string_at(condition, {"status"}) == "True";
        }
    }
    return false;
}

// A pod that is not ready may go if its budget says so, or while the others keep the budget.
bool may_go_unready(const kube::Object& budget, const kube::Object& pod) {
    if (is_ready(pod)) {
        return false;
    }
    const Json& status = object_at(budget.json(), {"status"});
    const std::int64_t healthy = find_int(status, {"currentHealthy"}).value_or(0);
    const std::int64_t desired = find_int(status, {"desiredHealthy"}).value_or(0);
    return budget.text_at({"spec", "unhealthyPodEvictionPolicy"}) == "AlwaysAllow" ||
           (healthy >= desired && desired > 0);
}

Outcome<Done> check_budget(const kube::Object& budget) {
    const Json& status = object_at(budget.json(), {"status"});
    if (find_int(status, {"observedGeneration"}).value_or(0) < budget.generation()) {
        return too_many_requests(fmt::format("The disruption budget {} is still being processed by "
                                             "the server.",
                                             budget.name()),
                                 true);
    }
    if (find_int(status, {"disruptionsAllowed"}).value_or(0) <= 0) {
        return too_many_requests(
            fmt::format("The disruption budget {} needs {} healthy pods and has {} currently",
                        budget.name(), find_int(status, {"desiredHealthy"}).value_or(0),
                        find_int(status, {"currentHealthy"}).value_or(0)),
            false);
    }
    return Done{};
}

// One disruption less, told before the pod is gone. `disrupted` is {pod: time}.
void take_disruption(ServerState& state, const Resource& resource, const kube::Object& budget,
                     const Json& disrupted) {
    Json now = budget.json();
    Json& status = now["status"];
    status["disruptionsAllowed"] = find_int(status, {"disruptionsAllowed"}).value_or(0) - 1;
    status["disruptedPods"].update(disrupted);
    commit_updated(state, resource, budget, std::move(now));
}

}  // namespace

Outcome<Done> evict_pod(ServerState& state, const RequestContext& context, const ObjectKey& key,
                        const DeleteOptions& options) {
    BG_TRY(check_delete_options(options));
    const ResourcePtr pods = find_resource(state, "", "v1", "pods");
    const Outcome<kube::Object> pod = get_object(state, *pods, key);
    if (!pod.ok()) {
        return pod.error();
    }
    if (!needs_no_budget(*pod)) {
        const std::vector<kube::Object> budgets = budgets_of(state, *pod);
        if (budgets.size() > 1) {
            return plain_error(
                "This pod has more than one PodDisruptionBudget, which the eviction "
                "subresource does not support.");
        }
        if (budgets.size() == 1 && !may_go_unready(budgets.front(), *pod)) {
            BG_TRY(check_budget(budgets.front()));
            const ResourcePtr resource =
                find_resource(state, "policy", "v1", "poddisruptionbudgets");
            if (!context.options.dry_run && resource != nullptr) {
                take_disruption(state, *resource, budgets.front(),
                                {{key.name, format_seconds(context.now)}});
            }
        }
    }
    BG_TRY(remove_object(state, context, *pods, {key, options}));
    return Done{};
}

Outcome<Done> bind_pod(ServerState& state, const RequestContext& context, const ObjectKey& key,
                       const Json& binding) {
    const ResourcePtr pods = find_resource(state, "", "v1", "pods");
    const Outcome<kube::Object> pod = get_object(state, *pods, key);
    if (!pod.ok()) {
        return pod.error();
    }
    const std::string node = string_at(binding, {"target", "name"});
    const std::string kind = string_at(binding, {"target", "kind"});
    FieldErrors errors;
    if (!kind.empty() && kind != "Node") {
        errors.push_back(not_supported("target.kind", kind, {"Node", "<empty>"}));
    }
    if (node.empty()) {
        errors.push_back(required("target.name"));
    }
    if (!errors.empty()) {
        return invalid("", "Binding", key.name, errors);
    }
    if (pod->being_deleted()) {
        return conflict(
            *pods, key.name,
            fmt::format("pod {} is being deleted, cannot be assigned to a host", key.name));
    }
    const std::string_view bound = pod->text_at({"spec", "nodeName"});
    if (!bound.empty()) {
        return conflict(
            *pods, key.name,
            fmt::format("pod {} is already assigned to node {}", key.name, go_quote(bound)));
    }
    Json now = pod->json();
    now["spec"]["nodeName"] = node;
    for (const auto& [name, value] : object_at(binding, {"metadata", "annotations"}).items()) {
        now["metadata"]["annotations"][name] = value;
    }
    Json& conditions = now["status"]["conditions"];
    Json scheduled = {{"type", "PodScheduled"},
                      {"status", "True"},
                      {"lastProbeTime", nullptr},
                      {"lastTransitionTime", format_seconds(context.now)}};
    bool replaced = false;
    for (Json& condition : conditions) {
        if (string_at(condition, {"type"}) == "PodScheduled") {
            condition = scheduled;
            replaced = true;
        }
    }
    if (!replaced) {
        conditions.push_back(std::move(scheduled));
    }
    if (!context.options.dry_run) {
        commit_updated(state, *pods, *pod, std::move(now));
    }
    return Done{};
}

}  // namespace bestgres::fakekube
