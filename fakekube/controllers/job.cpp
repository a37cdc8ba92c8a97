#include "fakekube/controllers/job.hpp"

#include <algorithm>
#include <set>

#include "fakekube/controllers/claim.hpp"
#include "fakekube/controllers/objects.hpp"
#include "fakekube/controllers/replica_set.hpp"

namespace bestgres::fakekube::controllers {
namespace {

namespace kinds = kube::kinds;

constexpr const char* tracking = "batch.kubernetes.io/job-tracking";
constexpr const char* index_annotation = "batch.kubernetes.io/job-completion-index";
constexpr Duration first_delay = std::chrono::seconds(10);
constexpr Duration longest_delay = std::chrono::minutes(6);

std::int64_t number(const kube::Object& job, std::initializer_list<std::string_view> path,
                    std::int64_t fallback) {
    return find_int(job.json(), path).value_or(fallback);
}

bool is_suspended(const kube::Object& job) {
    return find_bool(job.json(), {"spec", "suspend"}).value_or(false);
}

bool is_over(const kube::Object& job) {
    return condition_status(job.json(), "Complete") == "True" ||
           condition_status(job.json(), "Failed") == "True";
}

bool is_indexed(const kube::Object& job) {
    return string_at(job.json(), {"spec", "completionMode"}) == "Indexed";
}

// Finished pods are first noted by uid, then lose their finalizer, then are counted: whatever is
// lost in between is taken up again, and no pod counts twice.
class Tally {
public:
    Tally(const kube::Object& job, const std::vector<kube::Object>& pods)
        : status_(object_at(job.json(), {"status"})) {
        for (const char* field : {"succeeded", "failed"}) {
            settle(field, pods);
        }
        for (const kube::Object& pod : pods) {
            if (pod.has_finalizer(tracking) && (is_finished(pod) || pod.being_deleted())) {
                note(pod);
            }
        }
    }

    std::int64_t total(const char* field) const {
        return find_int(status_, {field}).value_or(0) +
               static_cast<std::int64_t>(array_at(uncounted_, {field}).size());
    }
    const std::vector<kube::Object>& to_release() const { return to_release_; }
    bool is_settled() const { return uncounted_.empty(); }
    // The status with its counts and what is still to be counted.
    Json status() const {
        Json status = status_;
        status["uncountedTerminatedPods"] = uncounted_;
        return status;
    }

private:
    void settle(const char* field, const std::vector<kube::Object>& pods) {
        for (const Json& uid : array_at(status_, {"uncountedTerminatedPods", field})) {
            const bool held = std::any_of(pods.begin(), pods.end(), [&](const kube::Object& pod) {
                return pod.uid() == uid && pod.has_finalizer(tracking);
            });
            if (held) {
                uncounted_[field].push_back(uid);
            } else {
                status_[field] = find_int(status_, {field}).value_or(0) + 1;
            }
        }
    }
    void note(const kube::Object& pod) {
        const char* field = phase_of(pod) == "Succeeded" ? "succeeded" : "failed";
        to_release_.push_back(pod);
        for (const char* list : {"succeeded", "failed"}) {
            const Json& known = array_at(uncounted_, {list});
            if (std::find(known.begin(), known.end(), pod.uid()) != known.end()) {
                return;
            }
        }
        uncounted_[field].push_back(pod.uid());
    }

