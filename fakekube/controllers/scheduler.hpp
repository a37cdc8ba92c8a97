// The scheduler: binds pods to nodes by choose_node, one pod at a time, and tells of those that fit
// nowhere.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "fakekube/controllers/controller.hpp"
#include "fakekube/controllers/scheduling.hpp"

namespace bestgres::fakekube::controllers {

class Scheduler : public Controller {
public:
    Scheduler();
    std::unique_ptr<Controller> clone() const override;

private:
    void observe(const Change& change) override;
    void forget() override;
    void sync(const Key& key, Client& client) override;

    void observe_pod(const Change& change);
    // Pods that wait, and what would have to change for them: any node may do, a claim only for its
    // pods, another pod that is bound only where company is required.
    void enqueue_pending();
    void enqueue_users_of(const Key& claim);
    void enqueue_sociable();
    SchedulingView view_for(const kube::Object& pod) const;
    // Among the pods that have a place: whoever its terms may select or refuses it, and its
    // controller's other pods.
    std::vector<kube::Object> company_of(const kube::Object& pod) const;
    void place(const Key& key, const kube::Object& pod, const std::string& node);
    void displace(const Key& key);
    // False: the pod must wait until its claims are bound.
    bool claims_are_ready(const kube::Object& pod, const Choice& choice, Client& client) const;
    void tell_unschedulable(const kube::Object& pod, const std::string& why, Client& client);

    struct Pending {
        std::vector<std::string> claims;
        bool sociable = false;  // a pod elsewhere may be what it waits for
    };
    std::map<Key, Pending> pending_;
    // Bound, and not finished; at first the view does not show it yet.
    struct Placed {
        std::string node;
        Resources requests;
    };
    std::map<Key, Placed> placed_;
    std::map<std::string, Load, std::less<>> loads_;  // by node
    std::set<Key> refusing_;                          // of those that are placed
    // Bound, but the view does not show it yet.
    std::set<Key> assumed_;
};

}  // namespace bestgres::fakekube::controllers
