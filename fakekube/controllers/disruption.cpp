#include "fakekube/controllers/disruption.hpp"

#include <algorithm>

#include "fakekube/controllers/objects.hpp"
#include "lib/kube/workload.hpp"

namespace bestgres::fakekube::controllers {
namespace {

namespace kinds = kube::kinds;

constexpr Duration forgotten_after = std::chrono::minutes(2);

bool selects(const kube::Object& budget, const kube::Object& pod) {
    const Json* selector = find(budget.json(), {"spec", "selector"});
    return selector != nullptr && selector->is_object() && pod.ns() == budget.ns() &&
           selector_matches(*selector, pod);
}

struct Counts {
    std::int64_t expected = 0;
    std::int64_t desired = 0;
};

Counts counts_of(const BudgetView& view) {
    const auto pods = static_cast<std::int64_t>(view.pods.size());
    const Json* most_away = find(view.budget.json(), {"spec", "maxUnavailable"});
    const Json* least = find(view.budget.json(), {"spec", "minAvailable"});
    if (most_away != nullptr) {
        const std::int64_t expected = view.expected_scale.value_or(0);
        const std::int64_t away = scaled_value(*most_away, expected, true).value_or(0);
        return {.expected = expected, .desired = std::max<std::int64_t>(0, expected - away)};
    }
    if (least != nullptr && least->is_string()) {
        const std::int64_t expected = view.expected_scale.value_or(0);
        return {.expected = expected, .desired = scaled_value(*least, expected, true).value_or(0)};
    }
    const std::int64_t wanted = least == nullptr ? 1 : scaled_value(*least, pods, true).value_or(1);
    return {.expected = pods, .desired = wanted};
}

}  // namespace

BudgetStatus budget_status(const BudgetView& view) {
    BudgetStatus result;
    Json disrupted = Json::object();
    std::int64_t healthy = 0;
    const Json& told = object_at(view.budget.json(), {"status", "disruptedPods"});
    for (const kube::Object& pod : view.pods) {
        if (pod.being_deleted()) {
            continue;
        }
        const auto entry = told.find(std::string(pod.name()));
        if (entry != told.end()) {
            const auto since = parse_time(entry->is_string() ? entry->get<std::string>() : "");
            const Instant until = (since.ok() ? *since : Instant{}) + forgotten_after;
            if (view.now < until) {
                disrupted[entry.key()] = *entry;
                result.look_again = std::min(result.look_again.value_or(until), until);
                continue;
            }
        }
        healthy += is_ready(pod) ? 1 : 0;
    }
    const Counts counts = counts_of(view);
    const std::int64_t allowed =
        counts.expected > 0 ? std::max<std::int64_t>(0, healthy - counts.desired) : 0;
    Json json = {{"status", object_at(view.budget.json(), {"status"})}};
    Json& status = json["status"];
    status["observedGeneration"] = view.budget.generation();
    status["disruptionsAllowed"] = allowed;
    status["currentHealthy"] = healthy;
    status["desiredHealthy"] = counts.desired;
    status["expectedPods"] = counts.expected;
    status.erase("disruptedPods");
    if (!disrupted.empty()) {
        status["disruptedPods"] = std::move(disrupted);
    }
    const bool changed =
        set_condition(json,
                      {.type = "DisruptionAllowed",
                       .status = allowed > 0 ? "True" : "False",
                       .reason = allowed > 0 ? "SufficientPods" : "InsufficientPods",
                       .message = ""},
                      view.now);
    for (Json& condition : status["conditions"]) {
        if (condition["type"] == "DisruptionAllowed") {
            condition["message"] = "";
            if (changed || !condition.contains("observedGeneration")) {
                condition["observedGeneration"] = view.budget.generation();
            }
        }
    }
    result.status = std::move(status);
    return result;
}

DisruptionController::DisruptionController()
    : Controller("disruption-controller",
                 {kinds::pod_disruption_budget, kinds::pod, kinds::stateful_set, kinds::replica_set,
                  kinds::deployment}) {
    find_by(kinds::pod, words_of_child);
    find_by(kinds::pod_disruption_budget, words_of_selector, Filing::under_rarest);
}

std::unique_ptr<Controller> DisruptionController::clone() const {
    return std::make_unique<DisruptionController>(*this);
}

void DisruptionController::observe(const Change& change) {
    if (change.is(kinds::pod_disruption_budget)) {
        enqueue(key_of(change.object()));
        return;
    }
    if (change.is(kinds::pod)) {
        enqueue_budgets_of(change.before);
        enqueue_budgets_of(change.after);
        return;
    }
    const bool same_size =
        change.before != nullptr && change.after != nullptr &&
        kube::desired_replicas(*change.before) == kube::desired_replicas(*change.after);
    if (same_size) {
        return;
    }
    for (const kube::Object& budget :
         objects(kinds::pod_disruption_budget).in_namespace(std::string(change.object().ns()))) {
        enqueue(key_of(budget));
    }
}

void DisruptionController::enqueue_budgets_of(const kube::Object* pod) {
    if (pod == nullptr) {
        return;
    }
    Words words = words_of_child(*pod);
    words.emplace_back();  // budgets that ask for no label
    for (const kube::Object& budget :
         objects(kinds::pod_disruption_budget).with_words(std::string(pod->ns()), words)) {
        if (selects(budget, *pod)) {
            enqueue(key_of(budget));
        }
    }
}

void DisruptionController::sync(const Key& key, Client& client) {
    const kube::Object* found = objects(kinds::pod_disruption_budget).find(key);
    if (found == nullptr || found->being_deleted()) {
        return;
    }
    const kube::Object budget = *found;
    BudgetView view{.budget = budget, .pods = {}, .expected_scale = {}, .now = client.now()};
    for (const kube::Object& pod : objects(kinds::pod).candidates_of(budget)) {
        if (selects(budget, pod) && !is_finished(pod)) {
            view.pods.push_back(pod);
        }
    }
    view.expected_scale = scale_of(view.pods);
    const BudgetStatus result = budget_status(view);
    if (result.look_again) {
        enqueue_at(key, *result.look_again);
    }
    if (result.status != object_at(budget.json(), {"status"})) {
        Json json = budget.json();
        json["status"] = result.status;
        client.update(kinds::pod_disruption_budget, json, "status");
    }
}

// A ReplicaSet of a Deployment counts as its Deployment. Pods without a controller count nothing.
std::optional<std::int64_t> DisruptionController::scale_of(
    const std::vector<kube::Object>& pods) const {
    std::map<std::string, std::int64_t> scales;
    for (const kube::Object& pod : pods) {
        auto owner = pod.controller();
        if (!owner) {
            continue;
        }
        const std::string ns(pod.ns());
        const auto scale_in = [&](const kube::Kind& kind) {
            const kube::Object* object = objects(kind).find({.ns = ns, .name = owner->name});
            if (object != nullptr && object->uid() == owner->uid) {
                scales[owner->uid] = kube::desired_replicas(*object);
            }
            return object;
        };
        if (owner->kind == "ReplicaSet") {
            const kube::Object* set = scale_in(kinds::replica_set);
            const auto above = set == nullptr ? std::nullopt : set->controller();
            if (above && above->kind == "Deployment") {
                scales.erase(owner->uid);
                owner = above;
                scale_in(kinds::deployment);
            }
        } else if (owner->kind == "StatefulSet") {
            scale_in(kinds::stateful_set);
        }
    }
    std::int64_t total = 0;
    for (const auto& [uid, scale] : scales) {
        total += scale;
    }
    return total;
}

}  // namespace bestgres::fakekube::controllers