    Json status_;
    Json uncounted_ = Json::object();
    std::vector<kube::Object> to_release_;
};

void release(const kube::Object& pod, Client& client) {
    Json json = pod.json();
    drop_finalizer(json, tracking);
    const Json& kept = array_at(json, {"metadata", "finalizers"});
    client.patch(kinds::pod, key_of(pod),
                 {{"metadata", {{"finalizers", kept.empty() ? Json() : kept}}}});
}

void write_counts(Json& status, const std::vector<kube::Object>& active,
                  const JobDecision& decision) {
    const std::int64_t count =
        static_cast<std::int64_t>(active.size()) + decision.create - decision.remove;
    status.erase("active");
    if (count > 0) {
        status["active"] = count;
    }
    status["ready"] = std::count_if(active.begin(), active.end(), is_ready);
}

void write_end(Json& job, const JobDecision& decision, Instant now) {
    set_condition(job,
                  {.type = decision.finish,
                   .status = "True",
                   .reason = decision.reason,
                   .message = decision.message},
                  now);
    job["status"]["conditions"].back()["lastProbeTime"] = format_seconds(now);
    if (decision.finish == "Complete") {
        job["status"]["completionTime"] = format_seconds(now);
    }
}

}  // namespace

JobDecision decide_job(const kube::Object& job, const JobCounts& counts) {
    const auto completions = find_int(job.json(), {"spec", "completions"});
    const std::int64_t parallelism = number(job, {"spec", "parallelism"}, 1);
    const auto deadline = find_int(job.json(), {"spec", "activeDeadlineSeconds"});
    const bool done =
        completions ? counts.succeeded >= *completions : counts.succeeded > 0 && counts.active == 0;
    JobDecision decision{
        .create = 0, .remove = counts.active, .finish = "", .reason = "", .message = ""};
    if (done) {
        decision.finish = "Complete";
        decision.reason = "CompletionsReached";
        decision.message = "Reached expected number of succeeded pods";
        return decision;
    }
    if (counts.failed > number(job, {"spec", "backoffLimit"}, 6)) {
        decision.finish = "Failed";
        decision.reason = "BackoffLimitExceeded";
        decision.message = "Job has reached the specified backoff limit";
        return decision;
    }
    if (deadline && counts.running_for && *counts.running_for >= std::chrono::seconds(*deadline)) {
        decision.finish = "Failed";
        decision.reason = "DeadlineExceeded";
        decision.message = "Job was active longer than specified deadline";
        return decision;
    }
    if (is_suspended(job)) {
        return decision;
    }
    std::int64_t wanted = parallelism;
    if (completions) {
        wanted = std::min(parallelism, *completions - counts.succeeded);
    } else if (counts.succeeded > 0) {
        wanted = counts.active;  // a work queue: nobody new once one has succeeded
    }
    decision.create = std::max<std::int64_t>(0, wanted - counts.active);
    decision.remove = std::max<std::int64_t>(0, counts.active - wanted);
    return decision;
}

JobController::JobController() : Controller("job-controller", {kinds::job, kinds::pod}) {}

std::unique_ptr<Controller> JobController::clone() const {
    return std::make_unique<JobController>(*this);
}

void JobController::observe(const Change& change) {
    if (change.is(kinds::job)) {
        enqueue(key_of(change.object()));
        return;
    }
    enqueue_controller(change.before, "Job");
    enqueue_controller(change.after, "Job");
    const bool orphaned = change.after != nullptr && change.after->being_deleted() &&
                          change.after->has_finalizer(tracking);
    const auto owner = change.object().controller();
    if (orphaned && (!owner || owner->kind != "Job")) {
        enqueue({.ns = std::string(change.after->ns()) + "/",
                 .name = std::string(change.after->name())});
    }
}

void JobController::sync(const Key& key, Client& client) {
    if (!key.ns.empty() && key.ns.back() == '/') {  // a pod whose Job let it go
        const Key pod{.ns = key.ns.substr(0, key.ns.size() - 1), .name = key.name};
        if (const kube::Object* found = objects(kinds::pod).find(pod)) {
            release(*found, client);
        }
        return;
    }
    const kube::Object* found = objects(kinds::job).find(key);
    if (found == nullptr) {
        for (const kube::Object& pod : objects(kinds::pod).in_namespace(key.ns)) {
            const auto owner = pod.controller();
            if (owner && owner->kind == "Job" && owner->name == key.name &&
                pod.has_finalizer(tracking)) {
                release(pod, client);
            }
        }
        return;
    }
    const kube::Object job = *found;
    if (is_over(job)) {
        finish_or_expire(job, client);
    } else {
        sync_running(job, client);
    }
}

void JobController::sync_running(const kube::Object& job, Client& client) {
    const Claim claim{.owner_kind = kinds::job,
                      .owner = job,
                      .child_kind = kinds::pod,
                      .selector = object_at(job.json(), {"spec", "selector"})};
    const std::vector<kube::Object> pods =
        claim_children(client, claim, objects(kinds::pod).in_namespace(std::string(job.ns())));
    const Tally tally(job, pods);
    std::vector<kube::Object> active;
    std::copy_if(pods.begin(), pods.end(), std::back_inserter(active), is_active);
    const auto started = parse_time(string_at(job.json(), {"status", "startTime"}));
    JobDecision decision = decide_job(
        job, {.active = static_cast<std::int64_t>(active.size()),
              .succeeded = tally.total("succeeded"),
              .failed = tally.total("failed"),
              .running_for = started.ok() ? std::optional(client.now() - *started) : std::nullopt});
    const auto later = retry_at(job, pods);
    if (decision.create > 0 && later && *later > client.now()) {
        enqueue_at(key_of(job), *later);
        decision.create = 0;
    }
    for (const kube::Object& pod :
         pods_to_remove(active, static_cast<std::size_t>(decision.remove))) {
        client.remove(kinds::pod, key_of(pod), only_uid(pod.uid()));
    }
    if (decision.create > 0 &&
        (job.being_deleted() || !create_pods(job, pods, decision.create, client))) {
        decision.create = 0;
    }
    Json json = job.json();
    json["status"] = tally.status();
    write_counts(json["status"], active, decision);
    if (is_suspended(job)) {
        json["status"].erase("startTime");
    } else if (!json["status"].contains("startTime")) {
        json["status"]["startTime"] = format_seconds(client.now());
    }
    if (!decision.finish.empty() && tally.is_settled()) {
        write_end(json, decision, client.now());
    }
    if (json != job.json() && !client.update(kinds::job, json, "status")) {
        return;
    }
    for (const kube::Object& pod : tally.to_release()) {
        release(pod, client);
    }
    const auto deadline = find_int(job.json(), {"spec", "activeDeadlineSeconds"});
    if (deadline && started.ok() && *started + std::chrono::seconds(*deadline) > client.now()) {
        enqueue_at(key_of(job), *started + std::chrono::seconds(*deadline));
    }
}

void JobController::finish_or_expire(const kube::Object& job, Client& client) {
    for (const kube::Object& pod : objects(kinds::pod).in_namespace(std::string(job.ns()))) {
        if (is_controlled_by(pod, job.uid()) && pod.has_finalizer(tracking) &&
            (is_finished(pod) || pod.being_deleted())) {
            release(pod, client);
        }
    }
    const auto seconds = find_int(job.json(), {"spec", "ttlSecondsAfterFinished"});
    if (!seconds || job.being_deleted()) {
        return;
    }
    const Json* condition = find_condition(
        job.json(), condition_status(job.json(), "Complete") == "True" ? "Complete" : "Failed");
    const auto ended = parse_time(string_at(*condition, {"lastTransitionTime"}));
    const Instant due = (ended.ok() ? *ended : Instant{}) + std::chrono::seconds(*seconds);
    if (client.now() < due) {
        enqueue_at(key_of(job), due);
        return;
    }
    DeleteOptions options = only_uid(job.uid());
    options.propagation_policy = "Foreground";
    client.remove(kinds::job, key_of(job), options);
}

bool JobController::create_pods(const kube::Object& job, const std::vector<kube::Object>& pods,
                                std::int64_t count, Client& client) const {
    std::set<std::string> taken;
    for (const kube::Object& pod : pods) {
        if (phase_of(pod) != "Failed") {
            taken.emplace(pod.annotation(index_annotation));
        }
    }
    std::int64_t index = 0;
    for (std::int64_t made = 0; made < count; ++made) {
        Json pod = pod_from_template(job, object_at(job.json(), {"spec", "template"}));
        add_finalizer(pod, tracking);
        if (is_indexed(job)) {
            while (taken.contains(std::to_string(index))) {
                ++index;
            }
            taken.insert(std::to_string(index));
            pod["metadata"]["annotations"][index_annotation] = std::to_string(index);
            pod["metadata"]["labels"][index_annotation] = std::to_string(index);
            pod["spec"]["hostname"] = std::string(job.name()) + "-" + std::to_string(index);
        }
        const auto created = client.create(kinds::pod, std::move(pod));
        if (!created) {
            client.record(job, {.type = "Warning",
                                .reason = "FailedCreate",
                                .message = "Error creating: " + client.last_refusal().message});
            return false;
        }
        client.record(job, {.reason = "SuccessfulCreate",
                            .message = "Created pod: " + std::string(created->name())});
    }
    return true;
}

// Failed pods are tried again after 10 s, 20 s, 40 s ... counted from the last failure seen.
std::optional<Instant> JobController::retry_at(const kube::Object& job,
                                               const std::vector<kube::Object>& pods) const {
    const std::int64_t failed = number(job, {"status", "failed"}, 0);
    std::optional<Instant> last;
    for (const kube::Object& pod : pods) {
        if (phase_of(pod) != "Failed") {
            continue;
        }
        Instant ended = pod.creation_timestamp().value_or(Instant{});
        for (const Json& container : array_at(pod.json(), {"status", "containerStatuses"})) {
            const auto at = parse_time(string_at(container, {"state", "terminated", "finishedAt"}));
            ended = at.ok() ? std::max(ended, *at) : ended;
        }
        last = std::max(last.value_or(ended), ended);
    }
    if (!last || failed == 0) {
        return std::nullopt;
    }
    const Duration delay = first_delay * (1LL << std::min<std::int64_t>(failed - 1, 10));
    return *last + std::min(delay, longest_delay);
}

}  // namespace bestgres::fakekube::controllers
