#include "fakekube/kinds/checks.hpp"
#include "fakekube/kinds/rules.hpp"
#include "fakekube/kinds/tables/tables.hpp"

namespace bestgres::fakekube {
namespace {

void prepare_namespace(Json& object) {
    object["spec"]["finalizers"] = Json::array({"kubernetes"});
}

// What is not reserved can be allocated.
void default_allocatable(Json& node) {
    Json& status = node["status"];
    if (!is_set(status, "allocatable") && is_set(status, "capacity")) {
        status["allocatable"] = status["capacity"];
    }
}

std::string node_field(const Json& node, std::string_view field) {
    if (field == "spec.unschedulable") {
        return find_bool(node, {"spec", "unschedulable"}).value_or(false) ? "true" : "false";
    }
    return "";
}

// A limit is the default request, a maximum the default limit.
void default_limits(Json& object) {
    if (!is_set(value_of(object, "spec"), "limits")) {
        return;
    }
    for (Json& item : object["spec"]["limits"]) {
        if (text_of(item, "type") != "Container") {
            continue;
        }
        const auto fill = [&item](const char* target, const char* source) {
            const Json values = object_at(item, {source});
            for (const auto& [name, value] : values.items()) {
                if (!is_set(value_of(item, target), name)) {
                    item[target][name] = value;
                }
            }
        };
        fill("default", "max");
        fill("defaultRequest", "default");
        fill("defaultRequest", "min");
    }
}

FieldErrors validate_priority_class(const Json& object) {
    const std::int64_t value = find_int(object, {"value"}).value_or(0);
    const bool is_system = string_at(object, {"metadata", "name"}).starts_with("system-");
    if (!is_system && value > 1000000000) {
        return {
            forbidden("value", "maximum allowed value of a user defined priority is 1000000000")};
    }
    return {};
}

FieldErrors validate_priority_class_update(const Json& now, const Json& before, std::string_view) {
    FieldErrors errors;
    if (value_of(now, "value") != value_of(before, "value")) {
        errors.push_back(forbidden("Value", "may not be changed in an update."));
    }
    append(errors, check_immutable(value_of(now, "preemptionPolicy"),
                                   value_of(before, "preemptionPolicy"), "preemptionPolicy"));
    return errors;
}

FieldErrors validate_runtime_class(const Json& object) {
    const std::string handler = text_of(object, "handler");
    return invalid_each("handler", handler, dns_label_problems(handler));
}

FieldErrors validate_runtime_class_update(const Json& now, const Json& before, std::string_view) {
    return check_immutable(value_of(now, "handler"), value_of(before, "handler"), "handler");
}

}  // namespace

KindRules namespace_rules() {
    return {.names = NameRule::dns_label,
            .returns_deleted_object = true,
            .selectable_fields = {"status.phase"},
            .prepare_create = prepare_namespace,
            .columns = namespace_columns,
            .cells = namespace_cells};
}

KindRules node_rules() {
    return {.selectable_fields = {"spec.unschedulable"},
            .set_defaults = default_allocatable,
            .field_value = node_field,
            .columns = node_columns,
            .cells = node_cells};
}

KindRules limit_range_rules() {
    return {.create_on_update = true, .set_defaults = default_limits};
}

KindRules resource_quota_rules() {
    return {.returns_deleted_object = true, .columns = plain_columns, .cells = plain_cells};
}

KindRules priority_class_rules() {
    return {.manages_generation = true,
            .validate_create = validate_priority_class,
            .validate_update = validate_priority_class_update,
            .columns = priority_class_columns,
            .cells = priority_class_cells};
}

KindRules runtime_class_rules() {
    return {.unconditional_update = false,
            .create_on_update = true,
            .validate_create = validate_runtime_class,
            .validate_update = validate_runtime_class_update};
}

}  // namespace bestgres::fakekube
