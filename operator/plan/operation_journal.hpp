// Steps that write the journal of an operation: every change of it goes through here, so that
// phase, conditions and the count of steps always agree.
#pragma once

#include <string>

#include "operator/plan/operation.hpp"
#include "operator/plan/plan.hpp"

namespace bestgres::plan {

// `status` as it is to be; absent where it is as written already.
std::optional<Step> journal(const ClusterView& view, const Operation& operation,
                            api::OperationStatus status, std::string because);
// It waits, and says what for.
std::optional<Step> tell(const ClusterView& view, const Operation& operation, std::string message);
// The end: open steps are closed, because nobody will look at them again.
Step end(const ClusterView& view, const Operation& operation, api::OperationPhase phase,
         std::string message);

// The conditions Running, Completed and Failed of an operation, whatever it is on.
struct PhaseNow {
    std::optional<api::OperationPhase> phase;
    std::string message;
    std::int64_t generation = 0;
    Instant now;
};
void set_conditions(std::vector<api::Condition>& conditions, const PhaseNow& now);

Step hold(const Operation& operation);
Step release(const Operation& operation, std::string because);
Step remove(const ClusterView& view, const kube::Object& operation, std::string because);

}  // namespace bestgres::plan
