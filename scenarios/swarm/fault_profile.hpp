// What random runs have to know of each kind of fault: whom it hits, how long and how strong it
// may be, and what it does to the guarantees of a cluster.
#pragma once

#include <cstdint>
#include <string_view>

#include "scenarios/engine/fault.hpp"

namespace bestgres::scenarios {

enum class TargetSort {
    actor,          // whose calls to the API server suffer
    watcher,        // "operator-1/Pod"
    api_replica,    // "api-1"
    operator_core,  // "operator-1"
    clock,          // an operator or a node
    node,
    pod,
    link,  // "a>b", "a=b"
    cluster,
    object,  // "Kind/name"
    nothing,
};

enum class Harm {
    none,                    // the cluster's guarantees hold through it
    holds_back_replication,  // copies may be behind while it lasts
    takes_a_copy,            // one copy of the data is gone or useless
    licenses_loss,           // what is lost by it is nobody's mistake
};

struct FaultProfile {
    FaultKind kind = FaultKind::container_crash;
    std::string_view id;  // of reference/simulation.md section 4
    TargetSort target = TargetSort::nothing;
    Duration shortest{};  // both zero: it happens and is over
    Duration longest{};
    std::int64_t least = 0;  // of `amount`; both zero: it has none
    std::int64_t most = 0;
    Harm harm = Harm::none;
};

const FaultProfile& profile_of(FaultKind kind);

}  // namespace bestgres::scenarios
