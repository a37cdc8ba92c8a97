// CronJobs: a Job at each time of the schedule, named after the minute, so that no time is served
// twice.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "fakekube/controllers/controller.hpp"
#include "fakekube/controllers/cron_schedule.hpp"

namespace bestgres::fakekube::controllers {

class CronJobController : public Controller {
public:
    CronJobController();
    std::unique_ptr<Controller> clone() const override;

private:
    bool waits_for_own_writes() const override { return true; }
    void observe(const Change& change) override;
    void sync(const Key& key, Client& client) override;

    std::vector<kube::Object> jobs_of(const kube::Object& cron) const;
    // The status it leaves behind.
    Json start_due(const kube::Object& cron, const std::vector<kube::Object>& jobs, Client& client);
    bool start(const kube::Object& cron, Instant at, Client& client) const;
    void drop_history(const kube::Object& cron, const std::vector<kube::Object>& jobs,
                      Client& client) const;
};

}  // namespace bestgres::fakekube::controllers
