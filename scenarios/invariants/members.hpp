// What laws ask about members and their data.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fakepatroni/postgres.hpp"
#include "scenarios/invariants/reading.hpp"

namespace bestgres::scenarios {

inline bool is_writable(const MemberTruth& member) {
    return member.postgres != nullptr && member.postgres->is_writable();
}
inline bool serves_writers(const MemberTruth& member) {
    return is_writable(member) && member.reachable;
}
// The member that accepts writes; of several the one on the highest timeline.
std::optional<MemberTruth> writable_member(const Truth& truth, const ClusterId& id);
std::optional<ClusterId> cluster_of_pod(const Truth& truth, const std::string& pod_uid);

// The data of a claim: as the process that mounts it has it, or as it lies on the volume.
const fakepatroni::Volume* data_of(const Truth& truth, const std::string& claim_uid);

// "db-1: timeline 3, flushed 0/3000060".
std::string describe_copy(const std::string& name, const fakepatroni::Volume* volume);
std::string describe_member(const MemberTruth& member);

// Every cluster that the world knows of.
std::vector<ClusterId> clusters(const Truth& truth);

}  // namespace bestgres::scenarios
