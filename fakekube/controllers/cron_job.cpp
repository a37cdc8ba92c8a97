#include "fakekube/controllers/cron_job.hpp"

#include <algorithm>

#include "fakekube/controllers/objects.hpp"

namespace bestgres::fakekube::controllers {
namespace {

namespace kinds = kube::kinds;

constexpr int most_missed = 100;

bool is_over(const kube::Object& job) {
    return condition_status(job.json(), "Complete") == "True" ||
           condition_status(job.json(), "Failed") == "True";
}

Instant last_scheduled(const kube::Object& cron) {
    return cron.time_at({"status", "lastScheduleTime"})
        .value_or(cron.creation_timestamp().value_or(Instant{}));
}

Json active_references(const std::vector<kube::Object>& jobs) {
    Json references = Json::array();
    for (const kube::Object& job : jobs) {
        if (!is_over(job)) {
            references.push_back({{"kind", "Job"},
                                  {"namespace", job.ns()},
                                  {"name", job.name()},
                                  {"uid", job.uid()},
                                  {"apiVersion", "batch/v1"},
                                  {"resourceVersion", job.resource_version()}});
        }
    }
    return references;
}

// The latest time of the schedule that is due, as only that one is made good.
std::optional<Instant> latest_due(const CronSchedule& schedule, const kube::Object& cron,
                                  Instant now) {
    Instant from = last_scheduled(cron);
    if (const auto seconds = find_int(cron.json(), {"spec", "startingDeadlineSeconds"})) {
        from = std::max(from, now - std::chrono::seconds(*seconds));
    }
    std::optional<Instant> due;
    for (int missed = 0; missed < most_missed; ++missed) {
        const auto next = next_after(schedule, from);
        if (!next || *next > now) {
            return due;
        }
        due = from = *next;
    }
    return due;
}

}  // namespace

CronJobController::CronJobController()
    : Controller("cronjob-controller", {kinds::cron_job, kinds::job}) {}

std::unique_ptr<Controller> CronJobController::clone() const {
    return std::make_unique<CronJobController>(*this);
}

void CronJobController::observe(const Change& change) {
    if (change.is(kinds::cron_job)) {
        enqueue(key_of(change.object()));
        return;
    }
    enqueue_controller(change.before, "CronJob");
    enqueue_controller(change.after, "CronJob");
}

void CronJobController::sync(const Key& key, Client& client) {
    const kube::Object* found = objects(kinds::cron_job).find(key);
    if (found == nullptr || found->being_deleted()) {
        return;
    }
    const kube::Object cron = *found;
    const std::vector<kube::Object> jobs = jobs_of(cron);
    drop_history(cron, jobs, client);
    Json json = cron.json();
    json["status"] = start_due(cron, jobs, client);
    if (json["status"] != object_at(cron.json(), {"status"})) {
        client.update(kinds::cron_job, json, "status");
    }
}

std::vector<kube::Object> CronJobController::jobs_of(const kube::Object& cron) const {
    std::vector<kube::Object> jobs;
    for (const kube::Object& job : objects(kinds::job).in_namespace(std::string(cron.ns()))) {
        if (is_controlled_by(job, cron.uid())) {
            jobs.push_back(job);
        }
    }
    std::stable_sort(jobs.begin(), jobs.end(), [](const auto& left, const auto& right) {
        return left.creation_timestamp() < right.creation_timestamp();
    });
    return jobs;
}

Json CronJobController::start_due(const kube::Object& cron, const std::vector<kube::Object>& jobs,
                                  Client& client) {
    Json status = object_at(cron.json(), {"status"});
    const Json active = active_references(jobs);
    status.erase("active");
    if (!active.empty()) {
        status["active"] = active;
    }
    const auto schedule = parse_cron(string_at(cron.json(), {"spec", "schedule"}));
    if (!schedule.ok() || find_bool(cron.json(), {"spec", "suspend"}).value_or(false)) {
        return status;
    }
    if (const auto next = next_after(*schedule, client.now())) {
        enqueue_at(key_of(cron), *next);
    }
    const auto due = latest_due(*schedule, cron, client.now());
    const std::string policy = string_at(cron.json(), {"spec", "concurrencyPolicy"}, "Allow");
    if (!due || (policy == "Forbid" && !active.empty())) {
        return status;
    }
    for (const kube::Object& job : jobs) {
        if (policy == "Replace" && !is_over(job)) {
            client.remove(kinds::job, key_of(job), with_policy("Background"));
        }
    }
    if (start(cron, *due, client)) {
        status["lastScheduleTime"] = format_seconds(*due);
    }
    return status;
}

bool CronJobController::start(const kube::Object& cron, Instant at, Client& client) const {
    const Json& job_template = object_at(cron.json(), {"spec", "jobTemplate"});
    const std::int64_t minute = at.ns / 60'000'000'000;
    Json metadata = object_at(job_template, {"metadata"});
    metadata.erase("creationTimestamp");
    metadata["name"] = std::string(cron.name()) + "-" + std::to_string(minute);
    metadata["namespace"] = cron.ns();
    metadata["annotations"]["batch.kubernetes.io/cronjob-scheduled-timestamp"] = format_seconds(at);
    metadata["ownerReferences"] = Json::array({controller_reference(cron)});
    const std::string name = metadata["name"];
    const auto job = client.create(kinds::job, {{"metadata", std::move(metadata)},
                                                {"spec", object_at(job_template, {"spec"})}});
    if (job) {
        client.record(cron, {.reason = "SuccessfulCreate", .message = "Created job " + name});
    }
    return job.has_value() || client.last_refusal().reason == "AlreadyExists";
}

void CronJobController::drop_history(const kube::Object& cron,
                                     const std::vector<kube::Object>& jobs, Client& client) const {
    const std::pair<const char*, const char*> limits[] = {
        {"Complete", "successfulJobsHistoryLimit"}, {"Failed", "failedJobsHistoryLimit"}};
    for (const auto& [condition, field] : limits) {
        const std::int64_t standard = std::string_view(condition) == "Complete" ? 3 : 1;
        const auto limit = find_int(cron.json(), {"spec", field}).value_or(standard);
        std::vector<kube::Object> over;
        for (const kube::Object& job : jobs) {
            if (condition_status(job.json(), condition) == "True" && !job.being_deleted()) {
                over.push_back(job);
            }
        }
        for (std::size_t at = 0; at + static_cast<std::size_t>(limit) < over.size(); ++at) {
            client.remove(kinds::job, key_of(over[at]), with_policy("Background"));
        }
    }
}

}  // namespace bestgres::fakekube::controllers
