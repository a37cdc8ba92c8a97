// Jobs: pods until enough of them have succeeded or too many have failed. Finished pods are counted
// once each, through a finalizer, so that removing them loses no count.
// https://kubernetes.io/docs/concepts/workloads/controllers/job/
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fakekube/controllers/controller.hpp"

namespace bestgres::fakekube::controllers {

// What a Job needs next, judged by counts alone; pure.
struct JobDecision {
    std::int64_t create = 0;
    std::int64_t remove = 0;  // surplus active pods; with `finish` all of them
    std::string finish;       // "", "Complete" or "Failed"
    std::string reason;       // of the condition
    std::string message;
};
struct JobCounts {
    std::int64_t active = 0;
    std::int64_t succeeded = 0;
    std::int64_t failed = 0;
    std::optional<Duration> running_for;
};
JobDecision decide_job(const kube::Object& job, const JobCounts& counts);

class JobController : public Controller {
public:
    JobController();
    std::unique_ptr<Controller> clone() const override;

private:
    bool waits_for_own_writes() const override { return true; }
    void observe(const Change& change) override;
    void sync(const Key& key, Client& client) override;

    void sync_running(const kube::Object& job, Client& client);
    void finish_or_expire(const kube::Object& job, Client& client);
    bool create_pods(const kube::Object& job, const std::vector<kube::Object>& pods,
                     std::int64_t count, Client& client) const;
    std::optional<Instant> retry_at(const kube::Object& job,
                                    const std::vector<kube::Object>& pods) const;
};

}  // namespace bestgres::fakekube::controllers
