#include "fakekube/apply/ownership.hpp"

#include <utility>

namespace bestgres::fakekube {

Conflicts find_conflicts(const Managed& managed, const Manager& writer, const Comparison& change) {
    Conflicts conflicts;
    const FieldSet written = unite(change.modified, change.added);
    for (const auto& [manager, entry] : managed) {
        if (manager == writer) {
            continue;
        }
        FieldSet lost = intersect(entry.fields, written);
        if (!lost.empty()) {
            conflicts.emplace(manager, std::move(lost));
        }
    }
    return conflicts;
}

void take_ownership(Managed& managed, const Manager& writer, const Comparison& change) {
    const FieldSet written = unite(change.modified, change.added);
    for (auto& [manager, entry] : managed) {
        if (manager != writer) {
            entry.fields = subtract(subtract(entry.fields, written), change.removed);
        }
    }
    std::erase_if(managed, [](const auto& entry) { return entry.second.fields.empty(); });
}

void own_update(Managed& managed, const UpdateChange& update) {
    const auto found = managed.find(update.writer);
    const FieldSet before = found == managed.end() ? FieldSet{} : found->second.fields;
    const Comparison& change = update.change;
    FieldSet after = subtract(unite(before, unite(change.modified, change.added)), change.removed);
    after = subtract(after, unowned_fields());
    if (after.empty()) {
        managed.erase(update.writer);
        return;
    }
    if (found != managed.end() && after == before) {
        return;
    }
    managed.insert_or_assign(update.writer, ManagedEntry{.api_version = update.api_version,
                                                         .fields = std::move(after),
                                                         .time = update.now});
}

Json prune(const Json& merged, const Managed& managed, const FieldSet& last,
           const TypeSchema& schema) {
    if (last.empty()) {
        return merged;
    }
    const FieldSet last_set = with_named_parents(last, schema);
    const FieldSet merged_set = with_named_parents(fields_of(merged, schema), schema);
    Json pruned = remove_fields(merged, last_set, schema);

    // Whatever somebody owns comes back.
    FieldSet owned;
    for (const auto& [manager, entry] : managed) {
        owned = unite(owned, entry.fields);
    }
    const FieldSet kept = unite(with_named_parents(fields_of(pruned, schema), schema),
                                with_named_parents(owned, schema));
    pruned = remove_fields(merged, subtract(merged_set, kept), schema);

    // What this applier never set stays, owned or not.
    const FieldSet pruned_set = with_named_parents(fields_of(pruned, schema), schema);
    const FieldSet gone = intersect(subtract(merged_set, pruned_set), last_set);
    return remove_fields(merged, gone, schema);
}

}  // namespace bestgres::fakekube
