// Operations that have ended: which of them goes, and when.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/kube/object.hpp"

namespace bestgres::plan {

// One that is not being deleted yet.
struct EndedOperation {
    const kube::Object* object = nullptr;
    Instant finished = {};
    std::optional<Duration> ttl = {};
    std::optional<std::int64_t> history_limit = {};
};

struct History {
    const kube::Object* goes = nullptr;  // one at most
    std::string because = {};
    std::optional<Instant> look_again = {};
};

// The latest that ended says how many stay.
History keep_history(std::vector<EndedOperation> ended, Instant now);

}  // namespace bestgres::plan
