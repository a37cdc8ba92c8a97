// The desired objects of a cluster, one pure function and one .cpp file each. Objects are complete
// for server-side apply by field manager `bestgres-operator`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/kube/object.hpp"
#include "operator/manifests/input.hpp"

namespace bestgres::manifests {

// Carries annotation bestgres.io/template-hash on itself and on its pod template.
kube::Object stateful_set(const Input& input);
// Of everything in the pod template that needs a new pod; sixteen hexadecimal digits. Replicas,
// volume sizes and what Patroni's dynamic configuration carries are not in it.
std::string template_hash(const Input& input);

kube::Object headless_service(const Input& input);
kube::Object primary_service(const Input& input);
kube::Object replica_service(const Input& input);

kube::Object service_account(const Input& input);
kube::Object role(const Input& input);
kube::Object role_binding(const Input& input);

// None for fewer than two members: it could only block.
std::optional<kube::Object> pod_disruption_budget(const Input& input);

// Patroni's configuration file without secrets and without what only the pod knows.
kube::Object patroni_config_map(const Input& input);

// To be created, never applied: an existing one is never overwritten. That of a sharded cluster
// belongs to the scope, not to the group that makes it.
kube::Object secret(const Identity& identity, const Passwords& passwords);

// The accepted spec, written before it is acted on.
struct AcceptedSpec {
    api::ClusterSpec spec;
    std::int64_t generation = 0;  // of the BGCluster it was taken from

    bool operator==(const AcceptedSpec&) const = default;
};
kube::Object accepted_spec_config_map(const Identity& identity, const AcceptedSpec& accepted);
// An error when the object is not what accepted_spec_config_map writes.
Result<AcceptedSpec> read_accepted_spec(const kube::Object& config_map);

// All that are applied continually, in the order in which they must exist: rights and
// configuration before what uses them, the StatefulSet last. Without Secret and accepted spec.
std::vector<kube::Object> applied_objects(const Input& input);

}  // namespace bestgres::manifests
