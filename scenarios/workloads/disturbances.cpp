#include <fmt/format.h>

#include "scenarios/workloads/fill.hpp"

namespace bestgres::scenarios::workloads {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

void create(Scenario& scenario, const Shape& shape) {
    scenario.edits = {apply("create", at_start(), cluster_manifest(shape))};
}

}  // namespace

void fill_switchover(Scenario& scenario, const Shape& shape) {
    create(scenario, shape);
    scenario.edits.push_back(
        switch_over("hand-over", when_settled_after("create"), "the synchronous standby of db"));
}

void fill_switchover_to_any(Scenario& scenario, const Shape& shape) {
    create(scenario, shape);
    scenario.edits.push_back(switch_over("hand-over", when_settled_after("create"), ""));
}

void fill_drain_primary(Scenario& scenario, const Shape& shape) {
    create(scenario, shape);
    scenario.faults = {lasting(fault("drain", FaultKind::node_drain, "the node of the leader of db",
                                     when_settled_after("create")),
                               minutes(3))};
}

void fill_drain_all(Scenario& scenario, const Shape& shape) {
    create(scenario, shape);
    Trigger when = when_settled_after("create");
    for (int number = 1; number <= 3; ++number) {
        const std::string id = fmt::format("drain-{}", number);
        const std::string node = fmt::format("node-{}", number);
        scenario.faults.push_back(
            lasting(fault(id, FaultKind::node_drain, node, std::move(when)), minutes(3)));
        when = then({after_fault(id, seconds(0)), when_settled()});
    }
}

void fill_kill_primary(Scenario& scenario, const Shape& shape) {
    create(scenario, shape);
    scenario.faults = {
        fault("kill", FaultKind::pod_kill, "the leader of db", when_settled_after("create"))};
}

void fill_cut_off(Scenario& scenario, const Shape& shape) {
    create(scenario, shape);
    scenario.faults = {lasting(fault("cut-off", FaultKind::node_cut_off,
                                     "the node of the leader of db", when_settled_after("create")),
                               minutes(2))};
}

void fill_api_outage(Scenario& scenario, const Shape& shape) {
    create(scenario, shape);
    scenario.faults = {
        lasting(fault("outage", FaultKind::api_outage, "", when_settled_after("create")),
                minutes(10)),
        fault("kill", FaultKind::container_crash, "the leader of db",
              delayed(when_settled_after("create"), minutes(3)))};
}

}  // namespace bestgres::scenarios::workloads
