#include "scenarios/workloads/fill.hpp"

namespace bestgres::scenarios::workloads {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr const char* next_image = "bestgres-patroni:15.6";

Json parameter(const char* name, const char* value) {
    return {{"postgresql", {{"parameters", {{name, value}}}}}};
}

// A change that cannot succeed, and its way back while nothing has settled.
void wrong_and_back(Scenario& scenario, const Shape& shape, const Json& wrong, const Json& right) {
    scenario.edits = {apply("create", at_start(), cluster_manifest(shape)),
                      patch_spec("wrong", when_settled_after("create"), wrong),
                      patch_spec("back", after_edit("wrong", minutes(3)), right)};
}

void change_once(Scenario& scenario, const Shape& shape, const Json& change) {
    scenario.edits = {apply("create", at_start(), cluster_manifest(shape)),
                      patch_spec("change", when_settled_after("create"), change)};
}

}  // namespace

void fill_reload(Scenario& scenario, const Shape& shape) {
    change_once(scenario, shape, parameter("work_mem", "16MB"));
}

void fill_restart(Scenario& scenario, const Shape& shape) {
    change_once(scenario, shape, parameter("max_connections", "200"));
    scenario.edits.push_back(
        patch_spec("down", when_settled_after("change"), parameter("max_connections", "50")));
}

void fill_resources(Scenario& scenario, const Shape& shape) {
    change_once(scenario, shape, {{"resources", {{"requests", {{"cpu", "200m"}}}}}});
}

void fill_image(Scenario& scenario, const Shape& shape) {
    change_once(scenario, shape, {{"image", {{"tag", next_image}}}});
}

void fill_bad_image(Scenario& scenario, const Shape& shape) {
    wrong_and_back(scenario, shape, {{"image", {{"tag", "bestgres-patroni:absent"}}}},
                   {{"image", {{"tag", "bestgres-patroni:15"}}}});
}

void fill_sick_image(Scenario& scenario, const Shape& shape) {
    wrong_and_back(scenario, shape, {{"image", {{"tag", "bestgres-patroni:sick"}}}},
                   {{"image", {{"tag", "bestgres-patroni:15"}}}});
}

void fill_impossible(Scenario& scenario, const Shape& shape) {
    wrong_and_back(scenario, shape, {{"resources", {{"requests", {{"cpu", "4000"}}}}}},
                   {{"resources", {{"requests", {{"cpu", nullptr}}}}}});
}

void fill_grow(Scenario& scenario, const Shape& shape) {
    change_once(scenario, shape, {{"volumeSpec", {{"persistentVolumeSize", "2Gi"}}}});
}

void fill_grow_roll(Scenario& scenario, const Shape& shape) {
    change_once(scenario, shape,
                {{"volumeSpec", {{"persistentVolumeSize", "2Gi"}}},
                 {"resources", {{"requests", {{"cpu", "200m"}}}}}});
}

void fill_labels(Scenario& scenario, const Shape& shape) {
    change_once(scenario, shape,
                {{"pod", {{"labels", {{"team", "shop"}}}, {"annotations", {{"note", "one"}}}}}});
    scenario.edits.push_back(patch_spec(
        "remove", when_settled_after("change"),
        {{"pod", {{"labels", {{"team", nullptr}}}, {"annotations", {{"note", nullptr}}}}}}));
}

void fill_upgrade_operator(Scenario& scenario, const Shape& shape) {
    fill_image(scenario, shape);
    scenario.edits.push_back(
        {.id = "upgrade", .when = when_step("EvictPod"), .action = UpgradeOperator{.revision = 2}});
}

void fill_pause(Scenario& scenario, const Shape& shape) {
    fill_image(scenario, shape);
    scenario.faults = {lasting(
        fault("pause", FaultKind::paused_by_hand, "db", delayed(when_step("EvictPod"), seconds(5))),
        minutes(2))};
}

}  // namespace bestgres::scenarios::workloads
