// Who may do what, decided from the Role, ClusterRole and binding objects in the store, as the RBAC
// authorizer does; system:masters may do everything.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "fakekube/context.hpp"
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

// Visits the rules that hold for a user, cluster-wide ones first, then those of `ns` if it is not
// empty, until the visitor answers false.
using RuleVisitor = std::function<bool(const Json& rule)>;
void visit_rules(const Store& store, const User& user, std::string_view ns,
                 const RuleVisitor& visitor);

// Members of system:masters may do everything; others what visit_rules finds.
bool is_allowed(const Store& store, const User& user, const Attributes& attributes);
// The rules that hold for a user in a namespace ("" for cluster-wide ones only), in binding order.
Json rules_for(const Store& store, const User& user, std::string_view ns);

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
