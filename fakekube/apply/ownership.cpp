#include "fakekube/apply/ownership.hpp"

#include <utility>

namespace bestgres::fakekube {
namespace {

bool is_entry_of(const Json& entry, const Manager& manager) {
    return string_at(entry, {"manager"}) == manager.name &&
           string_at(entry, {"operation"}) == (manager.applies ? "Apply" : "Update") &&
           string_at(entry, {"subresource"}) == manager.subresource &&
           (manager.applies || string_at(entry, {"apiVersion"}) == manager.api_version);
}

// Whether FieldsV1 holds all members of `set`, as leaves.
bool holds_leaves(const Json& fields, const FieldSet& set) {
    for (const auto& [element, child] : set.children) {
        const auto found = fields.find(element);
        if (found == fields.end() || (child.is_member && !found->empty()) ||
            !holds_leaves(*found, child)) {
            return false;
        }
    }
    return true;
}

// Whether FieldsV1 knows the path of any member of `set`.
bool touches(const Json& fields, const FieldSet& set) {
    for (const auto& [element, child] : set.children) {
        const auto found = fields.find(element);
        if (found != fields.end() && (child.is_member || touches(*found, child))) {
            return true;
        }
    }
    return false;
}

}  // namespace

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
    for (auto& [manager, entry] : managed) {
        if (manager != writer) {
            remove_from(entry.fields, change.modified);
            remove_from(entry.fields, change.added);
            remove_from(entry.fields, change.removed);
        }
    }
    std::erase_if(managed, [](const auto& entry) { return entry.second.fields.empty(); });
}

void own_update(Managed& managed, const UpdateChange& update) {
    const auto found = managed.find(update.writer);
    const FieldSet before = found == managed.end() ? FieldSet{} : found->second.fields;
    const Comparison& change = update.change;
    FieldSet after = before;
    add_to(after, change.modified);
    add_to(after, change.added);
    remove_from(after, change.removed);
    remove_from(after, unowned_fields());
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

bool keeps_owners(const Json& managed_fields, const Manager& writer, const Comparison& change) {
    if (!change.added.empty() || !change.removed.empty()) {
        return false;
    }
    bool owned = change.modified.empty();
    for (const Json& entry : managed_fields) {
        const Json& fields = object_at(entry, {"fieldsV1"});
        if (is_entry_of(entry, writer)) {
            owned = owned || holds_leaves(fields, change.modified);
        } else if (touches(fields, change.modified)) {
            return false;
        }
    }
    return owned;
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
