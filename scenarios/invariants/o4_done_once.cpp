#include "scenarios/invariants/o4_done_once.hpp"

#include <algorithm>

#include "lib/kube/workload.hpp"
#include "operator/manifests/labels.hpp"

namespace bestgres::scenarios {
namespace {

std::string_view operation_uid(const kube::Object& object) {
    return object.label(manifests::operation_label);
}

bool is_complete(const kube::Object& job) {
    const Json& conditions = array_at(job.json(), {"status", "conditions"});
    return std::any_of(conditions.begin(), conditions.end(), [](const Json& condition) {
        return string_at(condition, {"type"}) == "Complete" &&
               string_at(condition, {"status"}) == "True";
    });
}

bool runs(const kube::Object& pod) {
    return kube::pod_phase(pod) != "Succeeded" && kube::pod_phase(pod) != "Failed";
}

void judge_others(const kube::Object& made, const Truth& truth, Findings& findings) {
    for (const kube::Object& pod : truth.objects(kube::kinds::pod)) {
        if (cluster_of(pod) == cluster_of(made) && !operation_uid(pod).empty() && runs(pod)) {
            findings.add(O4DoneOnce::text,
                         "Job " + std::string(made.name()) + " is made while the program in pod " +
                             std::string(pod.name()) + " runs",
                         {identify(pod)});
        }
    }
}

void judge_repetition(const kube::Object& made, const Truth& truth, Findings& findings) {
    const auto jobs = truth.objects(kube::kinds::job);
    const auto complete = std::count_if(jobs.begin(), jobs.end(), [&made](const kube::Object& job) {
        return operation_uid(job) == operation_uid(made) && is_complete(job);
    });
    for (const OperationTruth& operation : operations_of(truth, cluster_of(made))) {
        const auto& steps = operation.status.steps;
        const auto done =
            std::count_if(steps.begin(), steps.end(), [](const api::OperationStepStatus& one) {
                return one.result == api::StepResult::done;
            });
        if (operation.uid == operation_uid(made) && complete > done) {
            findings.add(O4DoneOnce::text,
                         "Job " + std::string(made.name()) + " is made for a step of " +
                             operation.name + " that another Job has done",
                         {dump(api::to_json(operation.status))});
        }
    }
}

}  // namespace

void O4DoneOnce::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    const auto* const arrived = std::get_if<CallArrived>(&occurrence);
    const auto* const create =
        arrived == nullptr ? nullptr : std::get_if<kube::Create>(&arrived->call);
    // What exists is not made again.
    if (create == nullptr || !by_operator(arrived->actor) || create->kind != kube::kinds::job ||
        !arrived->before.name().empty()) {
        return;
    }
    judge_others(create->object, truth, findings);
    judge_repetition(create->object, truth, findings);
}

}  // namespace bestgres::scenarios
