// Words for tests of rules: `TestCluster` is a healthy, settled cluster `db` in namespace `shop`
// whose parts a test makes worse one by one.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "operator/plan/plan.hpp"
#include "operator/plan/plan_cluster.hpp"
#include "operator/plan/view.hpp"

namespace bestgres::plan::testing {

class TestCluster {
public:
    using Edit = std::function<void(Json&)>;

    // db-0 leads, all others stream. `spec` is YAML lines beside image and volume.
    explicit TestCluster(std::string_view spec = "instances: 3\n");

    // What the user, the server or Patroni changed.
    TestCluster& asks(std::string_view spec);
    TestCluster& edit(const kube::Kind& kind, const std::string& name, const Edit& change);
    TestCluster& annotate(const std::string& name, const std::string& value);
    TestCluster& member_says(const std::string& pod, const Json& difference);
    TestCluster& dcs(const std::string& object, const Json& annotations);

    TestCluster& stale(const std::string& pod);
    TestCluster& unready(const std::string& pod, Duration since = Duration::zero());
    TestCluster& not_running(const std::string& pod);
    TestCluster& pending_restart(const std::string& pod, const Json& reasons);
    TestCluster& leads(const std::string& pod);
    TestCluster& without(const kube::Kind& kind, const std::string& name);
    TestCluster& being_deleted(const kube::Kind& kind, const std::string& name);
    TestCluster& synchronous(const std::string& standbys);
    TestCluster& later(Duration span);
    // Every member that runs answers what its annotation says.
    TestCluster& fresh();

    // The step succeeds: Kubernetes and Patroni do what it asks for (obedient.cpp).
    TestCluster& perform(const Effect& effect);
    // What controllers, kubelets and Patroni do by themselves in a while: pods that are missing
    // come up on the template of the StatefulSet, those that run become healthy, somebody leads.
    TestCluster& goes_on();

    Facts& facts() { return facts_; }
    ClusterView view() const { return read_view(facts_); }
    Plan plan() const { return plan_cluster(view()); }

    // "EvictPod db-1" of all steps, and the sentences of all waits.
    std::vector<std::string> steps() const;
    std::vector<std::string> waits() const;

private:
    void add(const kube::Ref& ref, Json json);
    void add_member(std::int64_t ordinal);
    void hand_over_to(const std::string& pod);
    void choose_standby();
    void set_role(const std::string& pod, bool leads);

    Facts facts_;
};

inline std::vector<std::string> texts(std::initializer_list<std::string> list) {
    return list;
}

// The pod that a step takes, by whichever way; empty where it takes none.
std::string pod_taken(const Effect& effect);

}  // namespace bestgres::plan::testing
