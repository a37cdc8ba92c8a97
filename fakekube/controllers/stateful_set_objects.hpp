// The objects that a StatefulSet consists of: revisions, pods and claims, as the built-in
// controller of Kubernetes writes them. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/kube/object.hpp"

namespace bestgres::fakekube::controllers {

// A ControllerRevision that records the present template. Its name is a hash of the data, the same
// one that kube-controller-manager computes, salted with status.collisionCount.
Json revision_of(const kube::Object& set, std::int64_t number);

// The pod of an ordinal, from the template that the revision records.
Json pod_of(const kube::Object& set, std::int64_t ordinal, const kube::Object& revision);

// The claims of an ordinal, one for each volumeClaimTemplate.
std::vector<Json> claims_of(const kube::Object& set, std::int64_t ordinal);
std::string claim_name(const kube::Object& set, std::string_view claim_template,
                       std::int64_t ordinal);

std::int64_t first_ordinal(const kube::Object& set);
std::int64_t wanted_replicas(const kube::Object& set);
bool in_ordinal_range(const kube::Object& set, std::int64_t ordinal);

// The owner references that the claim must have under persistentVolumeClaimRetentionPolicy; `pod`
// is null where no such pod exists.
Json claim_owners(const kube::Object& set, const kube::Object* pod, const kube::Object& claim);

}  // namespace bestgres::fakekube::controllers
