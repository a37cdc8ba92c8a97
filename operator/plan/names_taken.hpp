// What keeps a cluster from being accepted beside others of its namespace.
#pragma once

#include "operator/plan/view.hpp"

namespace bestgres::plan {

// Of two clusters whose Patronis would write the same objects, or that would have one Secret, the
// one that was there first goes on, and the other is refused until it is gone. A cluster that was
// accepted is never refused. One problem for each that is in the way.
api::Problems names_taken(const ClusterView& view);

}  // namespace bestgres::plan
