// From an effect for a BGShardedCluster to the call that carries it out.
#pragma once

#include "operator/core/request.hpp"
#include "operator/plan/sharded/effect.hpp"
#include "operator/plan/sharded/view.hpp"

namespace bestgres::core {

Request sharded_request(const plan::ShardedEffect& effect, const plan::ShardedView& view);

// What a group's primary is asked about Citus.
postgres::Call citus_call(const plan::ShardedView& view, const plan::Target& target,
                          std::vector<postgres::Statement> statements);

}  // namespace bestgres::core
