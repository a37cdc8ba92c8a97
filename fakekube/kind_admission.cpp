#include "fakekube/kind_admission.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "fakekube/kinds/checks.hpp"
#include "fakekube/registry.hpp"
#include "lib/kube/quantity.hpp"

namespace bestgres::fakekube {
namespace {

std::string name_of(const Json& object) {
    return string_at(object, {"metadata", "name"});
}

std::string namespace_of(const Json& object) {
    return string_at(object, {"metadata", "namespace"});
}

// Visits the stored objects whose keys begin with `prefix`, in order.
template <class Visitor>
void each(const ServerState& state, const std::string& prefix, Visitor visitor) {
    state.store.scan(prefix, prefix, [&visitor](const Store::Entry& entry) {
        visitor(entry.object.json());
        return true;
    });
}

struct Priority {
    std::int64_t value = 0;
    std::string preemption = "PreemptLowerPriority";
    bool found = true;
};

Priority priority_of(const Json& priority_class) {
    return {.value = find_int(priority_class, {"value"}).value_or(0),
            .preemption = string_at(priority_class, {"preemptionPolicy"}, "PreemptLowerPriority")};
}

Priority find_priority(const ServerState& state, const std::string& name) {
    if (name == "system-node-critical") {
        return {.value = 2000001000};
    }
    if (name == "system-cluster-critical") {
        return {.value = 2000000000};
    }
    const std::string prefix = "priorityclasses.scheduling.k8s.io/";
    if (!name.empty()) {
        const kube::Object* found = state.store.find(prefix + name);
        return found == nullptr ? Priority{.found = false} : priority_of(found->json());
    }
    Priority priority;
    each(state, prefix, [&priority](const Json& candidate) {
        if (find_bool(candidate, {"globalDefault"}).value_or(false)) {
            priority = priority_of(candidate);
        }
    });
    return priority;
}

// "cpu request for container c": what was filled in.
void fill_resources(Json& container, const Json& item, std::vector<std::string>& filled) {
    const std::pair<const char*, const char*> lists[] = {{"requests", "defaultRequest"},
                                                         {"limits", "default"}};
    for (const auto& [list, source] : lists) {
        for (const auto& [name, value] : object_at(item, {source}).items()) {
            if (!is_set(object_at(container, {"resources", list}), name)) {
                container["resources"][list][name] = value;
                filled.push_back(
                    fmt::format("{} {} for container {}", name,
                                std::string_view(list) == "limits" ? "limit" : "request",
                                text_of(container, "name")));
            }
        }
    }
}

// The first bound of a LimitRange item that the container breaks; empty if none.
std::string broken_bound(const Json& container, const Json& item) {
    const std::string type = text_of(item, "type");
    for (const auto& [name, most] : object_at(item, {"max"}).items()) {
        const std::string limit = string_at(container, {"resources", "limits", name});
        const auto bound = kube::Quantity::parse(most.get<std::string>());
        const auto actual = kube::Quantity::parse(limit);
        if (!actual) {
            return fmt::format("maximum {} usage per {} is {}.  No limit is specified", name, type,
                               most.get<std::string>());
        }
        if (bound && *actual > *bound) {
            return fmt::format("maximum {} usage per {} is {}, but limit is {}", name, type,
                               most.get<std::string>(), limit);
        }
    }
    for (const auto& [name, least] : object_at(item, {"min"}).items()) {
        const std::string request = string_at(container, {"resources", "requests", name});
        const auto bound = kube::Quantity::parse(least.get<std::string>());
        const auto actual = kube::Quantity::parse(request);
        if (!actual) {
            return fmt::format("minimum {} usage per {} is {}.  No request is specified", name,
                               type, least.get<std::string>());
        }
        if (bound && *actual < *bound) {
            return fmt::format("minimum {} usage per {} is {}, but request is {}", name, type,
                               least.get<std::string>(), request);
        }
    }
    return "";
}

// The quota's names for one more object of a resource.
std::vector<std::string> counted_as(const Resource& resource) {
    std::vector<std::string> names;
    constexpr std::string_view plain[] = {"configmaps",     "persistentvolumeclaims",
                                          "pods",           "replicationcontrollers",
                                          "resourcequotas", "secrets",
                                          "services"};
    if (resource.group.empty() &&
        std::find(std::begin(plain), std::end(plain), resource.plural) != std::end(plain)) {
        names.push_back(resource.plural);
    }
    names.push_back("count/" + resource.qualified_plural());
    return names;
}

}  // namespace

Outcome<Done> admit_limit_ranges(const ServerState& state, const Resource& resource, Json& pod) {
    std::vector<std::string> filled;
    std::string refusal;
    each(state, "limitranges./" + namespace_of(pod) + "/", [&](const Json& range) {
        for (const Json& item : array_at(range, {"spec", "limits"})) {
            if (text_of(item, "type") != "Container" || !pod["spec"].contains("containers")) {
                continue;
            }
            for (Json& container : pod["spec"]["containers"]) {
                fill_resources(container, item, filled);
                const std::string broken = broken_bound(container, item);
                refusal = refusal.empty() ? broken : refusal;
            }
        }
    });
    if (!filled.empty()) {
        pod["metadata"]["annotations"]["kubernetes.io/limit-ranger"] =
            fmt::format("LimitRanger plugin set: {}", fmt::join(filled, "; "));
    }
    if (!refusal.empty()) {
        return forbidden(resource, name_of(pod), refusal);
    }
    return Done{};
}

Outcome<Done> admit_priority(const ServerState& state, const Resource& resource, Json& pod) {
    Json& spec = pod["spec"];
    const std::string name = text_of(spec, "priorityClassName");
    const Priority priority = find_priority(state, name);
    if (!priority.found) {
        return forbidden(resource, name_of(pod),
                         fmt::format("no PriorityClass with name {} was found", name));
    }
    const auto given = find_int(spec, {"priority"});
    if (given && *given != priority.value) {
        return forbidden(resource, name_of(pod),
                         fmt::format("the integer value of priority ({}) must not be provided in "
                                     "pod spec; priority admission controller computed {} from "
                                     "the given PriorityClass name",
                                     *given, priority.value));
    }
    spec["priority"] = priority.value;
    if (!is_set(spec, "preemptionPolicy")) {
        spec["preemptionPolicy"] = priority.preemption;
    }
    return Done{};
}

void taint_new_node(Json& node) {
    const Json taint = {{"key", "node.kubernetes.io/not-ready"}, {"effect", "NoSchedule"}};
    for (const Json& present : array_at(node, {"spec", "taints"})) {
        if (text_of(present, "key") == taint["key"] &&
            text_of(present, "effect") == taint["effect"]) {
            return;
        }
    }
    node["spec"]["taints"].push_back(taint);
}

Outcome<Done> admit_quota(const ServerState& state, const Resource& resource, const Json& object) {
    std::string refusal;
    each(state, "resourcequotas./" + namespace_of(object) + "/", [&](const Json& quota) {
        for (const std::string& name : counted_as(resource)) {
            const auto hard = kube::Quantity::parse(string_at(quota, {"status", "hard", name}));
            const auto used =
                kube::Quantity::parse(string_at(quota, {"status", "used", name}, "0"));
            if (hard && used && *used + kube::Quantity::of_bytes(1) > *hard && refusal.empty()) {
                refusal =
                    fmt::format("exceeded quota: {}, requested: {}=1, used: {}={}, limited: {}={}",
                                name_of(quota), name, name, used->text(), name, hard->text());
            }
        }
    });
    if (refusal.empty()) {
        return Done{};
    }
    return forbidden(resource, name_of(object), refusal);
}

}  // namespace bestgres::fakekube
