// Steps of operations that a Job carries out: one client program each. The Job's name follows from
// operation, step and try, so that making it again makes nothing; what it has done is read from the
// Job's end and from its pod's last words, whoever looks and whenever.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "operator/manifests/client_job.hpp"
#include "operator/plan/operation_kinds.hpp"
#include "operator/plan/plan.hpp"

namespace bestgres::plan {

// What a step runs. A step that is not repeatable may have taken effect although its Job failed.
struct ClientStep {
    manifests::ClientProgram program;
    bool repeatable = true;
};

api::OperationStepStatus step_named(std::string name);
// Closes the open step as its Job has ended well, and opens the next one.
void advance_by_jobs(const ClusterView& view, const Operation& operation,
                     api::OperationStatus& status);
// The Job of the open step: made, waited for, or failed.
Need need_of_job(const ClusterView& view, const Operation& operation,
                 const api::OperationStepStatus& step, const ClientStep& client);

// Of the operation with this uid: a Job that has not ended, and a pod of one that still runs.
const kube::Object* find_unfinished_job(const ClusterView& view, std::string_view operation_uid);
const kube::Object* find_running_client(const ClusterView& view, std::string_view operation_uid);
// Stops an unfinished Job; its program cancels its statement on the server.
Step stop(const kube::Object& job, std::string because);

// A Job that nobody needs: its operation does not exist, or has ended well, or was cancelled. That
// of one that failed stays with it, for its log.
std::optional<Step> sweep_jobs(const ClusterView& view, const std::vector<Operation>& operations);

}  // namespace bestgres::plan
