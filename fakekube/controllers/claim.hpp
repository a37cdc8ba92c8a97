// Which children an owner has: those it controls and that still match its selector. Orphans that
// match are adopted, controlled ones that no longer match are let go.
#pragma once

#include <functional>
#include <vector>

#include "fakekube/controllers/client.hpp"
#include "lib/kube/kind.hpp"
#include "lib/kube/object.hpp"

namespace bestgres::fakekube::controllers {

struct Claim {
    kube::Kind owner_kind;
    kube::Object owner;
    kube::Kind child_kind;
    Json selector;
    // Further conditions on a child, e.g. that its name is one of the owner's.
    std::function<bool(const kube::Object&)> fits = [](const kube::Object&) { return true; };
};

// The owner's children among `candidates` (same namespace). Adoption asks the API server first
// whether the owner still is the one that the cache shows and is not being deleted.
std::vector<kube::Object> claim_children(Client& client, const Claim& claim,
                                         const std::vector<kube::Object>& candidates);

}  // namespace bestgres::fakekube::controllers
