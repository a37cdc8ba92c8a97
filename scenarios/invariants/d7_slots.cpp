#include "scenarios/invariants/d7_slots.hpp"

#include <algorithm>

namespace bestgres::scenarios {
namespace {

// Patroni's name for the slot of a member.
std::string slot_of(std::string pod) {
    std::replace(pod.begin(), pod.end(), '-', '_');
    return pod;
}

bool streams_from(const MemberTruth& member, const MemberTruth& primary) {
    return member.pod_uid != primary.pod_uid && member.postgres != nullptr &&
           member.postgres->connection() && member.postgres->upstream() == primary.pod;
}

void judge_slots(const Truth& truth, const ClusterId& id, Findings& findings) {
    const auto primary = writable_member(truth, id);
    if (!primary) {
        return;
    }
    const fakepatroni::Volume& data = primary->postgres->volume();
    for (const MemberTruth& member : members_of(truth, id)) {
        const auto slot = data.slots.find(slot_of(member.pod));
        if (streams_from(member, *primary) && (slot == data.slots.end() || slot->second.lost)) {
            findings.add(
                D7Slots::text,
                primary->pod + " has no sound slot for " + member.pod + ", which streams from it",
                {describe_member(*primary), describe_member(member)});
        }
    }
    for (const auto& [name, slot] : data.slots) {
        const std::uint64_t end = data.wal.end().bytes;
        const std::uint64_t held = end - std::min(end, slot.restart.bytes);
        if (!slot.active && !slot.lost && slot.restart.bytes != 0 &&
            held > D7Slots::most_held_back) {
            findings.add(D7Slots::text,
                         "Slot " + name + " on " + primary->pod + " holds back " +
                             std::to_string(held >> 20U) + " MiB for nobody",
                         {describe_member(*primary)});
        }
    }
}

}  // namespace

void D7Slots::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    if (std::holds_alternative<Settled>(occurrence)) {
        for (const ClusterId& id : clusters(truth)) {
            judge_slots(truth, id, findings);
        }
    }
}

}  // namespace bestgres::scenarios
