// The ReplicaSet controller: as many pods as asked for, those that matter least removed first.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "fakekube/controllers/controller.hpp"

namespace bestgres::fakekube::controllers {

// Which pods to remove when there are `surplus` too many: unscheduled before scheduled, pending
// before running, not ready before ready, younger before older. Pure.
std::vector<kube::Object> pods_to_remove(std::vector<kube::Object> pods, std::size_t surplus);

// Pods made from `pod_template` (of a ReplicaSet or Job) under the control of `owner`. The name is
// left to the API server.
Json pod_from_template(const kube::Object& owner, const Json& pod_template);

class ReplicaSetController : public Controller {
public:
    ReplicaSetController();
    std::unique_ptr<Controller> clone() const override;

private:
    bool waits_for_own_writes() const override { return true; }
    void observe(const Change& change) override;
    void sync(const Key& key, Client& client) override;

    void scale(const kube::Object& set, const std::vector<kube::Object>& active,
               Client& client) const;
    void write_status(const kube::Object& set, const std::vector<kube::Object>& active,
                      Client& client);
};

}  // namespace bestgres::fakekube::controllers
