// kube::Cluster with a callback for each call and watch: numbers requests and hands answers to who
// asked. Used on one thread.
#pragma once

#include <functional>
#include <map>

#include "lib/kube/cluster.hpp"

namespace bestgres::fakekube::node {

class ApiPort {
public:
    using OnAnswer = std::function<void(const Result<kube::Outcome, kube::Error>&)>;
    using OnWatch = std::function<void(const kube::WatchEvent&)>;

    explicit ApiPort(kube::Cluster& cluster) : cluster_(cluster) {}

    // `done` may be empty: for calls whose outcome nobody waits for.
    void call(kube::Call call, OnAnswer done);
    kube::WatchId watch(kube::WatchSpec spec, OnWatch on_event);
    void unwatch(kube::WatchId id);

    void deliver(const kube::Answer& answer);
    void deliver(const kube::WatchEvent& event);

private:
    kube::Cluster& cluster_;
    std::uint64_t next_id_ = 1;
    std::map<kube::CallId, OnAnswer> calls_;
    std::map<kube::WatchId, OnWatch> watches_;
};

}  // namespace bestgres::fakekube::node
