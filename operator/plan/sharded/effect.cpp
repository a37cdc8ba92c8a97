#include "operator/plan/sharded/effect.hpp"

#include "lib/base/overloaded.hpp"

namespace bestgres::plan {

std::string_view to_string(ShardedRule rule) {
    switch (rule) {
        case ShardedRule::hold_sharded:
            return "hold_sharded";
        case ShardedRule::keep_groups:
            return "keep_groups";
        case ShardedRule::converge:
            return "converge";
        case ShardedRule::undo_removal:
            return "undo_removal";
        case ShardedRule::remove_shard:
            return "remove_shard";
        case ShardedRule::rebalance:
            return "rebalance";
        case ShardedRule::tear_down_sharded:
            return "tear_down_sharded";
        case ShardedRule::run_operations:
            return "run_operations";
    }
    return "unknown";
}

bool is_disruptive(const ShardedEffect& effect) {
    return std::visit(
        Overloaded{
            [](const CreateObject&) { return false; }, [](const PatchObject&) { return true; },
            [](const DeleteObject&) { return true; }, [](const RunCitus&) { return true; },
            [](const AddFinalizer&) { return false; }, [](const DropFinalizer&) { return true; },
            [](const JournalShardedOperation&) { return false; }},
        effect);
}

std::string_view name_of(const ShardedEffect& effect) {
    using Name = std::string_view;
    return std::visit(
        Overloaded{[](const CreateObject&) { return Name("CreateObject"); },
                   [](const PatchObject&) { return Name("PatchObject"); },
                   [](const DeleteObject&) { return Name("DeleteObject"); },
                   [](const RunCitus&) { return Name("RunCitus"); },
                   [](const AddFinalizer&) { return Name("AddFinalizer"); },
                   [](const DropFinalizer&) { return Name("DropFinalizer"); },
                   [](const JournalShardedOperation&) { return Name("JournalShardedOperation"); }},
        effect);
}

std::string describe(const ShardedEffect& effect) {
    const std::string rest = std::visit(
        Overloaded{
            [](const CreateObject& create) {
                return std::string(create.kind.name) + " " + std::string(create.object.name());
            },
            [](const PatchObject& patch) {
                return std::string(patch.ref.kind.name) + " " + patch.ref.name + ": " + patch.what;
            },
            [](const DeleteObject& remove) {
                return std::string(remove.ref.kind.name) + " " + remove.ref.name;
            },
            [](const RunCitus& run) { return run.what + " on " + run.coordinator.pod; },
            [](const AddFinalizer&) { return std::string(); },
            [](const DropFinalizer&) { return std::string(); },
            [](const JournalShardedOperation& journal) {
                return journal.operation.name + ": " + journal.what;
            }},
        effect);
    return std::string(name_of(effect)) + (rest.empty() ? "" : " " + rest);
}

bool same_intent(const ShardedEffect& left, const ShardedEffect& right) {
    if (left.index() != right.index()) {
        return false;
    }
    if (const auto* patch = std::get_if<PatchObject>(&left)) {
        const auto& other = std::get<PatchObject>(right);
        return patch->uid == other.uid && patch->merge == other.merge;
    }
    if (const auto* remove = std::get_if<DeleteObject>(&left)) {
        const auto& other = std::get<DeleteObject>(right);
        return remove->ref == other.ref && remove->uid == other.uid;
    }
    return left == right;
}

}  // namespace bestgres::plan
