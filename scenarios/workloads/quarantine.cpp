// Volumes of members that left, where whenScaled is Quarantine. While one counts down an operator
// has work planned, so that nothing has settled: what happens meanwhile follows the operator's
// steps instead.
#include "operator/manifests/labels.hpp"
#include "scenarios/workloads/fill.hpp"

namespace bestgres::scenarios::workloads {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

Json when_scaled(const char* policy, const char* lasts) {
    return {{"volumeSpec", {{"retention", {{"whenScaled", policy}, {"quarantine", lasts}}}}}};
}

Edit instances(std::string id, Trigger when, std::int64_t count) {
    return patch_spec(std::move(id), std::move(when), {{"instances", count}});
}

Trigger when_marked(const std::string& edit, const char* member) {
    return then(
        {after_edit(edit, {}), when_step(std::string("PatchObject PersistentVolumeClaim pgdata-") +
                                         member + ": quarantine")});
}

Trigger when_removed(const std::string& edit, const char* member) {
    return then({after_edit(edit, {}),
                 when_step(std::string("DeleteObject PersistentVolumeClaim pgdata-") + member)});
}

// As `bestgres undelete` does it.
Edit keep(std::string id, Trigger when, const std::string& claim) {
    Json annotations = {{std::string(manifests::kept_annotation), "true"}};
    for (const std::string_view mark : {manifests::quarantined_since, manifests::quarantined_until,
                                        manifests::left_member_annotation}) {
        annotations[std::string(mark)] = nullptr;
    }
    const Json labels = {{std::string(manifests::quarantined_label), nullptr}};
    return {.id = std::move(id),
            .when = std::move(when),
            .action = MergePatch{
                .ref = {kube::kinds::persistent_volume_claim, "shop", claim},
                .body = {{"metadata", {{"annotations", annotations}, {"labels", labels}}}}}};
}

}  // namespace

// Two at once first. Then the last one alone: wanted again when it is told to leave, when its
// volume is marked, and in the last second.
void fill_come_back(Scenario& scenario, const Shape& shape) {
    scenario.edits = {
        apply("create", at_start(),
              with_spec(ready_to_shrink(shape), when_scaled("Quarantine", "10m"))),
        instances("in", when_settled_after("create"), 1),
        instances("out", delayed(when_marked("in", "db-1"), minutes(2)), 3),
        instances("leave", when_settled_after("out"), 2),
        instances("while it leaves", then({after_edit("leave", {}), when_step("ScaleIn 3")}), 3),
        instances("leave again", when_settled_after("while it leaves"), 2),
        instances("while it is marked", when_marked("leave again", "db-2"), 3),
        instances("leave at last", when_settled_after("while it is marked"), 2),
        instances("in the last second",
                  delayed(when_marked("leave at last", "db-2"), seconds(10 * 60 - 1)), 3)};
}

// Of two volumes one is kept. Then one is wanted again at the moment when it is to go, and one
// outlasts its time because its cluster rests.
void fill_stay_away(Scenario& scenario, const Shape& shape) {
    scenario.edits = {apply("create", at_start(),
                            with_spec(ready_to_shrink(shape), when_scaled("Quarantine", "5m"))),
                      instances("in", when_settled_after("create"), 1),
                      keep("keep", delayed(when_marked("in", "db-1"), minutes(1)), "pgdata-db-1"),
                      instances("out", when_settled_after("keep"), 3),
                      instances("leave", when_settled_after("out"), 2),
                      instances("too late", when_removed("leave", "db-2"), 3),
                      instances("leave again", when_settled_after("too late"), 2),
                      patch_spec("sleep", delayed(when_marked("leave again", "db-2"), minutes(1)),
                                 {{"hibernate", true}}),
                      patch_spec("wake", delayed(when_settled_after("sleep"), minutes(5)),
                                 {{"hibernate", false}})};
}

// Another time, another policy, and the end of the cluster, each while a quarantine lasts.
void fill_another_policy(Scenario& scenario, const Shape& shape) {
    scenario.edits = {
        apply("create", at_start(),
              with_spec(cluster_manifest(shape), when_scaled("Quarantine", "7d"))),
        instances("leave", when_settled_after("create"), 2),
        patch_spec("retain", delayed(when_marked("leave", "db-2"), minutes(1)),
                   when_scaled("Retain", "7d")),
        patch_spec("quarantine", when_settled_after("retain"), when_scaled("Quarantine", "7d")),
        patch_spec("shorter", delayed(when_marked("quarantine", "db-2"), minutes(1)),
                   when_scaled("Quarantine", "5m")),
        instances("out", when_settled_after("shorter"), 3),
        instances("leave again", when_settled_after("out"), 2),
        delete_cluster("delete", delayed(when_marked("leave again", "db-2"), minutes(1)))};
}

}  // namespace bestgres::scenarios::workloads
