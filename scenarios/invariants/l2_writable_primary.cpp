#include "scenarios/invariants/l2_writable_primary.hpp"

#include "operator/manifests/names.hpp"

namespace bestgres::scenarios {
namespace {

// Somebody else's Service has the name under which its clients would come.
bool has_no_name(const Truth& truth, const ClusterId& id) {
    const kube::Object service =
        truth.object({kube::kinds::service, id.ns, manifests::primary_service_name(id.name)});
    return !service.name().empty() && owner_uid(service) != resource_of(truth, id).uid();
}

}  // namespace

void L2WritablePrimary::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    watch_.on(occurrence, truth);
    if (watch_.gaps().empty()) {
        told_.clear();
        return;
    }
    if (!truth.active_faults().empty()) {
        return;
    }
    for (const auto& [id, gap] : watch_.gaps()) {
        const std::optional<Duration> overdue = watch_.overdue(id, truth);
        if (!overdue || *overdue <= WriterWatch::bound(truth, id) || has_no_name(truth, id) ||
            !told_.insert(id).second) {
            continue;
        }
        std::vector<std::string> facts = {"the lock is held by \"" + lock_of(truth, id).holder +
                                          "\""};
        for (const MemberTruth& member : members_of(truth, id)) {
            facts.push_back(describe_member(member));
        }
        findings.add(text,
                     "Nobody can write to " + to_string(id) + " for " +
                         seconds_text(truth.now() - gap.since) + ", although " + gap.eligible +
                         " can lead for " + seconds_text(*overdue),
                     facts);
    }
}

void L2WritablePrimary::hash_into(Hasher& hasher) const {
    watch_.hash_into(hasher);
    for (const ClusterId& id : told_) {
        hasher.add(to_string(id));
    }
}

}  // namespace bestgres::scenarios
