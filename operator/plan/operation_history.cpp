#include "operator/plan/operation_history.hpp"

#include <algorithm>

#include "operator/plan/plan.hpp"

namespace bestgres::plan {

History keep_history(std::vector<EndedOperation> ended, Instant now) {
    History history;
    std::ranges::stable_sort(ended, std::ranges::greater{}, &EndedOperation::finished);
    for (const EndedOperation& one : ended) {
        if (!one.ttl) {
            continue;
        }
        const Instant expiry = one.finished + *one.ttl;
        if (expiry <= now) {
            return {
                .goes = one.object, .because = "its ttlAfterFinished is over", .look_again = {}};
        }
        keep_earlier(history.look_again, expiry);
    }
    const bool too_many = !ended.empty() && ended.front().history_limit &&
                          static_cast<std::int64_t>(ended.size()) > *ended.front().history_limit;
    if (too_many) {
        history.goes = ended.back().object;
        history.because = "historyLimit is exceeded";
    }
    return history;
}

}  // namespace bestgres::plan
