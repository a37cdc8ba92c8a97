#include "fakekube/authorization.hpp"

#include <algorithm>
#include <utility>

namespace bestgres::fakekube {
namespace {

constexpr std::string_view rbac = "rbac.authorization.k8s.io/";

bool holds(const Json& list, std::string_view value) {
    return std::any_of(list.begin(), list.end(), [value](const Json& entry) {
        return entry.is_string() && (entry.get_ref<const std::string&>() == value || entry == "*");
    });
}

// "pods", "pods/log", "*/scale" or "*".
bool resource_matches(const Json& list, const Attributes& wanted) {
    std::string combined = wanted.resource;
    if (!wanted.subresource.empty()) {
        combined += "/" + wanted.subresource;
    }
    return std::any_of(list.begin(), list.end(), [&](const Json& entry) {
        return entry == "*" || entry == combined ||
               (!wanted.subresource.empty() && entry == "*/" + wanted.subresource);
    });
}

bool name_matches(const Json& rule, std::string_view name) {
    const Json& names = array_at(rule, {"resourceNames"});
    return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
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

bool is_subject(const Json& subject, const User& user, std::string_view binding_ns) {
    const std::string kind = string_at(subject, {"kind"});
    const std::string name = string_at(subject, {"name"});
    if (kind == "User") {
        return user.name == name;
    }
    if (kind == "Group") {
        return std::find(user.groups.begin(), user.groups.end(), name) != user.groups.end();
    }
    const std::string ns = string_at(subject, {"namespace"}, binding_ns);
    return kind == "ServiceAccount" && user.name == "system:serviceaccount:" + ns + ":" + name;
}

bool binds(const kube::Object& binding, const User& user) {
    const Json& subjects = array_at(binding.json(), {"subjects"});
    return std::any_of(subjects.begin(), subjects.end(), [&](const Json& subject) {
        return is_subject(subject, user, binding.ns());
    });
}

const kube::Object* role_of(const Store& store, const kube::Object& binding) {
    const std::string name(binding.text_at({"roleRef", "name"}));
    if (binding.text_at({"roleRef", "kind"}) == "ClusterRole") {
        return store.find("clusterroles." + std::string(rbac) + name);
    }
    return store.find("roles." + std::string(rbac) + std::string(binding.ns()) + "/" + name);
}

}  // namespace

void visit_rules(const Store& store, const User& user, std::string_view ns,
                 const RuleVisitor& visitor) {
    bool more = true;
    const auto visit = [&](const Store::Entry& entry) {
        if (!binds(entry.object, user)) {
            return true;
        }
        const kube::Object* role = role_of(store, entry.object);
        if (role == nullptr) {
            return true;
        }
        for (const Json& rule : array_at(role->json(), {"rules"})) {
            more = more && visitor(rule);
        }
        return more;
    };
    store.scan("clusterrolebindings." + std::string(rbac), "", visit);
    if (more && !ns.empty()) {
        store.scan("rolebindings." + std::string(rbac) + std::string(ns) + "/", "", visit);
    }
}

bool is_allowed(const Store& store, const User& user, const Attributes& attributes) {
    if (std::find(user.groups.begin(), user.groups.end(), "system:masters") != user.groups.end()) {
        return true;
    }
    bool allowed = false;
    visit_rules(store, user, attributes.ns, [&](const Json& rule) {
        allowed = rule_allows(rule, attributes);
        return !allowed;
    });
    return allowed;
}

Json rules_for(const Store& store, const User& user, std::string_view ns) {
    Json rules = Json::array();
    visit_rules(store, user, ns, [&rules](const Json& rule) {
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
