#include "fakekube/controllers/scheduling.hpp"

#include <algorithm>
#include <charconv>

#include "fakekube/controllers/objects.hpp"
#include "lib/kube/quantity.hpp"

namespace bestgres::fakekube::controllers {
namespace {

std::int64_t amount(const std::string& resource, const Json& value) {
    const std::string text = value.is_string() ? value.get<std::string>() : dump(value);
    const Result<kube::Quantity> quantity = kube::Quantity::parse(text);
    if (!quantity.ok()) {
        return 0;
    }
    return resource == "cpu" ? quantity->milli() : quantity->bytes();
}

void add(Resources& total, const Json& amounts) {
    for (const auto& item : amounts.items()) {
        total[item.key()] += amount(item.key(), item.value());
    }
}

void raise_to(Resources& total, const Resources& other) {
    for (const auto& [resource, value] : other) {
        total[resource] = std::max(total[resource], value);
    }
}

std::optional<std::int64_t> number(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(value)
                                                                    : std::nullopt;
}

bool expression_holds(const Json& expression, const std::optional<std::string>& value) {
    const std::string op = string_at(expression, {"operator"});
    const Json& values = array_at(expression, {"values"});
    if (op == "Exists" || op == "DoesNotExist") {
        return value.has_value() == (op == "Exists");
    }
    if (op == "Gt" || op == "Lt") {
        const auto left = value ? number(*value) : std::nullopt;
        const auto right = values.empty() ? std::nullopt : number(values[0].get<std::string>());
        return left && right && (op == "Gt" ? *left > *right : *left < *right);
    }
    const bool listed = value && std::find(values.begin(), values.end(), *value) != values.end();
    return op == "In" ? listed : !listed;
}

bool term_matches(const Json& term, const kube::Object& node) {
    const Json& expressions = array_at(term, {"matchExpressions"});
    const Json& fields = array_at(term, {"matchFields"});
    if (expressions.empty() && fields.empty()) {
        return false;
    }
    const auto label_holds = [&node](const Json& expression) {
        return expression_holds(
            expression,
            find_string(node.json(), {"metadata", "labels", string_at(expression, {"key"})}));
    };
    const auto field_holds = [&node](const Json& expression) {
        return expression_holds(expression, std::string(node.name()));
    };
    return std::all_of(expressions.begin(), expressions.end(), label_holds) &&
           std::all_of(fields.begin(), fields.end(), field_holds);
}

std::string reasons_text(std::size_t nodes, const std::map<std::string, int>& reasons) {
    std::vector<std::string> parts;
    for (const auto& [reason, count] : reasons) {
        parts.push_back(std::to_string(count) + " " + reason);
    }
    std::sort(parts.begin(), parts.end());
    std::string text = "0/" + std::to_string(nodes) + " nodes are available";
    for (std::size_t at = 0; at < parts.size(); ++at) {
        text += (at == 0 ? ": " : ", ") + parts[at];
    }
    return nodes == 0 ? "no nodes available to schedule pods" : text + ".";
}

std::optional<std::string> why_not(const kube::Object& pod, const NodeView& node,
                                   const SchedulingView& view) {
    if (auto reason = repels(pod, node.node)) {
        return reason;
    }
    if (auto reason = mismatches_node(pod, node.node)) {
        return reason;
    }
    if (auto reason = lacks_resources(pod, node)) {
        return reason;
    }
    if (auto reason = volumes_forbid(pod, node.node, view)) {
        return reason;
    }
    if (auto reason = pods_forbid(pod, node, view)) {
        return reason;
    }
    return spread_forbids(pod, node, view);
}

std::int64_t preferred_node_weight(const kube::Object& pod, const kube::Object& node) {
    std::int64_t weight = 0;
    for (const Json& preference :
         array_at(pod.json(), {"spec", "affinity", "nodeAffinity",
                               "preferredDuringSchedulingIgnoredDuringExecution"})) {
        if (term_matches(object_at(preference, {"preference"}), node)) {
            weight += find_int(preference, {"weight"}).value_or(0);
        }
    }
    return weight;
}

std::int64_t discouraging_taints(const kube::Object& pod, const kube::Object& node) {
    std::int64_t count = 0;
    for (const Json& taint : array_at(node.json(), {"spec", "taints"})) {
        const bool counts = string_at(taint, {"effect"}) == "PreferNoSchedule";
        count += counts && !tolerates(pod, taint) ? 1 : 0;
    }
    return count;
}

std::int64_t siblings(const kube::Object& pod, const NodeView& node) {
    const auto owner = pod.controller();
    return std::count_if(node.pods.begin(), node.pods.end(), [&](const kube::Object& other) {
        return owner && is_controlled_by(other, owner->uid);
    });
}

}  // namespace

void Load::add(const Resources& more) {
    ++pods;
    for (const auto& [resource, value] : more) {
        requests[resource] += value;
    }
}

void Load::remove(const Resources& less) {
    --pods;
    for (const auto& [resource, value] : less) {
        requests[resource] -= value;
    }
}

Choice choose_node(const kube::Object& pod, const SchedulingView& view) {
    if (const auto problem = claim_problem(pod, view)) {
        const std::string count = std::to_string(view.nodes.size());
        return {.node = "",
                .message = "0/" + count + " nodes are available: " + *problem + ".",
                .waiting_claims = {}};
    }
    std::map<std::string, int> reasons;
    const NodeView* best = nullptr;
    std::int64_t best_score = 0;
    for (const NodeView& node : view.nodes) {
        if (const auto reason = why_not(pod, node, view)) {
            ++reasons[*reason];
            continue;
        }
        const std::int64_t points = score(pod, node, view);
        if (best == nullptr || points > best_score) {
            best = &node;
            best_score = points;
        }
    }
    if (best == nullptr) {
        return {
            .node = "", .message = reasons_text(view.nodes.size(), reasons), .waiting_claims = {}};
    }
    return {.node = std::string(best->node.name()),
            .message = "",
            .waiting_claims = unbound_claims(pod, view)};
}

Resources requests_of(const kube::Object& pod) {
    Resources total;
    for (const Json& container : array_at(pod.json(), {"spec", "containers"})) {
        add(total, object_at(container, {"resources", "requests"}));
    }
    Resources sidecars;
    Resources peak;
    for (const Json& container : array_at(pod.json(), {"spec", "initContainers"})) {
        const Json& requests = object_at(container, {"resources", "requests"});
        if (string_at(container, {"restartPolicy"}) == "Always") {
            add(sidecars, requests);
            add(total, requests);
            raise_to(peak, sidecars);
            continue;
        }
        Resources now = sidecars;
        add(now, requests);
        raise_to(peak, now);
    }
    raise_to(total, peak);
    add(total, object_at(pod.json(), {"spec", "overhead"}));
    return total;
}

// A node that tells no allocatable resources at all has no limits: simulated nodes need not say.
std::optional<std::string> lacks_resources(const kube::Object& pod, const NodeView& node) {
    const Json& allocatable = object_at(node.node.json(), {"status", "allocatable"});
    if (allocatable.empty()) {
        return std::nullopt;
    }
    Resources free;
    add(free, allocatable);
    const auto most_pods = free.find("pods");
    if (most_pods != free.end() && node.load.pods >= most_pods->second) {
        return "Too many pods";
    }
    for (const auto& [resource, value] : node.load.requests) {
        free[resource] -= value;
    }
    for (const auto& [resource, value] : requests_of(pod)) {
        if (value > 0 && value > free[resource]) {
            return "Insufficient " + resource;
        }
    }
    return std::nullopt;
}

std::optional<std::string> repels(const kube::Object& pod, const kube::Object& node) {
    const bool closed = find_bool(node.json(), {"spec", "unschedulable"}).value_or(false);
    const Json closing = {{"key", "node.kubernetes.io/unschedulable"}, {"effect", "NoSchedule"}};
    if (closed && !tolerates(pod, closing)) {
        return "node(s) were unschedulable";
    }
    for (const Json& taint : array_at(node.json(), {"spec", "taints"})) {
        if (string_at(taint, {"effect"}) != "PreferNoSchedule" && !tolerates(pod, taint)) {
            return "node(s) had untolerated taint {" + string_at(taint, {"key"}) + ": " +
                   string_at(taint, {"value"}) + "}";
        }
    }
    return std::nullopt;
}

std::optional<std::string> mismatches_node(const kube::Object& pod, const kube::Object& node) {
    constexpr const char* reason = "node(s) didn't match Pod's node affinity/selector";
    const Json& selector = object_at(pod.json(), {"spec", "nodeSelector"});
    if (!selector.empty() && !labels_include(selector, node)) {
        return reason;
    }
    const Json* terms =
        find(pod.json(), {"spec", "affinity", "nodeAffinity",
                          "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"});
    return terms != nullptr && !matches_terms(*terms, node) ? std::optional<std::string>(reason)
                                                            : std::nullopt;
}

std::int64_t score(const kube::Object& pod, const NodeView& node, const SchedulingView& view) {
    // Wishes of the pod weigh most, then its controller's other pods, then how full the node is.
    const std::int64_t wishes =
        preferred_node_weight(pod, node.node) + affinity_score(pod, node, view);
    return wishes * 1'000'000 - discouraging_taints(pod, node.node) * 300'000'000 -
           siblings(pod, node) * 10'000 - node.load.pods;
}

bool matches_terms(const Json& terms, const kube::Object& node) {
    return std::any_of(terms.begin(), terms.end(),
                       [&](const Json& term) { return term_matches(term, node); });
}

bool tolerates(const kube::Object& pod, const Json& taint) {
    const Json& tolerations = array_at(pod.json(), {"spec", "tolerations"});
    return std::any_of(tolerations.begin(), tolerations.end(), [&](const Json& toleration) {
        const std::string effect = string_at(toleration, {"effect"});
        const std::string key = string_at(toleration, {"key"});
        const bool by_existence = string_at(toleration, {"operator"}) == "Exists";
        if (!effect.empty() && effect != string_at(taint, {"effect"})) {
            return false;
        }
        if (key.empty()) {
            return by_existence;
        }
        return key == string_at(taint, {"key"}) &&
               (by_existence || string_at(toleration, {"value"}) == string_at(taint, {"value"}));
    });
}

}  // namespace bestgres::fakekube::controllers
