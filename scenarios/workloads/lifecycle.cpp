#include <fmt/format.h>

#include "operator/api/cluster.hpp"
#include "scenarios/workloads/fill.hpp"

namespace bestgres::scenarios::workloads {
namespace {

Json removing_volumes(const Shape& shape) {
    return with_spec(cluster_manifest(shape),
                     {{"volumeSpec", {{"retention", {{"whenDeleted", "Delete"}}}}}});
}

Edit instances(std::string id, const std::string& after, std::int64_t count) {
    return patch_spec(std::move(id), when_settled_after(after), {{"instances", count}});
}

Json asleep(bool yes) {
    return {{"hibernate", yes}};
}

}  // namespace

void fill_create(Scenario& scenario, const Shape& shape) {
    scenario.edits = {apply("create", at_start(), cluster_manifest(shape))};
}

void fill_delete_and_keep(Scenario& scenario, const Shape& shape) {
    scenario.edits = {apply("create", at_start(), cluster_manifest(shape)),
                      delete_cluster("delete", when_settled_after("create"))};
}

void fill_delete_with_volumes(Scenario& scenario, const Shape& shape) {
    scenario.edits = {apply("create", at_start(), removing_volumes(shape)),
                      delete_cluster("delete", when_settled_after("create"))};
}

void fill_recreate(Scenario& scenario, const Shape& shape) {
    const Trigger when_gone =
        then({{.when = WhenState{.condition = Condition::edit_made, .subject = "delete"}},
              when_absent("BGCluster/db")});
    scenario.edits = {apply("create", at_start(), removing_volumes(shape)),
                      delete_cluster("delete", when_settled_after("create")),
                      apply("again", when_gone, removing_volumes(shape))};
}

// Confirmed with a wrong name first, and changed while its deletion is held.
void fill_protected(Scenario& scenario, const Shape& shape) {
    const auto confirmed = [](const char* id, const char* after, const char* name) {
        return annotate(id, when_settled_after(after),
                        {{std::string(api::confirm_deletion_annotation), name}});
    };
    scenario.edits = {apply("create", at_start(),
                            with_spec(removing_volumes(shape), {{"deletionProtection", true}})),
                      delete_cluster("delete", when_settled_after("create")),
                      confirmed("wrong", "delete", "another"),
                      patch_spec("change", when_settled_after("wrong"),
                                 {{"postgresql", {{"parameters", {{"work_mem", "8MB"}}}}}}),
                      confirmed("confirm", "change", "db")};
}

// As `bestgres undelete` does it: the finalizer is taken away, and the resource is made anew.
void fill_undelete(Scenario& scenario, const Shape& shape) {
    const Json manifest = with_spec(cluster_manifest(shape), {{"deletionProtection", true}});
    const Trigger when_gone =
        then({{.when = WhenState{.condition = Condition::edit_made, .subject = "let go"}},
              when_absent("BGCluster/db")});
    const Edit let_go{.id = "let go",
                      .when = when_settled_after("delete"),
                      .action = MergePatch{.ref = {kube::kinds::bg_cluster, "shop", "db"},
                                           .body = {{"metadata", {{"finalizers", nullptr}}}}}};
    scenario.edits = {apply("create", at_start(), manifest),
                      delete_cluster("delete", when_settled_after("create")), let_go,
                      apply("again", when_gone, manifest),
                      patch_spec("change", when_settled_after("again"),
                                 {{"postgresql", {{"parameters", {{"work_mem", "8MB"}}}}}})};
}

void fill_scale_out(Scenario& scenario, const Shape& shape) {
    scenario.edits = {apply("create", at_start(), cluster_manifest(shape)),
                      instances("out", "create", 3)};
}

void fill_scale_and_back(Scenario& scenario, const Shape& shape) {
    const Json manifest = with_spec(cluster_manifest(shape),
                                    {{"volumeSpec", {{"retention", {{"whenScaled", "Delete"}}}}}});
    scenario.edits = {apply("create", at_start(), manifest), instances("out", "create", 5),
                      instances("in", "out", 3)};
}

void fill_scale_to_one(Scenario& scenario, const Shape& shape) {
    const Trigger when_last_leads = then({when_settled_after("hand-over"), when_leads("db-2")});
    scenario.edits = {apply("create", at_start(), ready_to_shrink(shape)),
                      switch_over("hand-over", when_settled_after("create"), "db-2"),
                      patch_spec("in", when_last_leads, {{"instances", 1}})};
}

void fill_hibernate(Scenario& scenario, const Shape& shape) {
    scenario.edits = {apply("create", at_start(), ready_to_shrink(shape)),
                      instances("sleep", "create", 0), instances("wake", "sleep", shape.members)};
}

// Another member than the first leads; where commits wait for a standby, only that one can.
Edit lead_elsewhere(const Shape& shape) {
    const bool waits = shape.replication != Replication::asynchronous;
    return switch_over("hand-over", when_settled_after("create"),
                       waits ? "the synchronous standby of db" : "db-2");
}

// Patroni takes some seconds to see the request.
Trigger when_another_leads() {
    return delayed(when_settled_after("hand-over"), std::chrono::seconds(30));
}

void fill_rest_and_resume(Scenario& scenario, const Shape& shape) {
    scenario.edits = {apply("create", at_start(), cluster_manifest(shape))};
    if (shape.members > 1) {
        scenario.edits.push_back(lead_elsewhere(shape));
    }
    const Trigger when_due =
        shape.members > 1 ? when_another_leads() : when_settled_after("create");
    scenario.edits.push_back(patch_spec("sleep", when_due, asleep(true)));
    scenario.edits.push_back(patch_spec("wake", when_settled_after("sleep"), asleep(false)));
}

// In some modes nobody else may lead, and the first step on the way down is another.
Trigger when_it_begins(const std::string& step) {
    return {.when = Combined{.how = Combination::any_of,
                             .parts = {when_step(step), when_step("ScaleIn 3")}}};
}

// Taken back at each step on the way down, and on the way up.
void fill_rest_and_repent(Scenario& scenario, const Shape& shape) {
    scenario.edits = {apply("create", at_start(), cluster_manifest(shape)), lead_elsewhere(shape)};
    Trigger when_due = when_another_leads();
    for (const std::string& step :
         std::vector<std::string>{"Switchover", "ScaleIn 3", "ScaleIn 2", "ScaleIn 1"}) {
        const std::string sleep = "sleep before " + step;
        const std::string wake = "wake after " + step;
        const Trigger begins = step == "Switchover" ? when_it_begins(step) : when_step(step);
        scenario.edits.push_back(patch_spec(sleep, when_due, asleep(true)));
        scenario.edits.push_back(
            patch_spec(wake, then({after_edit(sleep, {}), begins}), asleep(false)));
        when_due = when_settled_after(wake);
    }
    const Trigger comes_up = then({after_edit("wake", {}), when_exists("Pod/db-0")});
    scenario.edits.push_back(patch_spec("sleep", when_due, asleep(true)));
    scenario.edits.push_back(patch_spec("wake", when_settled_after("sleep"), asleep(false)));
    scenario.edits.push_back(patch_spec("sleep again", comes_up, asleep(true)));
    scenario.edits.push_back(
        patch_spec("wake again", when_settled_after("sleep again"), asleep(false)));
}

// "db-repl" wants the Service that "db" calls its own.
void fill_collision(Scenario& scenario, const Shape& shape) {
    scenario.edits = {
        apply("create", at_start(), cluster_manifest(shape)),
        apply("collide", when_settled_after("create"), named(cluster_manifest(shape), "db-repl"))};
}

void fill_fleet(Scenario& scenario, const Shape& shape) {
    const Json sick =
        with_spec(cluster_manifest(shape), {{"image", {{"tag", "bestgres-patroni:absent"}}}});
    scenario.edits = {apply("create", at_start(), cluster_manifest(shape)),
                      apply("sick", at_start(), named(sick, "sick"))};
    for (int number = 2; number < 50; ++number) {
        const std::string name = fmt::format("db{:02}", number);
        scenario.edits.push_back(apply(name, at_start(), named(cluster_manifest(shape), name)));
    }
    // Sick for as long as random faults strike; a cluster that never can start has no end to judge.
    scenario.edits.push_back(
        apply("heal", after_edit("sick", minutes(5)), named(cluster_manifest(shape), "sick")));
}

}  // namespace bestgres::scenarios::workloads
