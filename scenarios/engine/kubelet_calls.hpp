// How kubelets and proxies number their calls and watches: a call is about a container.
#pragma once

#include <cstdint>
#include <optional>

#include "lib/kube/cluster.hpp"

namespace bestgres::scenarios {

inline constexpr kube::CallId heartbeat_call = 1;
inline constexpr kube::WatchId pod_watch = 1;
inline constexpr kube::WatchId slice_watch = 2;

enum class KubeletCall : std::uint8_t { status = 0, removal = 1 };

constexpr kube::CallId call_about(std::uint32_t container, KubeletCall what) {
    return 2 + kube::CallId{container} * 2 + static_cast<kube::CallId>(what);
}
constexpr std::optional<std::uint32_t> container_of_call(kube::CallId id) {
    return id < 2 ? std::nullopt : std::optional(static_cast<std::uint32_t>((id - 2) / 2));
}
constexpr KubeletCall what_of_call(kube::CallId id) {
    return static_cast<KubeletCall>((id - 2) % 2);
}

}  // namespace bestgres::scenarios
