#include "scenarios/invariants/sharding.hpp"

#include <fmt/format.h>

namespace bestgres::scenarios {

std::string to_string(const GroupKey& key) {
    return fmt::format("group {} of {}", key.group, key.scope);
}

std::map<GroupKey, MemberTruth> primaries(const Truth& truth) {
    std::map<GroupKey, MemberTruth> found;
    for (MemberTruth& member : truth.members()) {
        if (!member.group || !is_writable(member)) {
            continue;
        }
        const GroupKey key{member.scope, *member.group};
        const auto known = found.find(key);
        if (known == found.end() ||
            known->second.postgres->timeline() < member.postgres->timeline()) {
            found.insert_or_assign(key, std::move(member));
        }
    }
    return found;
}

std::map<GroupId, MemberTruth> primaries_in(const Truth& truth, const std::string& scope) {
    std::map<GroupId, MemberTruth> found;
    for (auto& [key, member] : primaries(truth)) {
        if (key.scope == scope) {
            found.emplace(key.group, std::move(member));
        }
    }
    return found;
}

std::set<std::string> scopes(const Truth& truth) {
    std::set<std::string> found;
    for (const MemberTruth& member : truth.members()) {
        if (member.group) {
            found.insert(member.scope);
        }
    }
    return found;
}

const CitusTables* tables_of(const MemberTruth& member) {
    const bool runs = member.postgres != nullptr && member.postgres->runs_citus();
    return runs ? &member.postgres->citus_tables() : nullptr;
}

std::string address_of(const Truth& truth, const MemberTruth& member) {
    const kube::Object pod =
        truth.object({kube::kinds::pod, truth.scenario().topology.ns, member.pod});
    return pod.uid() == member.pod_uid ? string_at(pod.json(), {"status", "podIP"}) : "";
}

std::map<GroupId, const CitusTables*> metadata_in(const std::map<GroupId, MemberTruth>& primaries) {
    std::map<GroupId, const CitusTables*> found;
    const auto coordinator = primaries.find(0);
    const CitusTables* own =
        coordinator == primaries.end() ? nullptr : tables_of(coordinator->second);
    if (own == nullptr) {
        return found;
    }
    found[0] = own;
    for (const CitusNode* node : own->primaries()) {
        const auto member = primaries.find(node->group);
        const CitusTables* tables = member == primaries.end() ? nullptr : tables_of(member->second);
        if (node->group != 0 && node->has_metadata && tables != nullptr) {
            found[node->group] = tables;
        }
    }
    return found;
}

bool whole_cluster_goes(const Truth& truth, const std::string& scope) {
    for (const kube::Object& cluster : truth.objects(kube::kinds::bg_cluster)) {
        if (group_of(cluster) == GroupKey{scope, 0}) {
            return cluster.being_deleted();
        }
    }
    return true;
}

std::optional<GroupKey> group_of(const kube::Object& cluster) {
    const std::string scope = string_at(cluster.json(), {"spec", "citus", "scope"});
    const auto group = find_int(cluster.json(), {"spec", "citus", "group"});
    return group && !scope.empty() ? std::optional(GroupKey{scope, *group}) : std::nullopt;
}

std::optional<GroupKey> group_of_cluster(const Truth& truth, const ClusterId& id) {
    return group_of(resource_of(truth, id));
}

void LostLogs::on(const Occurrence& occurrence, const Truth& truth) {
    const bool citus = std::holds_alternative<CitusChanged>(occurrence);
    sharded_ = sharded_ || citus;
    if (!citus && !(sharded_ && std::holds_alternative<PostgresChanged>(occurrence))) {
        return;
    }
    for (const auto& [key, member] : primaries(truth)) {
        const fakepatroni::Wal& log = member.postgres->volume().wal;
        const auto known = logs_.find(key);
        if (known != logs_.end() && !log.holds(known->second)) {
            scopes_.insert(key.scope);
        }
        logs_[key] = log.mark();
    }
}

void LostLogs::hash_into(Hasher& hasher) const {
    for (const auto& [key, mark] : logs_) {
        hasher.add(key.scope);
        hasher.add(mark.digest);
    }
    for (const std::string& scope : scopes_) {
        hasher.add(scope);
    }
}

std::string host_and_port(const CitusNode& node) {
    return fmt::format("{}:{}", node.host, node.port);
}

}  // namespace bestgres::scenarios
