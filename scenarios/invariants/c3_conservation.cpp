#include "scenarios/invariants/c3_conservation.hpp"

#include <fmt/format.h>

namespace bestgres::scenarios {
namespace {

using fakepatroni::Placement;
using fakepatroni::RowSum;
using fakepatroni::ShardId;
using fakepatroni::TableKind;

using Metadata = std::map<GroupId, const CitusTables*>;

// What the placement's node has of it.
const RowSum* copy_at(const Placement& placement, const Metadata& metadata) {
    const auto node = metadata.find(placement.group);
    if (node == metadata.end()) {
        return nullptr;
    }
    const auto relation = node->second->relations.find(placement.shard);
    return relation == node->second->relations.end() ? nullptr : &relation->second;
}

}  // namespace

void C3Conservation::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    lost_.on(occurrence, truth);
    if (const auto* begun = std::get_if<RowsBegun>(&occurrence)) {
        ++written_[{begun->scope, begun->table}].open;
    } else if (const auto* ended = std::get_if<RowsEnded>(&occurrence)) {
        Written& written = written_[{ended->scope, ended->table}];
        --written.open;
        if (ended->result == WriteResult::acknowledged) {
            written.acknowledged.add(ended->rows);
        } else if (ended->result == WriteResult::unknown) {
            written.unknown.add(ended->rows);
        }
    } else if (const auto* changed = std::get_if<CitusChanged>(&occurrence)) {
        const auto member = member_by_uid(truth, changed->pod_uid);
        if (member && member->group == 0) {
            judge_shards(member->scope, truth, findings);
        }
    } else if (std::holds_alternative<Settled>(occurrence)) {
        for (const std::string& scope : scopes(truth)) {
            judge_copies(scope, truth, findings);
            judge_rows(scope, truth, findings);
        }
    }
}

void C3Conservation::judge_shards(const std::string& scope, const Truth& truth,
                                  Findings& findings) const {
    const std::map<GroupId, MemberTruth> members = primaries_in(truth, scope);
    const Metadata metadata = metadata_in(members);
    if (metadata.empty() || lost_.in(scope)) {
        return;
    }
    const CitusTables& own = *metadata.at(0);
    std::map<ShardId, int> placed;
    for (const Placement& placement : own.placements) {
        const bool reachable = metadata.contains(placement.group);
        if (own.kind_of(placement.shard) != TableKind::reference) {
            ++placed[placement.shard];
        }
        // Whoever prepared it has not been told yet that it is committed.
        const bool undecided = reachable && !metadata.at(placement.group)->prepared.empty();
        if (reachable && !undecided && copy_at(placement, metadata) == nullptr) {
            findings.add(text,
                         fmt::format("{} lacks shard {} that is placed there",
                                     to_string(GroupKey{scope, placement.group}), placement.shard));
        }
    }
    for (const auto& [shard, table] : own.shards) {
        const int count = placed.contains(shard) ? placed.at(shard) : 0;
        if (own.kind_of(shard) != TableKind::reference && count != 1) {
            findings.add(text, fmt::format("shard {} of table {} in {} has {} placements", shard,
                                           table, scope, count));
        }
    }
}

void C3Conservation::judge_copies(const std::string& scope, const Truth& truth,
                                  Findings& findings) const {
    const std::map<GroupId, MemberTruth> members = primaries_in(truth, scope);
    const Metadata metadata = metadata_in(members);
    if (metadata.empty() || lost_.in(scope)) {
        return;
    }
    for (const auto& [group, tables] : metadata) {
        for (const auto& [shard, rows] : tables->relations) {
            if (!metadata.at(0)->placements.contains({shard, group})) {
                findings.add(text, fmt::format("{} has a copy of shard {} that is placed elsewhere",
                                               to_string(GroupKey{scope, group}), shard));
            }
        }
    }
}

void C3Conservation::judge_rows(const std::string& scope, const Truth& truth,
                                Findings& findings) const {
    const std::map<GroupId, MemberTruth> members = primaries_in(truth, scope);
    const Metadata metadata = metadata_in(members);
    for (const auto& [key, written] : written_) {
        if (key.first != scope || written.open > 0 || metadata.empty()) {
            continue;
        }
        RowSum found;
        bool whole = true;
        std::set<ShardId> counted;
        for (const Placement& placement : metadata.at(0)->placements) {
            const auto table = metadata.at(0)->shards.find(placement.shard);
            if (table == metadata.at(0)->shards.end() || table->second != key.second ||
                !counted.insert(placement.shard).second) {
                continue;
            }
            const RowSum* rows = copy_at(placement, metadata);
            whole = whole && rows != nullptr;
            found.add(rows == nullptr ? RowSum{} : *rows);
        }
        const RowSum& least = written.acknowledged;
        const bool lost = found.count < least.count && !lost_.in(scope);
        const bool doubled = found.count > least.count + written.unknown.count;
        const bool other = written.unknown.count == 0 && !lost_.in(scope) && found != least;
        if (whole && (lost || doubled || other)) {
            findings.add(
                text,
                fmt::format("table {} in {} has {} rows, and {} were acknowledged, {} "
                            "more with an unknown end",
                            key.second, scope, found.count, least.count, written.unknown.count),
                {fmt::format("sums of ids: {} and {}", found.sum, least.sum)});
        }
    }
}

void C3Conservation::hash_into(Hasher& hasher) const {
    for (const auto& [key, written] : written_) {
        hasher.add(key.first);
        hasher.add(key.second);
        hasher.add(written.acknowledged.sum);
        hasher.add(written.unknown.sum);
        hasher.add(written.open);
    }
    lost_.hash_into(hasher);
}

}  // namespace bestgres::scenarios
