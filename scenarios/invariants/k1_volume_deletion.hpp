#pragma once

#include "scenarios/invariants/wishes.hpp"

namespace bestgres::scenarios {

struct K1VolumeDeletion {
    static constexpr LawText text{
        "K1",
        "The operator deletes a volume claim only when its user allowed it (the cluster is being "
        "deleted and whenDeleted is Delete, its member left and whenScaled is Delete, or the "
        "volume is lost), when no pod uses it, and by uid and resourceVersion; and it leaves none "
        "to the StatefulSet controller."};

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const { wishes_.hash_into(hasher); }

private:
    Wishes wishes_;
};

}  // namespace bestgres::scenarios
