// What users have asked for in the last seconds. An operator acts on what it read: a wish that
// changes while a call is on its way does not make the call unlawful.
#pragma once

#include <map>
#include <vector>

#include "lib/base/hash.hpp"
#include "scenarios/invariants/reading.hpp"

namespace bestgres::scenarios {

class Wishes {
public:
    // From a change of the resource to the last call that was decided before it.
    static constexpr Duration reaction = std::chrono::seconds(10);

    void on(const Occurrence& occurrence, const Truth& truth);
    // The cluster or sharded cluster as stored, and as it was within `reaction`; without empty
    // ones.
    std::vector<kube::Object> recent(const Truth& truth, const kube::Ref& resource) const;
    std::vector<kube::Object> recent(const Truth& truth, const ClusterId& id) const;
    void hash_into(Hasher& hasher) const;

private:
    struct Former {
        kube::Object resource;
        Instant until;
    };
    std::map<kube::Ref, std::vector<Former>> former_;
};

}  // namespace bestgres::scenarios
