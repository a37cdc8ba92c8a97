#include "scenarios/invariants/d2_acknowledged.hpp"

#include <algorithm>

namespace bestgres::scenarios {
namespace {

std::vector<std::string> facts_of(const Loss& loss) {
    std::vector<std::string> facts;
    for (const Acknowledged& commit : loss.commits) {
        facts.push_back("commit " + std::to_string(commit.commit) + " at " +
                        patroni::to_string(commit.mark.lsn) +
                        (commit.synchronous ? ", synchronous" : ", asynchronous"));
    }
    return facts;
}

}  // namespace

void D2Acknowledged::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    for (const Loss& loss : commits_.on(occurrence, truth)) {
        const std::string what =
            loss.primary + " leads " + to_string(loss.cluster) + " without commit ";
        const auto promised = std::find_if(loss.commits.begin(), loss.commits.end(),
                                           [](const auto& one) { return one.synchronous; });
        if (promised != loss.commits.end()) {
            findings.add(text,
                         what + std::to_string(promised->commit) +
                             ", which was acknowledged under a synchronous promise",
                         facts_of(loss));
            continue;
        }
        const auto spec = spec_in_force(truth, loss.cluster);
        const auto lag =
            static_cast<std::uint64_t>(spec ? api::maximum_lag_on_failover(*spec) : 1 << 20);
        if (loss.bytes > lag + loss.fresh_bytes) {
            findings.add(text,
                         what + std::to_string(loss.commits.front().commit) + " and " +
                             std::to_string(loss.bytes) + " bytes after it: more than " +
                             std::to_string(lag) + " and the last two loops",
                         facts_of(loss));
        }
    }
}

}  // namespace bestgres::scenarios
