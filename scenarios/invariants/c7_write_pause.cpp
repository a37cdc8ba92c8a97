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
        if (truth.now() - pause.since > bound && !pause.told) {
            pause.told = true;
            findings.add(text,
                         fmt::format("writes to {} have been held back for {}", to_string(key),
                                     seconds_text(truth.now() - pause.since)));
        }
    }
}

// Of the coordinator that takes writes. While its Patroni stands still nobody ends a pause.
void C7WritePause::look(const Truth& truth) {
    std::map<GroupKey, Pause> now;
    for (const auto& [coordinator, member] : primaries(truth)) {
        if (coordinator.group != 0 || !member.believes_to_lead || member.patroni_frozen) {
            continue;
        }
        for (const auto& [group, since] : member.postgres->citus().paused()) {
            if (!is_written_to(member, group)) {
                continue;
            }
            const GroupKey key{coordinator.scope, group};
            const auto known = pauses_.find(key);
            const bool same = known != pauses_.end() && known->second.since == since;
            now[key] = {since, same && known->second.told};
        }
    }
    pauses_ = std::move(now);
}

void C7WritePause::hash_into(Hasher& hasher) const {
    for (const auto& [key, pause] : pauses_) {
        hasher.add(key.scope);
        hasher.add(static_cast<std::uint64_t>(key.group));
        hasher.add(static_cast<std::uint64_t>(pause.since.ns));
        hasher.add(static_cast<std::uint64_t>(pause.told));
    }
}

}  // namespace bestgres::scenarios
