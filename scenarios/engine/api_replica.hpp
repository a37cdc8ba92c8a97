// One of several API servers in front of the same store. Reads and writes of objects are the
// store's own; what differs between replicas is how far their watches have come.
#pragma once

#include <cstdint>
#include <optional>

namespace bestgres::scenarios {

struct ApiReplica {
    std::optional<std::uint64_t> frozen_at = std::nullopt;  // nothing newer is shown
    std::uint64_t lags_by = 0;                              // events

    // The newest version that its watches show while the store is at `stored`.
    std::uint64_t shows(std::uint64_t stored) const {
        const std::uint64_t newest = stored > lags_by ? stored - lags_by : 0;
        return frozen_at && *frozen_at < newest ? *frozen_at : newest;
    }
    bool operator==(const ApiReplica&) const = default;
};

}  // namespace bestgres::scenarios
