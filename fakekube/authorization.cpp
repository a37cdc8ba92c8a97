#include "fakekube/authorization.hpp"

#include <algorithm>
#include <utility>

namespace bestgres::fakekube {
namespace {

constexpr std::string_view rbac = "rbac.authorization.k8s.io/";

// What the storage keys of bindings begin with. "cluster..." sorts before "role...".
std::string cluster_prefix() {
    return "clusterrolebindings." + std::string(rbac);
}
std::string namespace_prefix(std::string_view ns) {
    return "rolebindings." + std::string(rbac) + std::string(ns) + "/";
}

bool is_text(const Json& entry, std::string_view text) {
    return entry.is_string() && entry.get_ref<const std::string&>() == text;
}

bool holds(const Json& list, std::string_view value) {
    return std::any_of(list.begin(), list.end(), [value](const Json& entry) {
        return is_text(entry, value) || is_text(entry, "*");
    });
}

// "pods", "pods/log", "*/scale" or "*".
bool resource_matches(const Json& list, const Attributes& wanted) {
    std::string combined = wanted.resource;
    std::string any_of_kind;
    if (!wanted.subresource.empty()) {
        combined += "/" + wanted.subresource;
        any_of_kind = "*/" + wanted.subresource;
    }
    return std::any_of(list.begin(), list.end(), [&](const Json& entry) {
        return is_text(entry, combined) || is_text(entry, "*") ||
               (!any_of_kind.empty() && is_text(entry, any_of_kind));
    });
}

bool name_matches(const Json& rule, std::string_view name) {
    const Json& names = array_at(rule, {"resourceNames"});
    return names.empty() || std::any_of(names.begin(), names.end(),
                                        [name](const Json& entry) { return is_text(entry, name); });
}

bool path_matches(const Json& list, std::string_view path) {
    return std::any_of(list.begin(), list.end(), [path](const Json& entry) {
        std::string_view pattern = entry.get_ref<const std::string&>();
        if (pattern == "*" || pattern == path) {
            return true;
        }
        if (!pattern.ends_with('*')) {
            return false;
        }
        pattern.remove_suffix(1);
        return path.starts_with(pattern);
    });
}

bool rule_allows(const Json& rule, const Attributes& wanted) {
    if (!holds(array_at(rule, {"verbs"}), wanted.verb)) {
        return false;
    }
    if (!wanted.path.empty()) {
        return path_matches(array_at(rule, {"nonResourceURLs"}), wanted.path);
    }
    return holds(array_at(rule, {"apiGroups"}), wanted.group) &&
           resource_matches(array_at(rule, {"resources"}), wanted) &&
           name_matches(rule, wanted.name);
}

// How RoleBindings names the subject of a binding; empty where nobody can be it.
std::string subject_text(const Json& subject, std::string_view binding_ns) {
    const std::string kind = string_at(subject, {"kind"});
    const std::string name = string_at(subject, {"name"});
    if (kind == "User" || kind == "Group") {
        return kind + ":" + name;
    }
    if (kind == "ServiceAccount") {
        const std::string ns = string_at(subject, {"namespace"}, binding_ns);
        return "User:system:serviceaccount:" + ns + ":" + name;
    }
    return "";
}

const kube::Object* role_of(const Store& store, const kube::Object& binding) {
    const std::string name(binding.text_at({"roleRef", "name"}));
    if (binding.text_at({"roleRef", "kind"}) == "ClusterRole") {
        return store.find("clusterroles." + std::string(rbac) + name);
    }
    return store.find("roles." + std::string(rbac) + std::string(binding.ns()) + "/" + name);
}

}  // namespace

bool is_binding_key(std::string_view key) {
    constexpr std::string_view bindings[] = {"clusterrolebindings.", "rolebindings."};
    return std::any_of(std::begin(bindings), std::end(bindings), [key](std::string_view plural) {
        return key.starts_with(plural) && key.substr(plural.size()).starts_with(rbac);
    });
}

void RoleBindings::replace(const std::string& key, const kube::Object* before,
                           const kube::Object* after) {
    auto& by_subject = by_subject_.write();
    if (before != nullptr) {
        for (const Json& subject : array_at(before->json(), {"subjects"})) {
            const auto found = by_subject.find(subject_text(subject, before->ns()));
            if (found != by_subject.end() && found->second.erase(key) > 0 &&
                found->second.empty()) {
                by_subject.erase(found);
            }
        }
    }
    if (after != nullptr) {
        for (const Json& subject : array_at(after->json(), {"subjects"})) {
            by_subject[subject_text(subject, after->ns())].insert(key);
        }
    }
}

std::vector<std::string_view> RoleBindings::of(const User& user, std::string_view ns) const {
    std::vector<std::string_view> found;
    const auto collect = [&found](const std::set<std::string>& keys, const std::string& prefix) {
        for (auto at = keys.lower_bound(prefix); at != keys.end() && at->starts_with(prefix);
             ++at) {
            found.push_back(*at);
        }
    };
    const std::string everywhere = cluster_prefix();
    const std::string here = namespace_prefix(ns);
    const auto collect_of = [&](const std::string& subject) {
        const auto keys = by_subject_->find(subject);
        if (keys != by_subject_->end()) {
            collect(keys->second, everywhere);
            if (!ns.empty()) {
                collect(keys->second, here);
            }
        }
    };
    collect_of("User:" + user.name);
    for (const std::string& group : user.groups) {
        collect_of("Group:" + group);
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

void visit_rules(const Grants& grants, const User& user, std::string_view ns,
                 const RuleVisitor& visitor) {
    for (const std::string_view key : grants.bindings.of(user, ns)) {
        const kube::Object* binding = grants.store.find(key);
        const kube::Object* role = binding == nullptr ? nullptr : role_of(grants.store, *binding);
        if (role == nullptr) {
            continue;
        }
        for (const Json& rule : array_at(role->json(), {"rules"})) {
            if (!visitor(rule)) {
                return;
            }
        }
    }
}

bool is_allowed(const Grants& grants, const User& user, const Attributes& attributes) {
    if (std::find(user.groups.begin(), user.groups.end(), "system:masters") != user.groups.end()) {
        return true;
    }
    bool allowed = false;
    visit_rules(grants, user, attributes.ns, [&](const Json& rule) {
        allowed = rule_allows(rule, attributes);
        return !allowed;
    });
    return allowed;
}

Json rules_for(const Grants& grants, const User& user, std::string_view ns) {
    Json rules = Json::array();
    visit_rules(grants, user, ns, [&rules](const Json& rule) {
        rules.push_back(rule);
        return true;
    });
    return rules;
}

void AuditLog::add(std::string_view user, const Attributes& attributes, bool allowed) {
    const Key key{.user = std::string(user), .attributes = attributes, .allowed = allowed};
    std::map<Key, std::uint64_t>& decisions = decisions_.write();
    const auto found = decisions.find(key);
    if (found != decisions.end()) {
        ++found->second;
    } else if (decisions.size() < most) {
        decisions.emplace(key, 1);
    }
}

Json AuditLog::json() const {
    Json all = Json::array();
    for (const auto& [key, count] : *decisions_) {
        const Attributes& asked = key.attributes;
        Json entry = {
            {"user", key.user}, {"verb", asked.verb}, {"allowed", key.allowed}, {"count", count}};
        const std::pair<const char*, const std::string*> optional[] = {
            {"group", &asked.group},
            {"resource", &asked.resource},
            {"subresource", &asked.subresource},
            {"namespace", &asked.ns},
            {"name", &asked.name},
            {"path", &asked.path}};
        for (const auto& [name, value] : optional) {
            if (!value->empty()) {
                entry[name] = *value;
            }
        }
        all.push_back(std::move(entry));
    }
    return all;
}

}  // namespace bestgres::fakekube
