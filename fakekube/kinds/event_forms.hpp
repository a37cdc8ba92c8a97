// Events have two faces over one store: core/v1 and events.k8s.io/v1 name the same fields
// differently. They are stored as core/v1.
#pragma once

#include "lib/base/json.hpp"

namespace bestgres::fakekube {

// An event in either form, in the form of core/v1 or of events.k8s.io/v1. apiVersion is the
// caller's.
Json core_event(Json event);
Json events_v1_event(Json event);

}  // namespace bestgres::fakekube
