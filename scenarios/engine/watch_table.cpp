#include "scenarios/engine/watch_table.hpp"

#include "fakekube/in_process_cluster.hpp"
#include "lib/base/structural_hash.hpp"

namespace bestgres::scenarios {

std::optional<kube::WatchEvent> seen_through(const Watch& watch,
                                             const fakekube::StoredEvent& stored) {
    if (!watch.selection.ns.empty() && stored.object.ns() != watch.selection.ns) {
        return std::nullopt;
    }
    std::optional<fakekube::Told> told = fakekube::told_of(watch.selection, stored);
    if (!told) {
        return std::nullopt;
    }
    return kube::WatchEvent{.id = watch.id,
                            .type = fakekube::watch_type(told->type),
                            .object = std::move(told->object),
                            .message = ""};
}

WatchTable::Number WatchTable::open(Watch watch) {
    open_.emplace(next_, std::move(watch));
    return next_++;
}

void WatchTable::close_all(const Process& owner) {
    std::erase_if(open_, [&owner](const auto& entry) { return entry.second.owner == owner; });
}

Watch* WatchTable::find(Number number) {
    const auto found = open_.find(number);
    return found == open_.end() ? nullptr : &found->second;
}

std::optional<WatchTable::Number> WatchTable::find(const Process& owner, kube::WatchId id) const {
    for (const auto& [number, watch] : open_) {
        if (watch.id == id && watch.owner == owner) {
            return number;
        }
    }
    return std::nullopt;
}

std::vector<WatchTable::Number> WatchTable::enter(const fakekube::StoredEvent& stored) {
    std::vector<Number> woken;
    for (auto& [number, watch] : open_) {
        if (!watch.refused && stored.kind->is(watch.kind) && seen_through(watch, stored)) {
            watch.untold.push_back(stored.version);
            woken.push_back(number);
        }
    }
    return woken;
}

// Of a selection its selector is left out: it never changes for one number.
void WatchTable::hash_into(Hasher& hasher) const {
    hasher.add(next_);
    for (const auto& [number, watch] : open_) {
        hasher.add(number);
        hash_values(hasher, watch.owner, watch.id, watch.selection.ns, watch.kind, watch.replica,
                    watch.untold, watch.refused, watch.on_its_way, watch.duplicates,
                    watch.silent_since);
    }
}

}  // namespace bestgres::scenarios
