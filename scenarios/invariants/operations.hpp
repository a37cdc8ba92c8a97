// What laws of operations read: a BGDbOps as stored, and which cluster it names.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "operator/api/operation.hpp"
#include "scenarios/invariants/reading.hpp"

namespace bestgres::scenarios {

inline bool is_operation(const kube::Object& object) {
    return object.kind() == kube::kinds::bg_db_ops.name;
}

struct OperationTruth {
    ClusterId cluster;
    std::string name;
    std::string uid;
    api::Parsed<api::OperationSpec> spec;
    api::OperationStatus status;

    bool runs() const { return status.phase == api::OperationPhase::running; }
};

OperationTruth read_operation(const kube::Object& object);
std::vector<OperationTruth> operations_of(const Truth& truth, const ClusterId& id);

}  // namespace bestgres::scenarios
