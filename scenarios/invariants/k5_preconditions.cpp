#include "scenarios/invariants/k5_preconditions.hpp"

namespace bestgres::scenarios {
namespace {

// What the call lacks; empty where nothing.
std::string missing(const kube::Call& call) {
    if (const auto* remove = std::get_if<kube::Delete>(&call)) {
        if (!remove->only_if.uid) {
            return "uid";
        }
        return remove->only_if.resource_version ? "" : "resourceVersion";
    }
    if (const auto* evict = std::get_if<kube::Evict>(&call)) {
        return evict->only_if.uid ? "" : "uid";
    }
    const bool changes =
        std::holds_alternative<kube::Patch>(call) || std::holds_alternative<kube::Replace>(call);
    return changes && string_at(written_body(call), {"metadata", "resourceVersion"}).empty()
               ? "resourceVersion"
               : "";
}

}  // namespace

void K5Preconditions::on(const Occurrence& occurrence, const Truth&, Findings& findings) {
    const auto* const arrived = std::get_if<CallArrived>(&occurrence);
    if (arrived == nullptr || !by_operator(arrived->actor)) {
        return;
    }
    if (const std::string lacks = missing(arrived->call); !lacks.empty()) {
        findings.add(
            text,
            arrived->actor.name + ": " + kube::describe(arrived->call) + " carries no " + lacks,
            {identify(arrived->before)});
    }
}

}  // namespace bestgres::scenarios
