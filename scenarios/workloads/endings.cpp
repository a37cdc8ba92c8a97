// The end of the operator, or of its namespace, of which deletion protection holds nothing up.
#include "operator/api/cluster.hpp"
#include "scenarios/workloads/fill.hpp"

namespace bestgres::scenarios::workloads {
namespace {

using std::chrono::seconds;

Json protected_cluster(const Shape& shape) {
    return with_spec(cluster_manifest(shape), {{"deletionProtection", true}});
}

Edit end_operators(Trigger when, bool released) {
    return {.id = "remove the operator",
            .when = std::move(when),
            .action = EndOperators{.released = released}};
}

Edit delete_namespace(Trigger when) {
    return {.id = "delete the namespace",
            .when = std::move(when),
            .action = DeleteResource{.ref = {kube::kinds::namespace_, "", "shop"}}};
}

}  // namespace

// As helm does it. The cluster is deleted when nobody is left who could let go of it.
void fill_removed_operator(Scenario& scenario, const Shape& shape) {
    scenario.edits = {apply("create", at_start(), protected_cluster(shape)),
                      end_operators(when_settled_after("create"), true),
                      delete_cluster("delete", after_edit("remove the operator", seconds(90)))};
}

// Its pod goes first.
void fill_namespace_inside(Scenario& scenario, const Shape& shape) {
    scenario.edits = {apply("create", at_start(), protected_cluster(shape)),
                      delete_namespace(when_settled_after("create")),
                      end_operators(after_edit("delete the namespace", {}), false)};
}

// It is in another namespace, and its rights, from a Role in this one, may go before it has looked.
// What is then left is let go of by hand, as docs/guide/stopping.md says it.
void fill_namespace_outside(Scenario& scenario, const Shape& shape) {
    scenario.edits = {
        apply("create", at_start(), protected_cluster(shape)),
        delete_namespace(when_settled_after("create")),
        {.id = "by hand",
         .when =
             delayed(then({after_edit("delete the namespace", {}), when_absent("StatefulSet/db")}),
                     std::chrono::minutes(1)),
         .action = MergePatch{.ref = {kube::kinds::bg_cluster, "shop", "db"},
                              .body = {{"metadata", {{"finalizers", nullptr}}}}}}};
}

}  // namespace bestgres::scenarios::workloads
