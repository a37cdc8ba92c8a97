#include "scenarios/engine/target.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "scenarios/invariants/reading.hpp"

namespace bestgres::scenarios {
namespace {

// What follows `prefix`, or nothing.
std::optional<std::string_view> after(std::string_view text, std::string_view prefix) {
    if (text.substr(0, prefix.size()) != prefix) {
        return std::nullopt;
    }
    return text.substr(prefix.size());
}

ClusterId in_namespace(std::string_view cluster, const Truth& truth) {
    return {truth.scenario().topology.ns, std::string(cluster)};
}

std::string leader_of(std::string_view cluster, const Truth& truth) {
    return lock_of(truth, in_namespace(cluster, truth)).holder;
}

// "db-10" after "db-9".
bool by_ordinal(const std::string& left, const std::string& right) {
    return left.size() != right.size() ? left.size() < right.size() : left < right;
}

std::string replica_of(std::string_view cluster, std::size_t place, const Truth& truth) {
    const std::string leader = leader_of(cluster, truth);
    std::vector<std::string> replicas;
    for (const MemberTruth& member : truth.members()) {
        if (member.cluster == cluster && member.pod != leader) {
            replicas.push_back(member.pod);
        }
    }
    std::sort(replicas.begin(), replicas.end(), by_ordinal);
    return place < replicas.size() ? replicas[place] : "";
}

std::string synchronous_standby_of(std::string_view cluster, const Truth& truth) {
    const patroni::SyncState published = sync_of(truth, in_namespace(cluster, truth));
    return published.standbys.empty() ? replica_of(cluster, 0, truth) : published.standbys.front();
}

std::optional<std::string> pod_with_role(std::string_view role, const Truth& truth) {
    if (const auto cluster = after(role, "the leader of ")) {
        return leader_of(*cluster, truth);
    }
    if (const auto cluster = after(role, "a replica of ")) {
        return replica_of(*cluster, 0, truth);
    }
    if (const auto cluster = after(role, "another replica of ")) {
        return replica_of(*cluster, 1, truth);
    }
    if (const auto cluster = after(role, "the synchronous standby of ")) {
        return synchronous_standby_of(*cluster, truth);
    }
    return std::nullopt;
}

std::string node_of(const std::string& pod, const Truth& truth) {
    return std::string(truth.object({kube::kinds::pod, truth.scenario().topology.ns, pod})
                           .text_at({"spec", "nodeName"}));
}

std::string resolve_one(std::string_view text, const Truth& truth) {
    if (const auto role = after(text, "the node of ")) {
        return node_of(pod_with_role(*role, truth).value_or(std::string(*role)), truth);
    }
    return pod_with_role(text, truth).value_or(std::string(text));
}

// An empty target is everybody: a role that nobody has stays its own name, which is nobody's.
std::string resolve_or_keep(std::string_view text, const Truth& truth) {
    std::string found = resolve_one(text, truth);
    return found.empty() ? std::string(text) : found;
}

}  // namespace

std::string resolve_target(std::string_view target, const Truth& truth) {
    const std::size_t joint = target.find_first_of(">=");
    if (joint == std::string_view::npos) {
        return resolve_or_keep(target, truth);
    }
    return resolve_or_keep(target.substr(0, joint), truth) + target[joint] +
           resolve_or_keep(target.substr(joint + 1), truth);
}

Json with_roles_resolved(Json json, const Truth& truth) {
    if (json.is_string()) {
        return resolve_one(json.get<std::string>(), truth);
    }
    if (json.is_structured()) {
        for (Json& value : json) {
            value = with_roles_resolved(std::move(value), truth);
        }
    }
    return json;
}

}  // namespace bestgres::scenarios
