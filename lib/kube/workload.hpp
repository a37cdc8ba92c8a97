// Reading functions for Pods, StatefulSets and PersistentVolumeClaims.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lib/kube/object.hpp"

namespace bestgres::kube {

// The condition Ready is True and nobody has asked for the pod's deletion.
bool pod_is_ready(const Object& pod);
// Since when the condition Ready is False; absent where it is not.
std::optional<Instant> pod_unready_since(const Object& pod);
bool pod_is_scheduled(const Object& pod);
// "Pending", "Running", "Succeeded", "Failed", "Unknown"; empty where no kubelet has spoken.
std::string_view pod_phase(const Object& pod);
std::string_view pod_address(const Object& pod);
std::string_view pod_node(const Object& pod);

// Whether the container runs now, since when, and how often it was started anew.
bool container_is_running(const Object& pod, std::string_view container);
std::optional<Instant> container_started_at(const Object& pod, std::string_view container);
std::int64_t container_restarts(const Object& pod, std::string_view container);
// Why a pod does not come up, as its conditions and container states say it: "Unschedulable: 0/3
// nodes are available", "ErrImagePull: ...". Empty where nothing speaks against it.
std::string pod_obstacle(const Object& pod);

// 7 of "db-7" where `set` is "db"; absent for other names.
std::optional<std::int64_t> ordinal_of(std::string_view name, std::string_view set);

std::int64_t desired_replicas(const Object& workload);  // spec.replicas, 1 where absent

// "Pending", "Bound" or "Lost".
std::string_view claim_phase(const Object& claim);
std::string_view claim_request(const Object& claim);   // spec.resources.requests.storage
std::string_view claim_capacity(const Object& claim);  // status.capacity.storage

}  // namespace bestgres::kube
