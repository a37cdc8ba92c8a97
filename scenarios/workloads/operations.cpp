// What users ask for by BGDbOps.
#include "operator/api/operation.hpp"
#include "scenarios/workloads/fill.hpp"

namespace bestgres::scenarios::workloads {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

Json operation(const std::string& name, Json spec) {
    spec["bgCluster"] = "db";
    return {{"apiVersion", "bestgres.io/v1"},
            {"kind", "BGDbOps"},
            {"metadata", {{"name", name}, {"namespace", "shop"}}},
            {"spec", std::move(spec)}};
}

// Its id is its name.
Edit ask(const std::string& name, Trigger when, Json spec) {
    return apply(name, std::move(when), operation(name, std::move(spec)));
}

Edit cancel(const std::string& name, Trigger when) {
    return {.id = "cancel-" + name,
            .when = std::move(when),
            .action = DeleteResource{.ref = {kube::kinds::bg_db_ops, "shop", name}}};
}

void create_and_ask(Scenario& scenario, const Shape& shape, const Json& spec) {
    scenario.edits = {apply("create", at_start(), cluster_manifest(shape)),
                      ask("op", when_settled_after("create"), spec)};
}

}  // namespace

void fill_operation_switchover(Scenario& scenario, const Shape& shape) {
    create_and_ask(scenario, shape, {{"op", "switchover"}, {"timeout", "10m"}});
}

void fill_operation_restart(Scenario& scenario, const Shape& shape) {
    create_and_ask(scenario, shape, {{"op", "restart"}, {"timeout", "15m"}});
}

void fill_operation_reinit(Scenario& scenario, const Shape& shape) {
    create_and_ask(
        scenario, shape,
        {{"op", "reinit"}, {"reinit", {{"member", "another replica of db"}}}, {"timeout", "15m"}});
}

// One runs, one waits and is cancelled, one comes with a change of the cluster, and one can never
// be done.
void fill_operation_queue(Scenario& scenario, const Shape& shape) {
    create_and_ask(scenario, shape, {{"op", "restart"}, {"timeout", "15m"}});
    scenario.edits.push_back(
        ask("second", after_edit("op", seconds(1)), {{"op", "switchover"}, {"timeout", "15m"}}));
    scenario.edits.push_back(
        ask("third", after_edit("op", seconds(2)), {{"op", "switchover"}, {"timeout", "15m"}}));
    scenario.edits.push_back(ask(
        "never", after_edit("op", seconds(3)),
        {{"op", "switchover"}, {"switchover", {{"target", "db-9"}}}, {"ttlAfterFinished", "5m"}}));
    scenario.edits.push_back(cancel("second", after_edit("op", seconds(5))));
    scenario.edits.push_back(patch_spec("change", after_edit("op", seconds(8)),
                                        {{"resources", {{"requests", {{"cpu", "200m"}}}}}}));
}

// Two Jobs, one after the other.
void fill_operation_vacuum(Scenario& scenario, const Shape& shape) {
    create_and_ask(
        scenario, shape,
        {{"op", "vacuum"}, {"vacuum", {{"databases", {"app", "shop"}}}}, {"timeout", "15m"}});
}

// One that runs is cancelled while another waits, which comes with a hand-over.
void fill_operation_stopped(Scenario& scenario, const Shape& shape) {
    create_and_ask(scenario, shape, {{"op", "vacuum"}, {"timeout", "15m"}});
    scenario.edits.push_back(
        ask("second", after_edit("op", seconds(1)),
            {{"op", "sql"}, {"sql", {{"configMap", {{"name", "scripts"}}}}}, {"timeout", "15m"}}));
    scenario.edits.push_back(cancel("op", after_edit("op", seconds(12))));
    scenario.edits.push_back(
        ask("third", after_edit("op", seconds(14)), {{"op", "switchover"}, {"timeout", "15m"}}));
}

}  // namespace bestgres::scenarios::workloads
