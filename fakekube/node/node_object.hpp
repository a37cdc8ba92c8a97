// The Node object and its Lease, as values.
#pragma once

#include <cstdint>

#include "fakekube/node/node_settings.hpp"
#include "lib/kube/object.hpp"

namespace bestgres::fakekube::node {

inline constexpr std::int64_t lease_seconds = 40;

struct Machine {
    std::int64_t cpus = 1;
    std::int64_t memory_bytes = 0;
    std::int64_t disk_bytes = 0;
    std::string kernel, os_image, machine_id, boot_id;
};

// "cpu", "memory", "ephemeral-storage", "pods".
Json allocatable_of(const Machine& machine);

kube::Object make_node(const NodeSettings& settings);
// For a strategic merge patch of the status.
Json node_status(const NodeSettings& settings, const Machine& machine, int log_port, Instant now);
kube::Object make_lease(const std::string& node, const std::string& node_uid, Instant now);

}  // namespace bestgres::fakekube::node
