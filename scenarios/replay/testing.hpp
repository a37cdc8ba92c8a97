// Random parts of scenarios, for properties.
#pragma once

#include <rapidcheck.h>

#include <string>

#include "scenarios/replay/replay_file.hpp"

namespace bestgres::scenarios::testing {

rc::Gen<Trigger> some_trigger(int depth);
rc::Gen<Fault> some_fault();
rc::Gen<Edit> some_edit();
// Its ids are unique, and what its triggers name is there.
rc::Gen<Scenario> some_scenario();

}  // namespace bestgres::scenarios::testing
