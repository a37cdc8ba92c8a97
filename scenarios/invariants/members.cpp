#include "scenarios/invariants/members.hpp"

namespace bestgres::scenarios {

std::optional<MemberTruth> writable_member(const Truth& truth, const ClusterId& id) {
    std::optional<MemberTruth> found;
    for (MemberTruth& member : members_of(truth, id)) {
        if (is_writable(member) &&
            (!found || member.postgres->timeline() > found->postgres->timeline())) {
            found = std::move(member);
        }
    }
    return found;
}

std::optional<ClusterId> cluster_of_pod(const Truth& truth, const std::string& pod_uid) {
    const std::optional<MemberTruth> member = member_by_uid(truth, pod_uid);
    return member ? std::optional(ClusterId{truth.scenario().topology.ns, member->cluster})
                  : std::nullopt;
}

const fakepatroni::Volume* data_of(const Truth& truth, const std::string& claim_uid) {
    for (const MemberTruth& member : truth.members()) {
        if (member.claim_uid == claim_uid && member.postgres != nullptr) {
            return &member.postgres->volume();
        }
    }
    return truth.volume(claim_uid);
}

std::string describe_copy(const std::string& name, const fakepatroni::Volume* volume) {
    if (volume == nullptr || !volume->has_data()) {
        return name + ": no data";
    }
    return name + ": timeline " + std::to_string(volume->wal.timeline()) + ", flushed " +
           patroni::to_string(volume->flushed);
}

std::string describe_member(const MemberTruth& member) {
    if (member.postgres == nullptr) {
        return member.pod + " on " + member.node + ": no PostgreSQL";
    }
    return member.pod + " on " + member.node + ": " +
           (member.postgres->is_writable() ? "accepts writes" : "accepts no writes") +
           ", timeline " + std::to_string(member.postgres->timeline()) + ", at " +
           patroni::to_string(member.postgres->written());
}

std::vector<ClusterId> clusters(const Truth& truth) {
    std::vector<ClusterId> found;
    for (const kube::Object& resource : truth.objects(kube::kinds::bg_cluster)) {
        found.push_back(cluster_of(resource));
    }
    return found;
}

}  // namespace bestgres::scenarios
