// Who may do what, decided from the Role, ClusterRole and binding objects in the store, as the RBAC
// authorizer does; system:masters may do everything.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "fakekube/context.hpp"
#include "fakekube/copy_on_write.hpp"
#include "fakekube/store.hpp"
#include "lib/base/json.hpp"

namespace bestgres::fakekube {

// What is asked for. `path` is set instead of a resource for paths outside the API groups.
struct Attributes {
    std::string verb =
        {};  // get, list, watch, create, update, patch, delete, deletecollection, ...
    std::string group = {};
    std::string resource = {};
    std::string subresource = {};
    std::string ns = {};
    std::string name = {};
    std::string path = {};

    auto operator<=>(const Attributes&) const = default;
};

// Which bindings name whom: a decision looks at those of one user, however many others there are.
class RoleBindings {
public:
    // The binding under `key` was written or removed; null where there was or is none.
    void replace(const std::string& key, const kube::Object* before, const kube::Object* after);
    // The keys of the cluster-wide bindings of a user, then of those of `ns` if it is not empty.
    std::vector<std::string_view> of(const User& user, std::string_view ns) const;

private:
    // "User:alice", "Group:system:masters"; service accounts are users.
    CopyOnWrite<std::map<std::string, std::set<std::string>, std::less<>>> by_subject_;
};

// Whether a storage key is that of a RoleBinding or ClusterRoleBinding.
bool is_binding_key(std::string_view key);

// What decisions are made from.
struct Grants {
    const Store& store;
    const RoleBindings& bindings;
};

// Visits the rules that hold for a user, cluster-wide ones first, then those of `ns` if it is not
// empty, until the visitor answers false.
using RuleVisitor = std::function<bool(const Json& rule)>;
void visit_rules(const Grants& grants, const User& user, std::string_view ns,
                 const RuleVisitor& visitor);

// Members of system:masters may do everything; others what visit_rules finds.
bool is_allowed(const Grants& grants, const User& user, const Attributes& attributes);
// The rules that hold for a user in a namespace ("" for cluster-wide ones only), in binding order.
Json rules_for(const Grants& grants, const User& user, std::string_view ns);

// Every distinct decision with its count, so that a test can compare what a program did with what
// its Role grants. Bounded: after `most` distinct ones only known ones are counted.
class AuditLog {
public:
    void add(std::string_view user, const Attributes& attributes, bool allowed);
    Json json() const;

private:
    struct Key {
        std::string user;
        Attributes attributes = {};
        bool allowed = false;

        auto operator<=>(const Key&) const = default;
    };
    static constexpr std::size_t most = 20000;

    CopyOnWrite<std::map<Key, std::uint64_t>> decisions_;
};

}  // namespace bestgres::fakekube
