#include "fakepatroni/cluster_view.hpp"

#include <algorithm>

namespace bestgres::fakepatroni {

const MemberRecord* ClusterView::find_member(const std::string& name) const {
    const auto found = std::find_if(members.begin(), members.end(),
                                    [&name](const auto& member) { return member->name == name; });
    return found == members.end() ? nullptr : found->get();
}

const MemberRecord* GroupView::leader_member() const {
    for (const auto& member : members) {
        if (member->name == leader) {
            return member.get();
        }
    }
    return nullptr;
}

std::int64_t ClusterView::timeline() const {
    return config && !config->history.empty() ? config->history.back().timeline + 1 : 0;
}

const std::string* ClusterView::initialize() const {
    return config && config->initialize ? &*config->initialize : nullptr;
}

bool ClusterView::initialized() const {
    return initialize() != nullptr && !initialize()->empty();
}

}  // namespace bestgres::fakepatroni
