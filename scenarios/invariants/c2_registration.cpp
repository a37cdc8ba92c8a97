#include "scenarios/invariants/c2_registration.hpp"

#include <fmt/format.h>

namespace bestgres::scenarios {
namespace {

bool concerns(const Occurrence& occurrence) {
    const auto* changed = std::get_if<ObjectChanged>(&occurrence);
    return std::holds_alternative<CitusChanged>(occurrence) ||
           std::holds_alternative<PostgresChanged>(occurrence) ||
           std::holds_alternative<PatroniChanged>(occurrence) ||
           (changed != nullptr && changed->after.kind() == kube::kinds::pod.name);
}

std::size_t primaries_of(GroupId group, const CitusTables& tables) {
    std::size_t count = 0;
    for (const CitusNode* node : tables.primaries()) {
        count += node->group == group ? 1 : 0;
    }
    return count;
}

}  // namespace

void C2Registration::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    sharded_ = sharded_ || std::holds_alternative<CitusChanged>(occurrence);
    if (sharded_ && concerns(occurrence)) {
        for (const std::string& scope : scopes(truth)) {
            look(scope, truth, findings);
        }
    }
    if (!wrong_.empty()) {
        judge(truth, findings);
    }
}

void C2Registration::look(const std::string& scope, const Truth& truth, Findings& findings) {
    const std::map<GroupId, MemberTruth> members = primaries_in(truth, scope);
    const std::map<GroupId, const CitusTables*> metadata = metadata_in(members);
    std::erase_if(wrong_, [&](const auto& entry) {
        return entry.first.scope == scope &&
               (metadata.empty() || !members.contains(entry.first.group));
    });
    for (const auto& [group, member] : members) {
        const std::string address = address_of(truth, member);
        std::string how;
        for (const auto& [of, tables] : metadata) {
            const CitusNode* node = tables->primary_of(group);
            const bool right = node != nullptr && node->host == address;
            if (!right && member.believes_to_lead && !address.empty()) {
                how = fmt::format("{} knows it as {}, and {} at {} holds its lock",
                                  to_string(GroupKey{scope, of}),
                                  node == nullptr ? "nothing" : host_and_port(*node), member.pod,
                                  address);
            }
            if (primaries_of(group, *tables) > 1) {
                findings.add(text, fmt::format("{} has two primaries in the metadata of {}",
                                               to_string(GroupKey{scope, group}),
                                               to_string(GroupKey{scope, of})));
            }
        }
        note({scope, group}, how, truth);
    }
}

void C2Registration::note(const GroupKey& key, const std::string& how, const Truth& truth) {
    if (how.empty()) {
        wrong_.erase(key);
    } else if (const auto known = wrong_.find(key); known != wrong_.end()) {
        known->second.how = how;
    } else {
        wrong_[key] = {truth.now(), how};
    }
}

// What a fault disturbs is due from its end on; a group that is on its way out is nobody's.
void C2Registration::judge(const Truth& truth, Findings& findings) {
    for (auto& [key, wrong] : wrong_) {
        const bool late =
            truth.now() - wrong.since >= bound && truth.undisturbed_since(truth.now() - bound);
        if (!late || wrong.told) {
            continue;
        }
        bool stays = false;
        for (const kube::Object& cluster : truth.objects(kube::kinds::bg_cluster)) {
            stays = stays || (group_of(cluster) == key && !cluster.being_deleted());
        }
        if (stays && !whole_cluster_goes(truth, key.scope)) {
            wrong.told = true;
            findings.add(text,
                         fmt::format("{} is not registered as it is for {}: {}", to_string(key),
                                     seconds_text(truth.now() - wrong.since), wrong.how));
        }
    }
}

void C2Registration::hash_into(Hasher& hasher) const {
    hasher.add(static_cast<std::uint64_t>(sharded_));
    for (const auto& [key, wrong] : wrong_) {
        hasher.add(key.scope);
        hasher.add(static_cast<std::uint64_t>(key.group));
        hasher.add(static_cast<std::uint64_t>(wrong.since.ns));
        hasher.add(static_cast<std::uint64_t>(wrong.told));
    }
}

}  // namespace bestgres::scenarios
