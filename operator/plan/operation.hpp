// One BGDbOps in the words that plan_operations uses, and what shows that a step of it happened.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "operator/api/operation.hpp"
#include "operator/plan/effect.hpp"
#include "operator/plan/view.hpp"

namespace bestgres::plan {

struct Operation {
    kube::Object object;
    api::Parsed<api::OperationSpec> spec;
    api::OperationStatus status;  // as last written

    std::string name() const { return std::string(object.name()); }
    bool held() const { return object.has_finalizer(api::operation_finalizer); }
    bool runs() const { return status.phase == api::OperationPhase::running; }
    bool finished() const { return api::is_finished(status.phase); }
};

// Those of the view, the oldest first: their queue.
std::vector<Operation> read_operations(const ClusterView& view);
OperationTarget target_of(const kube::Object& operation);

// The time as the journal can say it.
Instant in_seconds(Instant at);

// Which process of PostgreSQL a member runs: another text is another process. Empty where the
// member has not said it, as in every view that is not fresh.
std::string process_of(const ClusterView& view, const Member& member);
// Whether another process runs than the step saw before it began. A view that is not fresh can only
// tell that it is worth asking.
bool was_restarted(const ClusterView& view, const api::OperationStepStatus& step);
// Whether this operator did it in the course of the step, as far as its decisions are known.
bool was_performed(const ClusterView& view, const api::OperationStepStatus& step,
                   std::string_view effect);

api::OperationStepStatus* find_open(api::OperationStatus& status);
const api::OperationStepStatus* find_open(const api::OperationStatus& status);
bool is_closed(const api::OperationStepStatus& step);

void open(api::OperationStepStatus& step, const ClusterView& view, std::string because);
void close(api::OperationStepStatus& step, const ClusterView& view, api::StepResult result,
           std::string because);

}  // namespace bestgres::plan
