#include "scenarios/invariants/l3_replication.hpp"

namespace bestgres::scenarios {

void L3Replication::note(const std::string& pod_uid, const Truth& truth, Findings& findings) {
    const auto member = member_by_uid(truth, pod_uid);
    if (!member || member->postgres == nullptr) {
        return;
    }
    const bool copying = member->postgres->work() == fakepatroni::PostgresWork::base_backup;
    const auto known = copies_.find(member->claim_uid);
    if (known == copies_.end() && !copying) {
        return;
    }
    Copies& copies = copies_[member->claim_uid];
    const bool begins = copying && !copies.copying;
    const bool ends = !copying && copies.copying;
    copies.copying = copying;
    // Patroni tries on while a fault stands against it: what counts then is what comes to its end.
    const bool hindered = !truth.active_faults().empty();
    copies.is_counted = begins ? !hindered : copies.is_counted;
    const bool completed = ends && !copies.is_counted && member->postgres->volume().has_data();
    if (((begins && !hindered) || completed) && ++copies.times == most_copies + 1) {
        findings.add(text,
                     member->pod + " copies all data for the " + std::to_string(copies.times) +
                         "rd time, and nothing has happened meanwhile",
                     {describe_member(*member)});
    }
}

void L3Replication::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    if (const auto* changed = std::get_if<PostgresChanged>(&occurrence)) {
        note(changed->pod_uid, truth, findings);
    } else if (std::holds_alternative<EditMade>(occurrence) ||
               std::holds_alternative<FaultBegan>(occurrence) ||
               std::holds_alternative<FaultEnded>(occurrence)) {
        copies_.clear();
    } else if (std::holds_alternative<Settled>(occurrence) && truth.active_faults().empty()) {
        for (const ClusterId& id : clusters(truth)) {
            const auto primary = writable_member(truth, id);
            for (const MemberTruth& member : members_of(truth, id)) {
                const bool streams = member.postgres != nullptr && member.postgres->connection();
                if (primary && member.pod_uid != primary->pod_uid && !streams &&
                    !is_paused_by_hand(truth, id)) {
                    findings.add(text,
                                 member.pod + " of " + to_string(id) +
                                     " has come to rest and does not stream",
                                 {describe_member(member), describe_member(*primary)});
                }
            }
        }
    }
}

void L3Replication::hash_into(Hasher& hasher) const {
    for (const auto& [claim, copies] : copies_) {
        hasher.add(claim);
        hasher.add(static_cast<std::uint64_t>(copies.copying) * 2 +
                   static_cast<std::uint64_t>(copies.is_counted));
        hasher.add(static_cast<std::uint64_t>(copies.times));
    }
}

}  // namespace bestgres::scenarios
