#include "scenarios/invariants/c1_placements.hpp"

#include <fmt/format.h>

namespace bestgres::scenarios {

void C1Placements::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    const auto* changed = std::get_if<CitusChanged>(&occurrence);
    const auto member = changed == nullptr ? std::nullopt : member_by_uid(truth, changed->pod_uid);
    if (member && member->group == 0) {
        judge(member->scope, truth, findings);
    }
}

void C1Placements::judge(const std::string& scope, const Truth& truth, Findings& findings) {
    const std::map<GroupId, MemberTruth> members = primaries_in(truth, scope);
    const std::map<GroupId, const CitusTables*> metadata = metadata_in(members);
    if (metadata.empty()) {
        return;
    }
    const CitusTables& own = *metadata.at(0);
    std::set<GroupId> now;
    std::set<GroupId> active;
    for (const auto& [id, node] : own.nodes) {
        if (node.primary) {
            now.insert(node.group);
        }
        if (node.primary && node.active) {
            active.insert(node.group);
        }
    }
    for (const auto& placement : own.placements) {
        if (!active.contains(placement.group)) {
            findings.add(
                text,
                fmt::format("shard {} of {} is placed on {}, which is not registered",
                            placement.shard, scope, to_string(GroupKey{scope, placement.group})));
            break;
        }
    }
    for (const GroupId group : registered_[scope]) {
        if (now.contains(group)) {
            continue;
        }
        for (const auto& [of, tables] : metadata) {
            const auto left = tables->only_copies_on(group);
            if (!left.empty()) {
                findings.add(text, fmt::format("{} was removed while {} places shard {} there",
                                               to_string(GroupKey{scope, group}),
                                               to_string(GroupKey{scope, of}), left.front()));
            }
        }
        const auto removed = members.find(group);
        const CitusTables* tables = removed == members.end() ? nullptr : tables_of(removed->second);
        if (tables != nullptr && !tables->prepared.empty()) {
            findings.add(text,
                         fmt::format("{} was removed while a transaction is prepared on it",
                                     to_string(GroupKey{scope, group})),
                         {tables->prepared.begin()->first});
        }
    }
    registered_[scope] = std::move(now);
}

void C1Placements::hash_into(Hasher& hasher) const {
    for (const auto& [scope, groups] : registered_) {
        hasher.add(scope);
        for (const GroupId group : groups) {
            hasher.add(static_cast<std::uint64_t>(group));
        }
    }
}

}  // namespace bestgres::scenarios
