// The objects that a cluster should have now, as they are to be applied, and whether a live object
// differs from its manifest.
#pragma once

#include <vector>

#include "operator/plan/view.hpp"

namespace bestgres::plan {

// All objects but Secret and accepted spec, in the order of application. The StatefulSet keeps the
// number of replicas and the volume size it has: other rules change those.
std::vector<Wanted> wanted_objects(const ClusterView& view);

kube::Object accepted_spec(const ClusterView& view, bool bootstrap_sql_done);

// Whether every field of `wanted` stands in `live` with the same value. Lists are compared element
// by element; what the API server adds by defaulting does not count.
bool is_contained(const Json& wanted, const Json& live);

// Of what a user or an operator says about an object: everything but status and the bookkeeping of
// the API server.
std::uint64_t content_hash(const kube::Object& live);

// A live object has drifted when it lacks something that is wanted, unless our own apply gave
// exactly this content: then it is the API server's reading of the manifest, and writing again
// would change nothing.
bool has_drifted(const ClusterView& view, const Wanted& wanted, const kube::Object& live);

}  // namespace bestgres::plan
