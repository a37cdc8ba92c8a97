#include "operator/plan/operation_job.hpp"

#include <algorithm>

#include "lib/kube/workload.hpp"
#include "operator/manifests/labels.hpp"
#include "operator/plan/health.hpp"

namespace bestgres::plan {
namespace {

using api::OperationStepStatus;
using api::StepResult;

constexpr std::size_t longest_output = 3000;  // in status.result
constexpr std::size_t longest_reason = 500;

std::string_view operation_of(const kube::Object& object) {
    return object.label(manifests::operation_label);
}

// True where a condition of this type is: with its reason and message.
const Json* find_true(const kube::Object& job, std::string_view type) {
    for (const Json& condition : array_at(job.json(), {"status", "conditions"})) {
        if (string_at(condition, {"type"}) == type && string_at(condition, {"status"}) == "True") {
            return &condition;
        }
    }
    return nullptr;
}

bool has_ended(const kube::Object& job) {
    return find_true(job, "Complete") != nullptr || find_true(job, "Failed") != nullptr;
}

bool pod_has_ended(const kube::Object& pod) {
    return kube::pod_phase(pod) == "Succeeded" || kube::pod_phase(pod) == "Failed";
}

std::string job_name(const ClusterView& view, const Operation& operation,
                     const OperationStepStatus& step) {
    const auto& steps = operation.status.steps;
    const auto found = std::ranges::find(steps, step.name, &OperationStepStatus::name);
    return manifests::client_job_name(view.name, operation.object.uid(), found - steps.begin(),
                                      step.tries);
}

const kube::Object* find_job(const ClusterView& view, const std::string& name) {
    return view.object({kube::kinds::job, view.ns, name});
}

const kube::Object* find_pod_of(const ClusterView& view, const kube::Object& job) {
    for (const auto& [ref, pod] : view.facts.objects) {
        const std::optional<kube::OwnerReference> owner =
            ref.kind == kube::kinds::pod ? pod.controller() : std::nullopt;
        if (owner && owner->uid == job.uid()) {
            return &pod;
        }
    }
    return nullptr;
}

// Jobs and pods are watched apart: the end of a Job may be seen before that of its pod, which has
// the words.
bool words_are_on_their_way(const ClusterView& view, const kube::Object& job) {
    const kube::Object* const pod = find_pod_of(view, job);
    return pod != nullptr && !pod_has_ended(*pod);
}

// What the program said last; empty where its pod is gone or said nothing.
std::string words_of(const ClusterView& view, const kube::Object& job) {
    const kube::Object* const pod = find_pod_of(view, job);
    if (pod == nullptr) {
        return "";
    }
    for (const Json& container : array_at(pod->json(), {"status", "containerStatuses"})) {
        if (string_at(container, {"name"}) == manifests::client_container) {
            return string_at(container, {"state", "terminated", "message"});
        }
    }
    return "";
}

// The last lines, as one.
std::string reason_in(std::string_view words) {
    while (!words.empty() && words.back() == '\n') {
        words.remove_suffix(1);
    }
    if (words.size() > longest_reason) {
        words.remove_prefix(words.size() - longest_reason);
        words.remove_prefix(std::min(words.find('\n') + 1, words.size()));
    }
    std::string line(words);
    std::ranges::replace(line, '\n', ' ');
    return line;
}

std::string reason_of_failure(const ClusterView& view, const kube::Object& job) {
    const std::string reason = reason_in(words_of(view, job));
    if (!reason.empty()) {
        return reason;
    }
    const Json& condition = *find_true(job, "Failed");
    return string_at(condition, {"reason"}) + ": " + string_at(condition, {"message"});
}

// The journal's word for the Job that was seen: its name and uid.
std::string seen(const kube::Object& job) {
    return std::string(job.name()) + " " + std::string(job.uid());
}

bool was_seen(const OperationStepStatus& step, const std::string& job) {
    return step.before.starts_with(job + " ");
}

void open_next(const ClusterView& view, api::OperationStatus& status) {
    const auto next = std::ranges::find_if(
        status.steps, [](const OperationStepStatus& step) { return !step.result; });
    if (find_open(status) == nullptr && next != status.steps.end()) {
        open(*next, view, "the user asks for it");
    }
}

// The pod of an earlier operation or try, whose Job may have ended or gone: its program still runs.
std::string others_at_work(const ClusterView& view) {
    for (const auto& [ref, object] : view.facts.objects) {
        const bool is_client = ref.kind == kube::kinds::pod && !operation_of(object).empty();
        if (is_client && !pod_has_ended(object)) {
            return "pod " + ref.name + " of an earlier Job to end";
        }
    }
    return "";
}

}  // namespace

api::OperationStepStatus step_named(std::string name) {
    OperationStepStatus step;
    step.name = std::move(name);
    return step;
}

void advance_by_jobs(const ClusterView& view, const Operation& operation,
                     api::OperationStatus& status) {
    open_next(view, status);
    OperationStepStatus* const step = find_open(status);
    if (step == nullptr) {
        return;
    }
    Operation listed = operation;
    listed.status = status;
    const kube::Object* const job = find_job(view, job_name(view, listed, *step));
    if (job == nullptr) {
        return;
    }
    step->before = seen(*job);
    if (find_true(*job, "Complete") == nullptr || words_are_on_their_way(view, *job)) {
        return;
    }
    std::string words = words_of(view, *job);
    if (words.size() > longest_output) {
        words.erase(0, words.find('\n', words.size() - longest_output) + 1);
    }
    // A step that has nothing to say leaves what another one said.
    if (!words.empty()) {
        status.result = api::OperationResult{};
        status.result->output = std::move(words);
    }
    close(*step, view, StepResult::done, "Job " + std::string(job->name()) + " is complete");
    open_next(view, status);
}

Need need_of_job(const ClusterView& view, const Operation& operation,
                 const OperationStepStatus& step, const ClientStep& client) {
    const std::string name = job_name(view, operation, step);
    if (const kube::Object* const job = find_job(view, name)) {
        if (find_true(*job, "Failed") != nullptr && !words_are_on_their_way(view, *job)) {
            return {.failure = reason_of_failure(view, *job), .is_final = !client.repeatable};
        }
        return {.because = "Job " + name + " to end"};
    }
    if (was_seen(step, name)) {
        return {.failure = "Job " + name + " was removed before its end was seen",
                .is_final = !client.repeatable};
    }
    const Member* const primary = view.primary();
    if (primary == nullptr || !is_healthy(view, *primary)) {
        return {.because = "a healthy primary"};
    }
    if (std::string others = others_at_work(view); !others.empty()) {
        return {.because = std::move(others)};
    }
    const Duration left = operation.status.started + api::timeout(*operation.spec) - view.now();
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left).count();
    manifests::ClientJob job{.name = name,
                             .operation = operation.name(),
                             .operation_uid = std::string(operation.object.uid()),
                             .program = client.program,
                             .deadline_seconds = std::max<std::int64_t>(seconds, 1)};
    return {.effect = StartJob{manifests::client_job(view.input, job)}, .because = step.because};
}

