// Words of traps: a workload of the catalogue, and what goes wrong in it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scenarios/engine/scenario.hpp"

namespace bestgres::mutants {

scenarios::Scenario on(std::string_view workload, std::vector<scenarios::Fault> faults);
// After the first edit of every workload, which makes the cluster.
scenarios::Trigger settled();
scenarios::Fault hitting(scenarios::FaultKind kind, std::string target, scenarios::Trigger when,
                         Duration lasts);
scenarios::Fault hitting(scenarios::FaultKind kind, std::string target, scenarios::Trigger when);
scenarios::Fault for_ever(scenarios::Fault fault);
// So many writes that there is one on its way at any moment.
scenarios::Scenario busy(scenarios::Scenario scenario);
scenarios::Edit edit_child(std::string id, scenarios::Trigger when, const kube::Ref& ref,
                           const Json& body);

}  // namespace bestgres::mutants
