// What a trigger can see of a call: who, what, on which object.
#pragma once

#include <string>
#include <string_view>

#include "lib/kube/cluster.hpp"
#include "lib/patroni/patroni.hpp"
#include "lib/postgres/sql.hpp"
#include "scenarios/engine/trigger.hpp"

namespace bestgres::scenarios {

struct CallLabel {
    Actor actor = {};
    std::string_view verb = {};  // of RBAC; for Patroni and SQL see CallPattern
    std::string_view kind = {};  // "StatefulSet"; empty for Patroni and SQL
    std::string name = {};       // of the object, or of the pod that is asked

    bool operator==(const CallLabel&) const = default;
};

std::string_view to_string(ActorSort sort);

CallLabel label_of(Actor actor, const kube::Call& call);
CallLabel label_of(Actor actor, const patroni::Call& call);
CallLabel label_of(Actor actor, const postgres::Call& call);

// By name, or by sort: "operator-1", "operator", "patroni", "kubelet", "user"; empty is everybody.
bool is_meant(std::string_view who, const Actor& actor);
bool matches(const CallPattern& pattern, const CallLabel& label);

// What a call to the API server is about.
kube::Ref ref_of(const kube::Call& call);

}  // namespace bestgres::scenarios