const kube::Object* find_unfinished_job(const ClusterView& view, std::string_view operation_uid) {
    for (const auto& [ref, object] : view.facts.objects) {
        if (ref.kind == kube::kinds::job && operation_of(object) == operation_uid &&
            !has_ended(object)) {
            return &object;
        }
    }
    return nullptr;
}

const kube::Object* find_running_client(const ClusterView& view, std::string_view operation_uid) {
    for (const auto& [ref, object] : view.facts.objects) {
        if (ref.kind == kube::kinds::pod && operation_of(object) == operation_uid &&
            !pod_has_ended(object)) {
            return &object;
        }
    }
    return nullptr;
}

Step stop(const kube::Object& job, std::string because) {
    return {.effect = DeleteObject{.ref = {kube::kinds::job, std::string(job.ns()),
                                           std::string(job.name())},
                                   .uid = std::string(job.uid()),
                                   .resource_version = std::string(job.resource_version())},
            .rule = RuleId::govern_operations,
            .because = std::move(because)};
}

std::optional<Step> sweep_jobs(const ClusterView& view, const std::vector<Operation>& operations) {
    for (const auto& [ref, object] : view.facts.objects) {
        const std::string_view uid = operation_of(object);
        if (ref.kind != kube::kinds::job || uid.empty() || object.being_deleted()) {
            continue;
        }
        const auto owner = std::ranges::find_if(
            operations, [uid](const Operation& one) { return one.object.uid() == uid; });
        if (owner == operations.end()) {
            return stop(object, "its BGDbOps does not exist");
        }
        if (owner->finished() && owner->status.phase != api::OperationPhase::failed) {
            return stop(object, "BGDbOps " + owner->name() + " has ended, and its result is kept");
        }
    }
    return std::nullopt;
}

}  // namespace bestgres::plan
