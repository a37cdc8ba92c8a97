// What happens when a node falls silent: its condition becomes Unknown, its pods leave the
// Endpoints, taints appear, and pods are evicted when their tolerations end. Nothing here ever
// removes a pod by force, except from nodes that no longer exist or that a person declared out of
// service. https://kubernetes.io/docs/concepts/architecture/nodes/
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "fakekube/controllers/controller.hpp"

namespace bestgres::fakekube::controllers {

struct NodeOptions {
    Duration grace = std::chrono::seconds(40);       // of silence
    Duration quarantine = std::chrono::seconds(40);  // of pods whose node is gone
};

// Judges by the Lease and the node's own status. After a restart every node has a full grace period
// again, since only changes that were seen count.
class NodeLifecycleController : public Controller {
public:
    explicit NodeLifecycleController(NodeOptions options);
    std::unique_ptr<Controller> clone() const override;

private:
    struct Health {
        std::string heartbeat;  // what the node last said, as text
        Instant seen;           // when that changed
        bool pods_marked = false;
    };

    void forget() override { health_.clear(); }
    void observe(const Change& change) override;
    void sync(const Key& key, Client& client) override;

    std::string heartbeat_of(const kube::Object& node) const;
    bool is_silent(const kube::Object& node, Instant now);
    bool write_unknown(const kube::Object& node, Client& client) const;
    void write_taints(const kube::Object& node, Client& client) const;
    void mark_pods(const kube::Object& node, Client& client);

    NodeOptions options_;
    std::map<std::string, Health> health_;
};

// The NoExecute taints that a node in this state has, besides those of other origin; pure.
Json wanted_taints(const kube::Object& node, Instant now);

// How long a pod may stay under the NoExecute taints: absent means for ever. Pure.
std::optional<Duration> toleration_of(const kube::Object& pod, const kube::Object& node);

class TaintEvictionController : public Controller {
public:
    TaintEvictionController();
    std::unique_ptr<Controller> clone() const override;

private:
    void forget() override { since_.clear(); }
    void observe(const Change& change) override;
    void sync(const Key& key, Client& client) override;
    void evict(const kube::Object& pod, Client& client) const;

    std::map<std::string, Instant> since_;  // pod uid: when its toleration began to run
};

class PodGarbageCollector : public Controller {
public:
    explicit PodGarbageCollector(NodeOptions options);
    std::unique_ptr<Controller> clone() const override;

private:
    void forget() override { missing_since_.clear(); }
    void observe(const Change& change) override;
    void sync(const Key& key, Client& client) override;

    void remove(const kube::Object& pod, const std::string& why, Client& client) const;
    bool is_out_of_service(const kube::Object& node) const;

    NodeOptions options_;
    std::map<std::string, Instant> missing_since_;  // by the name of a node
};

}  // namespace bestgres::fakekube::controllers
