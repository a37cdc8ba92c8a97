#include "scenarios/invariants/d3_planned.hpp"

namespace bestgres::scenarios {

void D3Planned::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    if (std::holds_alternative<FaultBegan>(occurrence) ||
        std::holds_alternative<FaultEnded>(occurrence)) {
        last_fault_ = truth.now();
    }
    for (const Loss& loss : commits_.on(occurrence, truth)) {
        const bool explained = !truth.active_faults().empty() ||
                               (last_fault_ && truth.now() - *last_fault_ < aftermath);
        if (!explained) {
            findings.add(text,
                         loss.primary + " leads " + to_string(loss.cluster) +
                             " after a planned change, without commit " +
                             std::to_string(loss.commits.front().commit) +
                             ", which was acknowledged",
                         {std::to_string(loss.commits.size()) + " commits, " +
                          std::to_string(loss.bytes) + " bytes"});
        }
    }
}

void D3Planned::hash_into(Hasher& hasher) const {
    commits_.hash_into(hasher);
    hasher.add(static_cast<std::uint64_t>(last_fault_ ? last_fault_->ns : 0));
}

}  // namespace bestgres::scenarios
