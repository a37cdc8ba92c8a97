// The Deployment controller: one ReplicaSet a template, sized as wanted_sizes says.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "fakekube/controllers/controller.hpp"
#include "fakekube/controllers/deployment_plan.hpp"

namespace bestgres::fakekube::controllers {

class DeploymentController : public Controller {
public:
    DeploymentController();
    std::unique_ptr<Controller> clone() const override;

private:
    bool waits_for_own_writes() const override { return true; }
    void observe(const Change& change) override;
    void sync(const Key& key, Client& client) override;

    DeploymentView view_of(const kube::Object& deployment, Client& client) const;
    bool old_pods_exist(const DeploymentView& view) const;
    std::optional<kube::Object> ensure_newest(const DeploymentView& view, Client& client) const;
    void write_revision(const DeploymentView& view, Client& client) const;
    void resize(const DeploymentView& view, Client& client) const;
    void drop_history(const DeploymentView& view, Client& client) const;
};

}  // namespace bestgres::fakekube::controllers
