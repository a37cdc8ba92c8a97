#include "operator/plan/decisions.hpp"

#include <algorithm>

namespace bestgres::plan {
namespace {

void drop_oldest(std::vector<api::DecisionStatus>& decisions) {
    if (decisions.size() > kept_decisions) {
        decisions.erase(decisions.begin(),
                        decisions.end() - static_cast<std::ptrdiff_t>(kept_decisions));
    }
}

}  // namespace

void remember(std::vector<api::DecisionStatus>& decisions, api::DecisionStatus decision) {
    decisions.push_back(std::move(decision));
    drop_oldest(decisions);
}

std::vector<api::DecisionStatus> merged_decisions(std::vector<api::DecisionStatus> status,
                                                  const std::vector<api::DecisionStatus>& own) {
    const bool is_full = status.size() >= kept_decisions;
    // Times are in seconds: of steps of one second only the last can be new.
    const auto was_pushed_out = [is_full, oldest = is_full ? status.front().time : Instant{},
                                 newest = is_full ? status.back().time : Instant{}](Instant time) {
        return is_full && time <= oldest && time < newest;
    };
    std::vector<api::DecisionStatus> merged = std::move(status);
    for (const api::DecisionStatus& decision : own) {
        if (!was_pushed_out(decision.time) && std::ranges::find(merged, decision) == merged.end()) {
            merged.push_back(decision);
        }
    }
    std::ranges::stable_sort(merged, {}, &api::DecisionStatus::time);
    drop_oldest(merged);
    return merged;
}

}  // namespace bestgres::plan
