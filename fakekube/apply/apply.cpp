#include "fakekube/apply/apply.hpp"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <utility>

#include "fakekube/apply/managed_fields.hpp"
#include "fakekube/apply/ownership.hpp"
#include "fakekube/apply/typed_value.hpp"

namespace bestgres::fakekube {
namespace {

constexpr std::string_view last_applied = "kubectl.kubernetes.io/last-applied-configuration";
// What owns the fields that were there before anybody tracked them.
constexpr std::string_view before_first_apply = "before-first-apply";

Json without_managed_fields(Json object) {
    if (const auto metadata = object.find("metadata");
        metadata != object.end() && metadata->is_object()) {
        metadata->erase("managedFields");
    }
    return object;
}

const Json& managed_list(const Json& object) {
    const Json* list = find(object, {"metadata", "managedFields"});
    return list == nullptr ? array_at(object, {"metadata", "managedFields"}) : *list;
}

Managed managed_of(const Json& object, const TypeSchema& schema) {
    Managed managed = parse_managed_fields(managed_list(object)).value_or(Managed{});
    for (auto& [manager, entry] : managed) {
        entry.fields = reconcile(entry.fields, schema);
    }
    return managed;
}

// The trees that nobody can own through this door.
FieldSet reset_trees(const Writer& writer) {
    FieldSet trees;
    for (const std::string& name : writer.reset_fields) {
        trees.insert({field_element(name)});
    }
    return trees;
}

Json without_reset_fields(Json object, const Writer& writer) {
    for (const std::string& name : writer.reset_fields) {
        object.erase(name);
    }
    return object;
}

// What a created object is compared with: objects that the kind's Go type always writes exist
// already, so that only what is in them gets owners.
std::optional<Json> zero_of(const TypeSchema& field) {
    using Type = TypeSchema::Type;
    if (field.pointer) {
        return std::nullopt;
    }
    if (field.type == Type::time || field.type == Type::micro_time) {
        return Json();  // creationTimestamp: null
    }
    if (field.omit_empty) {
        return std::nullopt;
    }
    if (field.type == Type::string) {
        return Json("");
    }
    if (field.type == Type::boolean) {
        return Json(false);
    }
    if (field.type == Type::array || field.type == Type::map) {
        return Json();  // containers: null
    }
    return field.type == Type::integer ? std::optional(Json(0)) : std::nullopt;
}

Json empty_object(const TypeSchema& schema, int depth) {
    Json object = Json::object();
    for (const auto& [name, field] : schema.fields) {
        const bool is_value = field->type == TypeSchema::Type::object && !field->pointer;
        if (is_value && depth > 0) {
            object[name] = empty_object(*field, depth - 1);
        } else if (std::optional<Json> zero = zero_of(*field)) {
            object[name] = *std::move(zero);
        }
    }
    return object;
}

Json base_for_create(const TypeSchema& schema) {
    constexpr int deep_enough = 6;  // spec.jobTemplate.spec.template.metadata
    return empty_object(schema, deep_enough);
}

Status conflict_status(const Conflicts& conflicts) {
    std::size_t count = 0;
    std::string listed;
    std::string single;
    Json causes = Json::array();
    for (const auto& [manager, fields] : conflicts) {
        const std::string name = print_manager(manager);
        listed += fmt::format("{}conflicts with {}:", listed.empty() ? "" : "\n", name);
        for (const std::string& path : print_paths(fields)) {
            ++count;
            listed += fmt::format("\n- {}", path);
            single = fmt::format("conflict with {}: {}", name, path);
            causes.push_back(cause_json(Cause{.reason = "FieldManagerConflict",
                                              .message = fmt::format("conflict with {}", name),
                                              .field = path}));
        }
    }
    const std::string message =
        count == 1 ? fmt::format("Apply failed with 1 conflict: {}", single)
                   : fmt::format("Apply failed with {} conflicts: {}", count, listed);
    return Status{.code = 409,
                  .reason = "Conflict",
                  .message = message,
                  .details = Json{{"causes", std::move(causes)}}};
}

Status untyped(const std::vector<std::string>& errors) {
    std::string text = errors.front();
    if (errors.size() > 1) {
        text = "errors:";
        for (const std::string& error : errors) {
            text += fmt::format("\n  {}", error);
        }
    }
    return plain_error(fmt::format("failed to create typed patch object: {}", text));
}

// The fields of the annotation that client-side apply leaves: kubectl may take them over.
FieldSet fields_of_last_applied(const Json& live, const TypeSchema& schema) {
    const std::optional<std::string> text =
        find_string(live, {"metadata", "annotations", last_applied});
    if (!text.has_value()) {
        return {};
    }
    const Result<Json> applied = parse_json(*text);
    return applied.ok() ? subtract(fields_of(*applied, schema), unowned_fields()) : FieldSet{};
}

bool client_side_apply_allows(const ApplyInput& input, const Conflicts& conflicts) {
    if (input.writer.manager != "kubectl") {
        return false;
    }
    const FieldSet allowed = fields_of_last_applied(input.live, input.schema);
    for (const auto& [manager, fields] : conflicts) {
        if (!subtract(fields, allowed).empty()) {
            return false;
        }
    }
    return true;
}

void refresh_last_applied(Json& object, const ApplyInput& input) {
    if (input.writer.manager != "kubectl" ||
        find(object, {"metadata", "annotations", last_applied}) == nullptr) {
        return;
    }
    Json applied = without_managed_fields(input.applied);
    if (const Json* annotations = find(applied, {"metadata", "annotations"});
        annotations != nullptr && annotations->is_object()) {
        applied["metadata"]["annotations"].erase(std::string(last_applied));
    }
    object["metadata"]["annotations"][std::string(last_applied)] = dump(applied) + "\n";
}

void set_managed_fields(Json& object, const Managed& managed) {
    Json list = managed_fields_json(managed);
    if (list.empty()) {
        if (find(object, {"metadata", "managedFields"}) != nullptr) {
            object["metadata"].erase("managedFields");
        }
        return;
    }
    object["metadata"]["managedFields"] = std::move(list);
}

Managed managed_before_apply(const ApplyInput& input, const Json& live) {
    Managed managed = managed_of(input.live, input.schema);
    if (!managed.empty() || input.live.is_null()) {
        return managed;
    }
    const Manager first{.name = std::string(before_first_apply),
                        .applies = false,
                        .api_version = input.writer.api_version,
                        .subresource = ""};
    own_update(managed, UpdateChange{.writer = first,
                                     .api_version = input.writer.api_version,
                                     .change = compare_typed(Json::object(), live, input.schema),
                                     .now = input.now});
    return managed;
}

// Whether the owners so far are those of `before`: the object carries its list or none. Through a
// subresource nobody rewrites the list.
bool keeps_list(const Json& object, const UpdateInput& input) {
    const Json* given = find(object, {"metadata", "managedFields"});
    if (given == nullptr || *given == managed_list(input.before)) {
        return true;
    }
    return !input.writer.subresource.empty() && !asks_for_reset(*given);
}

void set_list(Json& object, const Json& list) {
    const Json* given = find(object, {"metadata", "managedFields"});
    if (list.empty()) {
        if (given != nullptr) {
            object["metadata"].erase("managedFields");
        }
    } else if (given == nullptr || *given != list) {
        object["metadata"]["managedFields"] = list;
    }
}

// [{}] and [] forget all; a list that cannot be read does not count.
Managed owners_so_far(const Json& object, const UpdateInput& input) {
    const Json* given = find(object, {"metadata", "managedFields"});
    if (given != nullptr && asks_for_reset(*given)) {
        return {};
    }
    const bool may_be_given =
        input.writer.subresource.empty() && given != nullptr && parse_managed_fields(*given).ok();
    return managed_of(may_be_given ? object : input.before, input.schema);
}

Comparison change_of(const Json& before, const Json& now, const UpdateInput& input) {
    Comparison change = compare_typed(before, now, input.schema);
    if (!input.writer.reset_fields.empty()) {
        const FieldSet resets = reset_trees(input.writer);
        change.added = subtract_trees(change.added, resets);
        change.modified = subtract_trees(change.modified, resets);
        change.removed = subtract_trees(change.removed, resets);
    }
    if (input.before.is_null()) {
        change.removed = FieldSet{};
    }
    return change;
}

}  // namespace

Outcome<Json> server_side_apply(const ApplyInput& input) {
    if (!array_at(input.applied, {"metadata", "managedFields"}).empty()) {
        return bad_request("metadata.managedFields must be nil");
    }
    const Json live = input.live.is_null() ? Json::object() : without_managed_fields(input.live);
    if (const auto errors = check_typed(input.applied, input.schema); !errors.empty()) {
        return untyped(errors);
    }
    const Json config = without_reset_fields(input.applied, input.writer);
    const Manager writer{.name = input.writer.manager,
                         .applies = true,
                         .api_version = "",
                         .subresource = input.writer.subresource};
    const Managed former = managed_before_apply(input, live);
    Managed managed = former;
    const auto previous = managed.find(writer);
    const FieldSet last = previous == managed.end() ? FieldSet{} : previous->second.fields;
    const std::optional<Instant> last_time =
        previous == managed.end() ? std::nullopt : previous->second.time;

    ManagedEntry entry{.api_version = input.writer.api_version,
                       .fields = subtract(fields_of(config, input.schema), unowned_fields()),
                       .time = last_time};
    managed.insert_or_assign(writer, std::move(entry));
    const Json merged = merge_typed(live, config, input.schema);
    Json result = prune(merged, managed, last, input.schema);

    const Comparison change = compare_typed(live, result, input.schema);
    const Conflicts conflicts = find_conflicts(managed, writer, change);
    if (!input.force && !conflicts.empty() && !client_side_apply_allows(input, conflicts)) {
        return conflict_status(conflicts);
    }
    take_ownership(managed, writer, change);
    refresh_last_applied(result, input);
    if (managed == former && result == live) {
        return input.live;
    }
    if (const auto found = managed.find(writer); found != managed.end()) {
        found->second.time = input.now;
    }
    set_managed_fields(result, managed);
    return result;
}

void track_update(Json& object, const UpdateInput& input) {
    const Manager writer{.name = input.writer.manager,
                         .applies = false,
                         .api_version = input.writer.api_version,
                         .subresource = input.writer.subresource};
    const bool is_create = input.before.is_null();
    Managed managed;
    Comparison change;
    if (!is_create && keeps_list(object, input)) {
        const Json& list = managed_list(input.before);
        set_list(object, list);
        change = change_of(input.before, object, input);
        if (list.empty() || keeps_owners(list, writer, change)) {
            return;
        }
        managed = managed_of(input.before, input.schema);
    } else {
        managed = owners_so_far(object, input);
        object = without_managed_fields(std::move(object));
        if (managed.empty() && !is_create) {
            return;
        }
        change = change_of(
            is_create ? base_for_create(input.schema) : without_managed_fields(input.before),
            object, input);
    }
    take_ownership(managed, writer, change);
    own_update(managed, UpdateChange{.writer = writer,
                                     .api_version = input.writer.api_version,
                                     .change = std::move(change),
                                     .now = input.now});
    cap_updaters(managed);
    set_managed_fields(object, managed);
}

}  // namespace bestgres::fakekube
