// What each kind of operation consists of, one file a kind. `begin` lists its steps, `advance`
// closes what the view shows to be done and opens what comes next, and `effect_of` says what the
// open step still needs. All are pure, and a journal that was advanced once stays as it is while
// the world does.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "operator/plan/operation.hpp"

namespace bestgres::plan {

// How an operation may begin: with these steps, not yet, or never.
struct Beginning {
    std::vector<api::OperationStepStatus> steps = {};
    std::string obstacle = {};  // what to wait for; empty: nothing
    std::string refusal = {};   // why it can never be done; empty: it can
};

// What an open step needs: an effect, or something to wait for; or its last try failed.
struct Need {
    std::optional<Effect> effect = std::nullopt;
    std::string because = {};
    std::string failure = {};
    bool is_final = false;  // the failed step may have taken effect: no further try
};

struct OperationMethods {
    Beginning (*begin)(const ClusterView& view, const Operation& operation);
    void (*advance)(const ClusterView& view, const Operation& operation,
                    api::OperationStatus& status);
    Need (*effect_of)(const ClusterView& view, const Operation& operation,
                      const api::OperationStepStatus& step);
};

extern const OperationMethods switchover_operation;
extern const OperationMethods restart_operation;
extern const OperationMethods reinit_operation;
extern const OperationMethods vacuum_operation;
extern const OperationMethods sql_operation;
extern const OperationMethods benchmark_operation;
extern const OperationMethods repack_operation;

const OperationMethods& methods_of(api::OperationKind kind);

}  // namespace bestgres::plan
