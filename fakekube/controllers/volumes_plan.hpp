// PersistentVolumes and the claims on them, as pure functions: which volume a claim gets, and the
// objects that binding and provisioning write.
// https://kubernetes.io/docs/concepts/storage/persistent-volumes/
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/kube/object.hpp"

namespace bestgres::fakekube::controllers {

// The volume that is bound to the claim beforehand, else the smallest free one that satisfies it.
// With `only_prebound` the latter does not count: the claim waits for its first consumer.
std::optional<kube::Object> find_volume(const kube::Object& claim,
                                        const std::vector<kube::Object>& volumes,
                                        bool only_prebound);

// Whether spec.claimRef names this claim (and, where it has a uid, this very one).
bool is_for(const kube::Object& volume, const kube::Object& claim);
bool has_claim(const kube::Object& volume);

// A new directory under `directory`, reachable from every node of this machine: the storage of the
// local world behaves like network storage.
Json provisioned_volume(const kube::Object& claim, const kube::Object& storage_class,
                        const std::string& directory);

// Both ends of a binding; status is written apart.
Json bound_volume(const kube::Object& volume, const kube::Object& claim);
Json bound_claim(const kube::Object& claim, const kube::Object& volume);
Json bound_claim_status(const kube::Object& claim, const kube::Object& volume);

// The request of a claim where it exceeds the volume's capacity: what a resizer would grow it to.
std::optional<std::string> wanted_growth(const kube::Object& claim, const kube::Object& volume);

// `standard`: the default class, WaitForFirstConsumer, expandable.
Json standard_storage_class();

}  // namespace bestgres::fakekube::controllers
