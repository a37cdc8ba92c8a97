// A valid spec is stored before anything is done about it, so that "the last valid spec stays in
// force" survives an operator restart.
#include "operator/manifests/labels.hpp"
#include "operator/manifests/names.hpp"
#include "operator/plan/compose.hpp"
#include "operator/plan/rules.hpp"
#include "operator/plan/wanted.hpp"

namespace bestgres::plan {

Opinion hold_finalizer(const ClusterView& view) {
    // One whose deletion is held may get no new finalizer: Kubernetes refuses it.
    if (view.resource().has_finalizer(manifests::finalizer) || view.resource().being_deleted()) {
        return {};
    }
    return just(Step{.effect = AddFinalizer{},
                     .rule = RuleId::hold_finalizer,
                     .because = "objects of this cluster will have to be torn down in order"});
}

Opinion accept_spec(const ClusterView& view) {
    if (!view.problems.empty() || (view.accepted && view.accepted->spec == *view.spec)) {
        return {};
    }
    return just(Step{.effect = ApplyObject{.kind = kube::kinds::config_map,
                                           .object = accepted_spec(view, view.bootstrap_sql_done)},
                     .rule = RuleId::accept_spec,
                     .because = view.accepted ? "the spec changed and is valid"
                                              : "the spec is valid for the first time"});
}

}  // namespace bestgres::plan
