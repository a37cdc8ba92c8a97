// The scheduler: binds pods to nodes by choose_node, one pod at a time, and tells of those that fit
// nowhere.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "fakekube/controllers/controller.hpp"
#include "fakekube/controllers/scheduling.hpp"

namespace bestgres::fakekube::controllers {

class Scheduler : public Controller {
public:
    Scheduler();
    std::unique_ptr<Controller> clone() const override;

private:
    void observe(const Change& change) override;
    void forget() override { assumed_.clear(); }
    void sync(const Key& key, Client& client) override;

    void observe_pod(const Change& change);
    void enqueue_pending();
    SchedulingView view_for(const kube::Object& pod) const;
    std::string node_of(const Key& key, const kube::Object& pod) const;
    // False: the pod must wait until its claims are bound.
    bool claims_are_ready(const kube::Object& pod, const Choice& choice, Client& client) const;
    void tell_unschedulable(const kube::Object& pod, const std::string& why, Client& client);

    // Bound, but the view does not show it yet.
    std::map<Key, std::string> assumed_;
};

}  // namespace bestgres::fakekube::controllers
