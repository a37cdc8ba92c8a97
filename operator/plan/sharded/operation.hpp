// One BGShardedDbOps in the words that run_operations uses, and the journal of it: every change of
// its status goes through here, so that phase, conditions and the count of groups always agree.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "operator/plan/sharded/plan.hpp"

namespace bestgres::plan {

struct ShardedOperation {
    kube::Object object;
    api::Parsed<api::ShardedOperationSpec> spec;
    api::ShardedOperationStatus status;  // as last written

    std::string name() const { return std::string(object.name()); }
    bool runs() const { return status.phase == api::OperationPhase::running; }
    bool finished() const { return api::is_finished(status.phase); }
    const api::OperationSpec& asked() const { return spec->group.operation; }
};

// The oldest first: their queue.
std::vector<ShardedOperation> read_operations(const ShardedView& view);

// Of one group: begun and not ended; ended otherwise than it should.
bool is_open(const api::GroupOperationStatus& group);
bool has_failed(const api::GroupOperationStatus& group);

// `status` as it is to be; absent where it is as written already.
std::optional<ShardedStep> journal(const ShardedView& view, const ShardedOperation& operation,
                                   api::ShardedOperationStatus status, std::string because);
// It waits, and says what for.
std::optional<ShardedStep> tell(const ShardedView& view, const ShardedOperation& operation,
                                std::string message);
ShardedStep end(const ShardedView& view, const ShardedOperation& operation,
                api::OperationPhase phase, std::string message);

}  // namespace bestgres::plan
