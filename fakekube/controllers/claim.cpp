#include "fakekube/controllers/claim.hpp"

#include "fakekube/controllers/objects.hpp"

namespace bestgres::fakekube::controllers {
namespace {

class Claimer {
public:
    Claimer(Client& client, const Claim& claim) : client_(client), claim_(claim) {}

    void consider(const kube::Object& child, std::vector<kube::Object>& children) {
        const bool matches = selector_matches(claim_.selector, child) && claim_.fits(child);
        const auto controller = child.controller();
        if (!controller) {
            adopt(child, matches, children);
            return;
        }
        if (controller->uid != claim_.owner.uid()) {
            return;
        }
        if (matches) {
            children.push_back(child);
            return;
        }
        if (!claim_.owner.being_deleted()) {
            release(child);
        }
    }

private:
    void adopt(const kube::Object& child, bool matches, std::vector<kube::Object>& children) {
        if (!matches || claim_.owner.being_deleted() || child.being_deleted() || !may_adopt()) {
            return;
        }
        Json owners = array_at(child.json(), {"metadata", "ownerReferences"});
        owners.push_back(controller_reference(claim_.owner));
        if (const auto adopted = write_owners(child, owners)) {
            children.push_back(*adopted);
        }
    }

    bool may_adopt() {
        if (!may_adopt_) {
            const auto fresh = client_.get(claim_.owner_kind, key_of(claim_.owner));
            may_adopt_ = fresh && fresh->uid() == claim_.owner.uid() && !fresh->being_deleted();
        }
        return *may_adopt_;
    }

    void release(const kube::Object& child) {
        Json owners = Json::array();
        for (const Json& owner : array_at(child.json(), {"metadata", "ownerReferences"})) {
            if (string_at(owner, {"uid"}) != claim_.owner.uid()) {
                owners.push_back(owner);
            }
        }
        write_owners(child, owners.empty() ? Json() : owners);
    }

    std::optional<kube::Object> write_owners(const kube::Object& child, const Json& owners) {
        return client_.patch(claim_.child_kind, key_of(child),
                             {{"metadata",
                               {{"uid", child.uid()},
                                {"resourceVersion", child.resource_version()},
                                {"ownerReferences", owners}}}});
    }

    Client& client_;
    const Claim& claim_;
    std::optional<bool> may_adopt_;
};

}  // namespace

std::vector<kube::Object> claim_children(Client& client, const Claim& claim,
                                         const std::vector<kube::Object>& candidates) {
    std::vector<kube::Object> children;
    Claimer claimer(client, claim);
    for (const kube::Object& child : candidates) {
        claimer.consider(child, children);
    }
    return children;
}

}  // namespace bestgres::fakekube::controllers
