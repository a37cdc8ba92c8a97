#pragma once

#include <map>

#include "scenarios/invariants/wishes.hpp"

namespace bestgres::scenarios {

struct K1VolumeDeletion {
    static constexpr LawText text{
        "K1",
        "The operator deletes a volume claim only when its user allowed it (the cluster is being "
        "deleted and whenDeleted is Delete; its member left and whenScaled is Delete, or "
        "Quarantine and the member has been away for as long as that lasts, and the user has not "
        "taken it back; or the volume is lost; of a group that goes the sharded cluster says), "
        "when no pod uses it, and by uid and resourceVersion; it leaves none to the StatefulSet "
        "controller; and what it writes on a claim about its quarantine is true: since when its "
        "member is away, and until when by the spec."};

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const;

private:
    // Its cluster lets it go, and so does the sharded cluster that this is a group of.
    bool is_allowed(const Truth& truth, const kube::Object& claim) const;
    bool whole_agrees(const Truth& truth, const ClusterId& id) const;
    void note_pods(const Occurrence& occurrence, const Truth& truth);
    void judge_marks(const ObjectChanged& changed, const Truth& truth, Findings& findings) const;
    // What is not true of these marks; empty where they are.
    std::string lie(const ObjectChanged& changed, const Truth& truth) const;
    // When its member was last there.
    Instant left_at(const kube::Object& claim) const;

    Wishes wishes_;
    std::map<kube::Ref, Instant> gone_;  // when each pod that is gone went
};

}  // namespace bestgres::scenarios
