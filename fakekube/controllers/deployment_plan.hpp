// What a Deployment wants of its ReplicaSets, as pure functions: sizes during a rolling update, the
// name of a template, conditions and status.
// https://kubernetes.io/docs/concepts/workloads/controllers/deployment/
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/time.hpp"
#include "lib/kube/object.hpp"

namespace bestgres::fakekube::controllers {

struct DeploymentView {
    kube::Object deployment;
    std::optional<kube::Object> newest;  // the ReplicaSet of the present template
    std::vector<kube::Object> older;     // youngest last
    bool old_pods_exist = false;         // also terminating ones, for Recreate
    Instant now;
};

// Sizes by name of those ReplicaSets that must change.
std::map<std::string, std::int64_t> wanted_sizes(const DeploymentView& view);

Json deployment_status(const DeploymentView& view);
// When an update that stands still is told to have failed.
std::optional<Instant> progress_deadline(const DeploymentView& view);

// Equal templates, whatever pod-template-hash they carry.
bool same_template(const kube::Object& replica_set, const kube::Object& deployment);
std::string template_hash(const kube::Object& deployment);
Json new_replica_set(const kube::Object& deployment, std::int64_t revision);

std::int64_t revision_number(const kube::Object& object);
// desired-replicas and max-replicas as the ReplicaSet's annotations say them.
Json size_annotations(const kube::Object& deployment);

}  // namespace bestgres::fakekube::controllers
