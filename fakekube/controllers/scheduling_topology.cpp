// Pod affinity, pod anti-affinity, topology spread and volumes: the filters that look beyond the
// node itself.
#include <algorithm>
#include <set>

#include "fakekube/controllers/objects.hpp"
#include "fakekube/controllers/scheduling.hpp"

namespace bestgres::fakekube::controllers {
namespace {

constexpr const char* required = "requiredDuringSchedulingIgnoredDuringExecution";
constexpr const char* preferred = "preferredDuringSchedulingIgnoredDuringExecution";

std::string domain_of(const kube::Object& node, const std::string& topology_key) {
    return std::string(node.label(topology_key));
}

// Whether `other` is one of the pods that a term of `pod` speaks of.
bool term_selects(const Json& term, const kube::Object& pod, const kube::Object& other,
                  const SchedulingView& view) {
    const Json& listed = array_at(term, {"namespaces"});
    const Json* selector = find(term, {"namespaceSelector"});
    const bool by_selector = selector != nullptr && selector->is_object();
    const bool own = listed.empty() && !by_selector && other.ns() == pod.ns();
    const bool named = std::find(listed.begin(), listed.end(), other.ns()) != listed.end();
    const auto ns = view.namespaces.find(std::string(other.ns()));
    const bool chosen =
        by_selector && (selector->empty() ||
                        (ns != view.namespaces.end() && selector_matches(*selector, ns->second)));
    const Json* labels = find(term, {"labelSelector"});
    return (own || named || chosen) && labels != nullptr && labels->is_object() &&
           selector_matches(*labels, other);
}

std::int64_t pods_in_domain(const Json& term, const kube::Object& pod, const NodeView& node,
                            const SchedulingView& view) {
    const std::string key = string_at(term, {"topologyKey"});
    const std::string domain = domain_of(node.node, key);
    if (domain.empty()) {
        return 0;
    }
    std::int64_t count = 0;
    for (const NodeView& other : view.nodes) {
        if (domain_of(other.node, key) != domain) {
            continue;
        }
        count += std::count_if(other.pods.begin(), other.pods.end(), [&](const auto& candidate) {
            return term_selects(term, pod, candidate, view);
        });
    }
    return count;
}

bool selects_anyone(const Json& term, const kube::Object& pod, const SchedulingView& view) {
    return std::any_of(view.nodes.begin(), view.nodes.end(), [&](const NodeView& node) {
        return std::any_of(node.pods.begin(), node.pods.end(), [&](const kube::Object& other) {
            return term_selects(term, pod, other, view);
        });
    });
}

// Whether a pod that already runs refuses to have this one in its domain.
bool others_refuse(const kube::Object& pod, const NodeView& node, const SchedulingView& view) {
    for (const NodeView& other_node : view.nodes) {
        for (const kube::Object& other : other_node.pods) {
            for (const Json& term :
                 array_at(other.json(), {"spec", "affinity", "podAntiAffinity", required})) {
                const std::string key = string_at(term, {"topologyKey"});
                const std::string domain = domain_of(other_node.node, key);
                if (!domain.empty() && domain == domain_of(node.node, key) &&
                    term_selects(term, other, pod, view)) {
                    return true;
                }
            }
        }
    }
    return false;
}

// A constraint's selector together with the values that matchLabelKeys takes from the pod.
bool spread_selects(const Json& constraint, const kube::Object& pod, const kube::Object& other) {
    if (other.ns() != pod.ns() || other.being_deleted()) {
        return false;
    }
    for (const Json& key : array_at(constraint, {"matchLabelKeys"})) {
        const std::string name = key.get<std::string>();
        if (pod.label(name) != other.label(name)) {
            return false;
        }
    }
    const Json* labels = find(constraint, {"labelSelector"});
    return labels != nullptr && labels->is_object() && selector_matches(*labels, other);
}

bool counts_for_spread(const Json& constraint, const kube::Object& pod, const kube::Object& node) {
    const bool honours_affinity = string_at(constraint, {"nodeAffinityPolicy"}, "Honor") == "Honor";
    const bool honours_taints = string_at(constraint, {"nodeTaintsPolicy"}, "Ignore") == "Honor";
    return (!honours_affinity || !mismatches_node(pod, node)) &&
           (!honours_taints || !repels(pod, node));
}

std::map<std::string, std::int64_t> spread_counts(const Json& constraint, const kube::Object& pod,
                                                  const SchedulingView& view) {
    const std::string key = string_at(constraint, {"topologyKey"});
    std::map<std::string, std::int64_t> counts;
    for (const NodeView& node : view.nodes) {
        const std::string domain = domain_of(node.node, key);
        if (domain.empty() || !counts_for_spread(constraint, pod, node.node)) {
            continue;
        }
        counts[domain] += std::count_if(
            node.pods.begin(), node.pods.end(),
            [&](const kube::Object& other) { return spread_selects(constraint, pod, other); });
    }
    return counts;
}

bool waits_for_consumer(const kube::Object& claim, const SchedulingView& view) {
    const auto found = view.classes.find(string_at(claim.json(), {"spec", "storageClassName"}));
    return found != view.classes.end() &&
           string_at(found->second.json(), {"volumeBindingMode"}) == "WaitForFirstConsumer";
}

bool is_bound(const kube::Object& claim) {
    return !string_at(claim.json(), {"spec", "volumeName"}).empty() &&
           !claim.annotation("pv.kubernetes.io/bind-completed").empty();
}

}  // namespace

bool is_hard_spread(const Json& constraint) {
    return string_at(constraint, {"whenUnsatisfiable"}, "DoNotSchedule") == "DoNotSchedule";
}

bool refuses_others(const kube::Object& pod) {
    return !array_at(pod.json(), {"spec", "affinity", "podAntiAffinity", required}).empty();
}

std::vector<Json> terms_of(const kube::Object& pod) {
    std::vector<Json> terms;
    for (const char* list : {"podAffinity", "podAntiAffinity"}) {
        for (const Json& term : array_at(pod.json(), {"spec", "affinity", list, required})) {
            terms.push_back(term);
        }
        for (const Json& wish : array_at(pod.json(), {"spec", "affinity", list, preferred})) {
            terms.push_back(object_at(wish, {"podAffinityTerm"}));
        }
    }
    for (const Json& constraint : array_at(pod.json(), {"spec", "topologySpreadConstraints"})) {
        terms.push_back(constraint);
    }
    return terms;
}

std::vector<std::string> claim_names(const kube::Object& pod) {
    std::vector<std::string> names;
    for (const Json& volume : array_at(pod.json(), {"spec", "volumes"})) {
        if (const auto name = find_string(volume, {"persistentVolumeClaim", "claimName"})) {
            names.push_back(*name);
        }
        if (find(volume, {"ephemeral", "volumeClaimTemplate"}) != nullptr) {
            names.push_back(std::string(pod.name()) + "-" + string_at(volume, {"name"}));
        }
    }
    return names;
}

std::optional<std::string> pods_forbid(const kube::Object& pod, const NodeView& node,
                                       const SchedulingView& view) {
    if (others_refuse(pod, node, view)) {
        return "node(s) didn't satisfy existing pods anti-affinity rules";
    }
    for (const Json& term :
         array_at(pod.json(), {"spec", "affinity", "podAntiAffinity", required})) {
        if (pods_in_domain(term, pod, node, view) > 0) {
            return "node(s) didn't match pod anti-affinity rules";
        }
    }
    for (const Json& term : array_at(pod.json(), {"spec", "affinity", "podAffinity", required})) {
        const bool first_of_its_kind =
            !selects_anyone(term, pod, view) && term_selects(term, pod, pod, view) &&
            !domain_of(node.node, string_at(term, {"topologyKey"})).empty();
        if (!first_of_its_kind && pods_in_domain(term, pod, node, view) == 0) {
            return "node(s) didn't match pod affinity rules";
        }
    }
    return std::nullopt;
}

std::optional<std::string> spread_forbids(const kube::Object& pod, const NodeView& node,
                                          const SchedulingView& view) {
    for (const Json& constraint : array_at(pod.json(), {"spec", "topologySpreadConstraints"})) {
        if (!is_hard_spread(constraint)) {
            continue;
        }
        const std::string domain = domain_of(node.node, string_at(constraint, {"topologyKey"}));
        if (domain.empty()) {
            return "node(s) didn't match pod topology spread constraints (missing required label)";
        }
        const auto counts = spread_counts(constraint, pod, view);
        std::int64_t least = counts.empty() ? 0 : counts.begin()->second;
        for (const auto& [name, count] : counts) {
            least = std::min(least, count);
        }
        if (static_cast<std::int64_t>(counts.size()) <
            find_int(constraint, {"minDomains"}).value_or(1)) {
            least = 0;
        }
        const auto here = counts.find(domain);
        const std::int64_t self = spread_selects(constraint, pod, pod) ? 1 : 0;
        const std::int64_t skew = (here == counts.end() ? 0 : here->second) + self - least;
        if (skew > find_int(constraint, {"maxSkew"}).value_or(1)) {
            return "node(s) didn't match pod topology spread constraints";
        }
    }
    return std::nullopt;
}

std::int64_t affinity_score(const kube::Object& pod, const NodeView& node,
                            const SchedulingView& view) {
    std::int64_t points = 0;
    for (const auto& [list, sign] :
         {std::pair("podAffinity", 1), std::pair("podAntiAffinity", -1)}) {
        for (const Json& wish : array_at(pod.json(), {"spec", "affinity", list, preferred})) {
            const std::int64_t pods =
                pods_in_domain(object_at(wish, {"podAffinityTerm"}), pod, node, view);
            points += sign * pods * find_int(wish, {"weight"}).value_or(1);
        }
    }
    for (const Json& constraint : array_at(pod.json(), {"spec", "topologySpreadConstraints"})) {
        if (is_hard_spread(constraint)) {
            continue;
        }
        const auto counts = spread_counts(constraint, pod, view);
        const auto here = counts.find(domain_of(node.node, string_at(constraint, {"topologyKey"})));
        points -= 10 * (here == counts.end() ? 1'000 : here->second);
    }
    return points;
}

std::optional<std::string> volumes_forbid(const kube::Object& pod, const kube::Object& node,
                                          const SchedulingView& view) {
    for (const std::string& name : claim_names(pod)) {
        const auto claim = view.claims.find(name);
        if (claim == view.claims.end()) {
            continue;
        }
        const auto volume =
            view.volumes.find(string_at(claim->second.json(), {"spec", "volumeName"}));
        if (volume == view.volumes.end()) {
            continue;
        }
        const Json* terms =
            find(volume->second.json(), {"spec", "nodeAffinity", "required", "nodeSelectorTerms"});
        if (terms != nullptr && !matches_terms(*terms, node)) {
            return "node(s) had volume node affinity conflict";
        }
    }
    return std::nullopt;
}

std::optional<std::string> claim_problem(const kube::Object& pod, const SchedulingView& view) {
    for (const std::string& name : claim_names(pod)) {
        const auto claim = view.claims.find(name);
        if (claim == view.claims.end()) {
            return "persistentvolumeclaim \"" + name + "\" not found";
        }
        if (claim->second.being_deleted()) {
            return "persistentvolumeclaim \"" + name + "\" is being deleted";
        }
        if (!is_bound(claim->second) && !waits_for_consumer(claim->second, view)) {
            return "pod has unbound immediate PersistentVolumeClaims";
        }
    }
    return std::nullopt;
}

std::vector<std::string> unbound_claims(const kube::Object& pod, const SchedulingView& view) {
    std::vector<std::string> unbound;
    for (const std::string& name : claim_names(pod)) {
        const auto claim = view.claims.find(name);
        if (claim != view.claims.end() && !is_bound(claim->second)) {
            unbound.push_back(name);
        }
    }
    return unbound;
}

}  // namespace bestgres::fakekube::controllers
