// The pods of one node: which are bound to it, what surrounds them, what is left of those that are
// gone. All on the reactor's thread; the reactor must not run any more when it is destroyed.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "fakekube/node/address_pool.hpp"
#include "fakekube/node/forwarder.hpp"
#include "fakekube/node/node_registration.hpp"
#include "fakekube/node/pod_runtime.hpp"

namespace bestgres::fakekube::node {

struct KubeletPorts {
    Reactor& reactor;
    ApiPort& api;
    Prober& prober;
    const Log& log;
    PostRequest post;
};

class Kubelet {
public:
    Kubelet(const NodeSettings& settings, AddressPool addresses, KubeletPorts ports);
    Kubelet(const Kubelet&) = delete;
    Kubelet& operator=(const Kubelet&) = delete;

    void start(int log_port);
    std::optional<PodRuntime::LogFile> log_file(const kube::Ref& pod, const std::string& container,
                                                bool previous) const;

private:
    void on_change(const kube::Ref& ref, const std::optional<kube::Object>& object);
    void on_pod(const kube::Object& pod);
    void on_pod_removed(const kube::Ref& ref);
    void on_volume(const kube::Ref& ref, const std::optional<kube::Object>& object);
    void refresh_soon(bool services);
    void refresh();
    void housekeep();
    void tell_troubles();
    void remove_strangers();

    const NodeSettings& settings_;
    AddressPool addresses_;
    KubeletPorts ports_;
    Machine machine_;
    Json allocatable_;
    ObjectCache cache_;
    NodeParts parts_;
    NodeRegistration registration_;
    Complaints complaints_;
    Forwarder forwarder_;
    ServiceView services_;
    std::map<std::string, std::shared_ptr<PodRuntime>> pods_;  // by uid
    std::set<std::string> doomed_volumes_;  // PersistentVolumes whose deletion has begun
    bool refresh_pending_ = false;
    bool services_changed_ = false;
    bool strangers_removed_ = false;
};

}  // namespace bestgres::fakekube::node
