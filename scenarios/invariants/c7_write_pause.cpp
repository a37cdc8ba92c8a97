#include "scenarios/invariants/c7_write_pause.hpp"

#include <fmt/format.h>

namespace bestgres::scenarios {
namespace {

// Nobody writes to a node that was taken out of transactions, as that of a shard which is removed.
bool is_written_to(const MemberTruth& coordinator, GroupId group) {
    const CitusTables* const tables = tables_of(coordinator);
    const CitusNode* const node = tables == nullptr ? nullptr : tables->primary_of(group);
    return node != nullptr && node->active;
}

}  // namespace

void C7WritePause::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    const bool citus = std::holds_alternative<CitusChanged>(occurrence);
    if (citus || (!pauses_.empty() && std::holds_alternative<PostgresChanged>(occurrence))) {
        look(truth);
    }
    const bool three = truth.scenario().topology.patroni == PatroniVersion::v3_0;
    if (three && !truth.scenario().faults.empty()) {
        return;
    }
    for (auto& [key, pause] : pauses_) {
        if (!pause.told && pause.counted_from && truth.now() - *pause.counted_from > bound) {
            pause.told = true;
            findings.add(text,
                         fmt::format("writes to {} have been held back for {}", to_string(key),
                                     seconds_text(truth.now() - *pause.counted_from)));
        }
    }
}

// Of the coordinator that takes writes. While its Patroni stands still nobody ends a pause, and
// what a group without a primary cannot take nobody holds back.
void C7WritePause::look(const Truth& truth) {
    std::map<GroupKey, Pause> now;
    const auto leading = primaries(truth);
    for (const auto& [coordinator, member] : leading) {
        if (coordinator.group != 0 || !member.believes_to_lead || member.patroni_frozen) {
            continue;
        }
        for (const auto& [group, since] : member.postgres->citus().paused()) {
            if (!is_written_to(member, group)) {
                continue;
            }
            const GroupKey key{coordinator.scope, group};
            const auto known = pauses_.find(key);
            Pause pause = known != pauses_.end() && known->second.begun == since
                              ? known->second
                              : Pause{.begun = since, .counted_from = {}, .told = false};
            if (!leading.contains(key)) {
                pause.counted_from.reset();
            } else if (!pause.counted_from) {
                pause.counted_from = truth.now();
            }
            now[key] = pause;
        }
    }
    pauses_ = std::move(now);
}

void C7WritePause::hash_into(Hasher& hasher) const {
    for (const auto& [key, pause] : pauses_) {
        hasher.add(key.scope);
        hasher.add(static_cast<std::uint64_t>(key.group));
        hasher.add(static_cast<std::uint64_t>(pause.begun.ns));
        hasher.add(static_cast<std::uint64_t>(pause.counted_from.value_or(Instant{}).ns));
        hasher.add(static_cast<std::uint64_t>(pause.told));
    }
}

}  // namespace bestgres::scenarios
