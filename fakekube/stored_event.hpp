// One entry of the watch log: what a write did to one object.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "lib/kube/object.hpp"

namespace bestgres::fakekube {

// What objects are stored under; versions of a resource share it.
struct StorageKind {
    std::string group;
    std::string plural;

    bool operator==(const StorageKind&) const = default;
    bool is(const kube::Kind& kind) const { return plural == kind.plural && group == kind.group; }
};

enum class EventType { added, modified, deleted };

struct StoredEvent {
    std::uint64_t version = 0;
    EventType type = EventType::added;
    std::shared_ptr<const StorageKind> kind;
    kube::Object before;  // empty when added
    kube::Object object;  // of a deletion: the last state with the version of the deletion
    bool only_annotations = false;  // nothing else changed, bookkeeping aside
};

}  // namespace bestgres::fakekube
