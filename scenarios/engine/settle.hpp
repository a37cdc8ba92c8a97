// Whether a world has come to rest.
//
// Three things never end: heartbeats and leases, Patroni's loop with its renewals and reports of
// positions, and the writers. Everything else that happens moves `last_effect`: any other version
// in the store, a change of a PostgreSQL, a route, a step of an operator, a fault, an edit. A world
// is settled when nothing of that has happened for a while, no operator has work planned, no drain
// is under way and no fault that ends is active. The while is half a minute in a sound world. Where
// a node is silent, a pod is not ready or an object is being deleted it is seven minutes, because
// then timers of Kubernetes run of which nothing can be seen: tolerations of five minutes, forced
// detachment of volumes after six.
#pragma once

#include "scenarios/engine/world_state.hpp"

namespace bestgres::scenarios {

void check_settled_later(WorldState& world);
void check_settled(WorldState& world);

}  // namespace bestgres::scenarios
