// Whether a sharded cluster is as its spec asks: of L1.
#pragma once

#include "operator/api/sharded.hpp"
#include "scenarios/invariants/reading.hpp"

namespace bestgres::scenarios {

std::optional<api::ShardedSpec> asked_sharded_spec(const kube::Object& sharded);
// Of all groups that it asks for.
std::int64_t wanted_members(const api::ShardedSpec& spec);

// How it differs; empty where it does not. What a group lacks by itself is that cluster's.
std::string difference_of_sharded(const Truth& truth, const kube::Object& sharded);

}  // namespace bestgres::scenarios
