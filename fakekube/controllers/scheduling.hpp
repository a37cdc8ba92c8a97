// Which node a pod may and should run on: pure functions of the pod, the nodes and the pods that
// run there. https://kubernetes.io/docs/concepts/scheduling-eviction/
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/kube/object.hpp"

namespace bestgres::fakekube::controllers {

// cpu in thousandths, everything else in whole units.
using Resources = std::map<std::string, std::int64_t>;

// Of the pods that are bound to a node and not finished.
struct Load {
    std::int64_t pods = 0;
    Resources requests = {};

    void add(const Resources& more);
    void remove(const Resources& less);
};

struct NodeView {
    kube::Object node;
    Load load = {};
    std::vector<kube::Object> pods = {};  // of these, all that may matter to the pod in question
};

struct SchedulingView {
    std::vector<NodeView> nodes;
    std::map<std::string, kube::Object> namespaces;
    std::map<std::string, kube::Object> claims;   // of the pod, those that exist
    std::map<std::string, kube::Object> volumes;  // PersistentVolumes that these claims name
    std::map<std::string, kube::Object> classes;  // all StorageClasses
};

struct Choice {
    std::string node;     // empty: none fits
    std::string message;  // why none fits, as the condition PodScheduled tells it
    // Claims that wait for this choice and must be told of it before the pod is bound.
    std::vector<std::string> waiting_claims;
};

Choice choose_node(const kube::Object& pod, const SchedulingView& view);

// --- the parts, one question each. Filters answer why the node does not do, absent where it does.
Resources requests_of(const kube::Object& pod);
std::optional<std::string> lacks_resources(const kube::Object& pod, const NodeView& node);
std::optional<std::string> repels(const kube::Object& pod, const kube::Object& node);
std::optional<std::string> mismatches_node(const kube::Object& pod, const kube::Object& node);
std::optional<std::string> volumes_forbid(const kube::Object& pod, const kube::Object& node,
                                          const SchedulingView& view);
std::optional<std::string> pods_forbid(const kube::Object& pod, const NodeView& node,
                                       const SchedulingView& view);
std::optional<std::string> spread_forbids(const kube::Object& pod, const NodeView& node,
                                          const SchedulingView& view);
// Of topologySpreadConstraints: it forbids, and does not only advise.
bool is_hard_spread(const Json& constraint);
// Higher is better.
std::int64_t score(const kube::Object& pod, const NodeView& node, const SchedulingView& view);
// Of ScheduleAnyway constraints and preferred pod affinity: each in pods, more is better.
std::int64_t affinity_score(const kube::Object& pod, const NodeView& node,
                            const SchedulingView& view);

// A claim's problem that no node can solve; absent where there is none.
std::optional<std::string> claim_problem(const kube::Object& pod, const SchedulingView& view);
// Of its volumes, those for one pod alone too.
std::vector<std::string> claim_names(const kube::Object& pod);
std::vector<std::string> unbound_claims(const kube::Object& pod, const SchedulingView& view);

// Whether it forbids others to come near, whoever they are.
bool refuses_others(const kube::Object& pod);
// The terms of affinity, anti-affinity and spreading by which it looks at other pods.
std::vector<Json> terms_of(const kube::Object& pod);

// A nodeSelectorTerm's list under OR, e.g. of required node affinity and of a volume.
bool matches_terms(const Json& terms, const kube::Object& node);
bool tolerates(const kube::Object& pod, const Json& taint);

}  // namespace bestgres::fakekube::controllers
