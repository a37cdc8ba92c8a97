#include "fakekube/rest/escalation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "fakekube/registry.hpp"

namespace bestgres::fakekube {
namespace {

constexpr std::string_view rbac_group = "rbac.authorization.k8s.io";

bool covers_text(const Json& held, const Json& wanted) {
    return std::any_of(held.begin(), held.end(),
                       [&](const Json& entry) { return entry == "*" || entry == wanted; });
}

bool covers_resource(const Json& held, const Json& wanted) {
    const std::string text = wanted.get<std::string>();
    const std::size_t slash = text.find('/');
    return std::any_of(held.begin(), held.end(), [&](const Json& entry) {
        return entry == "*" || entry == wanted ||
               (slash != std::string::npos && entry == "*" + text.substr(slash));
    });
}

bool covers_path(const Json& held, const Json& wanted) {
    const std::string text = wanted.get<std::string>();
    return std::any_of(held.begin(), held.end(), [&](const Json& entry) {
        const std::string pattern = entry.get<std::string>();
        return pattern == "*" || pattern == text ||
               (pattern.ends_with('*') && text.starts_with(pattern.substr(0, pattern.size() - 1)));
    });
}

// One verb on one resource (or path): the finest piece of a rule.
struct Grant {
    Json group = {};
    Json resource = {};
    Json name = {};  // null: all names
    Json path = {};
    Json verb = {};

    bool operator==(const Grant&) const = default;
};

std::vector<Grant> pieces_of(const Json& rule) {
    std::vector<Grant> pieces;
    Json names = array_at(rule, {"resourceNames"});
    if (names.empty()) {
        names.push_back(nullptr);
    }
    for (const Json& verb : array_at(rule, {"verbs"})) {
        for (const Json& path : array_at(rule, {"nonResourceURLs"})) {
            pieces.push_back({.path = path, .verb = verb});
        }
        for (const Json& group : array_at(rule, {"apiGroups"})) {
            for (const Json& resource : array_at(rule, {"resources"})) {
                for (const Json& name : names) {
                    pieces.push_back(
                        {.group = group, .resource = resource, .name = name, .verb = verb});
                }
            }
        }
    }
    return pieces;
}

bool covers(const Json& rule, const Grant& piece) {
    if (!covers_text(array_at(rule, {"verbs"}), piece.verb)) {
        return false;
    }
    if (!piece.path.is_null()) {
        return covers_path(array_at(rule, {"nonResourceURLs"}), piece.path);
    }
    const Json& names = array_at(rule, {"resourceNames"});
    return covers_text(array_at(rule, {"apiGroups"}), piece.group) &&
           covers_resource(array_at(rule, {"resources"}), piece.resource) &&
           (names.empty() || (!piece.name.is_null() &&
                              std::find(names.begin(), names.end(), piece.name) != names.end()));
}

std::string go_list(const Json& values) {
    std::vector<std::string> quoted;
    for (const Json& value : values) {
        quoted.push_back(go_quote(value.get<std::string>()));
    }
    return fmt::format("[{}]", fmt::join(quoted, " "));
}

// The missing pieces of one rule, put together by verb.
std::vector<std::string> told_missing(const std::vector<Grant>& missing) {
    std::vector<std::string> lines;
    std::vector<std::pair<Grant, Json>> compact;
    for (const Grant& piece : missing) {
        Grant key = piece;
        key.verb = nullptr;
        const auto found = std::find_if(compact.begin(), compact.end(),
                                        [&](const auto& entry) { return entry.first == key; });
        if (found == compact.end()) {
            compact.emplace_back(std::move(key), Json::array({piece.verb}));
        } else {
            found->second.push_back(piece.verb);
        }
    }
    for (const auto& [piece, verbs] : compact) {
        if (!piece.path.is_null()) {
            lines.push_back(fmt::format("{{NonResourceURLs:{}, Verbs:{}}}",
                                        go_list(Json::array({piece.path})), go_list(verbs)));
            continue;
        }
        lines.push_back(
            fmt::format("{{APIGroups:{}, Resources:{}, {}Verbs:{}}}",
                        go_list(Json::array({piece.group})), go_list(Json::array({piece.resource})),
                        piece.name.is_null()
                            ? std::string()
                            : fmt::format("ResourceNames:{}, ", go_list(Json::array({piece.name}))),
                        go_list(verbs)));
    }
    std::sort(lines.begin(), lines.end());
    return lines;
}

Json rules_of_role_ref(const ServerState& state, const Json& binding) {
    const std::string kind = string_at(binding, {"roleRef", "kind"});
    const std::string name = string_at(binding, {"roleRef", "name"});
    const kube::Object* role =
        kind == "ClusterRole"
            ? find_stored(state, "clusterroles.rbac.authorization.k8s.io", "", name)
            : find_stored(state, "roles.rbac.authorization.k8s.io",
                          string_at(binding, {"metadata", "namespace"}), name);
    return role == nullptr ? Json::array() : array_at(role->json(), {"rules"});
}

// The verb that lifts the check: escalate on roles, bind on the role that is bound.
Attributes lifting_verb(const Exchange& exchange, const Json& object) {
    const Resource& resource = *exchange.resource;
    Attributes asked{.group = std::string(rbac_group), .ns = exchange.route.ns};
    if (resource.plural.ends_with("bindings")) {
        asked.verb = "bind";
        asked.resource =
            string_at(object, {"roleRef", "kind"}) == "ClusterRole" ? "clusterroles" : "roles";
        asked.name = string_at(object, {"roleRef", "name"});
    } else {
        asked.verb = "escalate";
        asked.resource = resource.plural;
        asked.name = string_at(object, {"metadata", "name"});
    }
    return asked;
}

std::string printed_groups(const User& user) {
    std::vector<std::string> quoted;
    for (const std::string& group : user.groups) {
        quoted.push_back(go_quote(group));
    }
    return fmt::format("[{}]", fmt::join(quoted, " "));
}

}  // namespace

Outcome<Done> check_escalation(const ServerState& state, const Exchange& exchange,
                               const Json& object) {
    const Resource& resource = *exchange.resource;
    if (resource.group != rbac_group || !state.options.authorize ||
        is_allowed(state.grants(), exchange.user, lifting_verb(exchange, object))) {
        return Done{};
    }
    const bool is_binding = resource.plural.ends_with("bindings");
    const Json wanted = is_binding ? rules_of_role_ref(state, object) : array_at(object, {"rules"});
    const Json held = rules_for(state.grants(), exchange.user, exchange.route.ns);
    std::vector<std::string> lines;
    for (const Json& rule : wanted) {
        std::vector<Grant> missing;
        for (const Grant& piece : pieces_of(rule)) {
            if (std::none_of(held.begin(), held.end(),
                             [&](const Json& own) { return covers(own, piece); })) {
                missing.push_back(piece);
            }
        }
        for (std::string& line : told_missing(missing)) {
            lines.push_back(std::move(line));
        }
    }
    if (lines.empty()) {
        return Done{};
    }
    return forbidden(
        resource, string_at(object, {"metadata", "name"}),
        fmt::format("user {} (groups={}) is attempting to grant RBAC permissions not currently "
                    "held:\n{}",
                    go_quote(exchange.user.name), printed_groups(exchange.user),
                    fmt::join(lines, "\n")));
}

}  // namespace bestgres::fakekube
