#include "scenarios/mutants/trap_words.hpp"

#include "lib/base/check.hpp"
#include "scenarios/workloads/catalogue.hpp"

namespace bestgres::mutants {

using namespace scenarios;
using namespace scenarios::workloads;
using std::chrono::milliseconds;

Scenario on(std::string_view workload, std::vector<Fault> faults) {
    Result<Scenario> made = make_workload(workload);
    BG_CHECK(made.ok(), "a trap uses a workload of the catalogue");
    made->faults.insert(made->faults.end(), faults.begin(), faults.end());
    return std::move(*made);
}

Trigger settled() {
    return when_settled_after("create");
}

Fault hitting(FaultKind kind, std::string target, Trigger when, Duration lasts) {
    return lasting(
        fault("f-" + std::string(to_string(kind)), kind, std::move(target), std::move(when)),
        lasts);
}

Fault hitting(FaultKind kind, std::string target, Trigger when) {
    return hitting(kind, std::move(target), std::move(when), {});
}

Fault for_ever(Fault fault) {
    fault.for_ever = true;
    return fault;
}

Scenario busy(Scenario scenario) {
    scenario.topology.clients = 3;
    scenario.knobs.write_every = milliseconds(20);
    scenario.knobs.call_latency = milliseconds(20);
    return scenario;
}

Edit edit_child(std::string id, Trigger when, const kube::Ref& ref, const Json& body) {
    return {.id = std::move(id), .when = std::move(when), .action = MergePatch{ref, body}};
}

}  // namespace bestgres::mutants
