// An occurrence in the words of a person who tells what happened.
#pragma once

#include <vector>

#include "scenarios/report/tape.hpp"

namespace bestgres::scenarios {

// Nothing where there is nothing to tell of it.
std::vector<Entry> entries_of(const Occurrence& occurrence, const World& world);

// Whether a change of an object is one that never ends: a lease, a heartbeat, a position.
bool is_periodic_change(const kube::Object& before, const kube::Object& after);

// "Pod shop/db-0".
std::string name_of_object(const kube::Object& object);

}  // namespace bestgres::scenarios
