// What Patroni's leader writes every loop while nothing happens.
#pragma once

#include "lib/kube/object.hpp"

namespace bestgres::core {

// Whether nothing but the renewal of the lock and the positions beside it is different: no rule
// asks for those, and a fleet at rest would be planned for all the time. `before` is empty where
// the object is new.
bool is_heartbeat(const kube::Ref& ref, const kube::Object& before, const kube::Object& after);

}  // namespace bestgres::core
