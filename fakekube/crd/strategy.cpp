#include "fakekube/crd/strategy.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <utility>

#include "fakekube/crd/json_path.hpp"
#include "fakekube/crd/schema_validation.hpp"
#include "fakekube/crd/shaping.hpp"
#include "fakekube/kinds/decode.hpp"
#include "fakekube/kinds/go_text.hpp"

namespace bestgres::fakekube {
namespace {

// Reads `metadata` of an object into ObjectMeta, as kinds that are Go structs do.
Result<DecodeReport> decode_metadata(Json& owner, const TypeSchema& type) {
    const auto metadata = owner.find("metadata");
    const TypeSchema* known = find_field(type, "metadata");
    if (metadata == owner.end() || known == nullptr) {
        return DecodeReport{};
    }
    TypeSchema frame;
    frame.type = TypeSchema::Type::object;
    frame.fields["metadata"] = type.fields.at("metadata");
    Json framed = {{"metadata", *metadata}};
    Result<DecodeReport> report = decode_object(framed, frame);
    BG_TRY(report);
    Json kept = std::move(framed["metadata"]);
    // The Go type would write an empty creation time; a custom resource has none yet.
    if (const auto created = kept.find("creationTimestamp");
        created != kept.end() && created->is_null()) {
        kept.erase(created);
    }
    *metadata = std::move(kept);
    return report;
}

Result<Done> decode_embedded(Json& value, const TypeSchema& type) {
    if (value.is_array() && type.element != nullptr) {
        for (Json& item : value) {
            BG_TRY(decode_embedded(item, *type.element));
        }
    }
    if (!value.is_object()) {
        return Done{};
    }
    if (type.embedded_resource && value.count("metadata") > 0 && value["metadata"].is_object()) {
        BG_TRY(decode_metadata(value, type));
    }
    for (const auto& entry : value.items()) {
        const TypeSchema* field = find_field(type, entry.key());
        if (field != nullptr && entry.key() != "metadata") {
            BG_TRY(decode_embedded(entry.value(), *field));
        }
    }
    return Done{};
}

// Go's name of the type of a decoded value.
std::string_view go_type(const Json& value) {
    if (value.is_string()) {
        return "string";
    }
    if (value.is_boolean()) {
        return "bool";
    }
    if (value.is_array()) {
        return "[]interface {}";
    }
    return value.is_number_float() ? "float64" : "int64";
}

// Walks ".spec.size"; where something on the way has another type than is needed, the error is
// that of Go's accessor.
Result<const Json*> follow(const Json& object, std::string_view path) {
    const Json* at = &object;
    std::string_view rest = path;
    while (!rest.empty()) {
        rest.remove_prefix(1);
        const std::size_t dot = rest.find('.');
        if (!at->is_object()) {
            return Error{fmt::format(
                "{} accessor error: {} is of the type {}, expected map[string]interface{{}}", path,
                go_text(*at), go_type(*at))};
        }
        const auto found = at->find(rest.substr(0, dot));
        if (found == at->end()) {
            return nullptr;
        }
        at = &*found;
        rest = dot == std::string_view::npos ? std::string_view() : rest.substr(dot);
    }
    return at;
}

void check_count(const Json& object, const std::string& path, FieldErrors& errors) {
    const Result<const Json*> found = follow(object, path);
    if (!found.ok()) {
        errors.push_back(invalid(path, 0, found.error().message));
        return;
    }
    const Json* value = *found;
    if (value == nullptr) {
        return;
    }
    if (!value->is_number_integer()) {
        errors.push_back(invalid(path, 0,
                                 fmt::format("{} accessor error: {} is of the type {}, expected "
                                             "int64",
                                             path, go_text(*value), go_type(*value))));
        return;
    }
    const auto number = value->get<std::int64_t>();
    if (number < 0) {
        errors.push_back(invalid(path, number, "should be a non-negative integer"));
    } else if (number > std::numeric_limits<std::int32_t>::max()) {
        errors.push_back(invalid(path, number, "should be less than or equal to 2147483647"));
    }
}

Json date_cell(const Json& value, Instant now) {
    if (!value.is_string()) {
        return "<unknown>";
    }
    const Result<Instant> at = parse_time(value.get_ref<const std::string&>());
    if (!at.ok()) {
        return "<invalid>";
    }
    return format_age(now - *at);
}

Json cell_of(const Json& value, const std::string& type, Instant now) {
    if (type == "integer") {
        return value.is_number() ? Json(value.get<std::int64_t>()) : Json();
    }
    if (type == "number") {
        return value.is_number() ? Json(value.get<double>()) : Json();
    }
    if (type == "boolean") {
        return value.is_boolean() ? value : Json();
    }
    if (type == "date") {
        return date_cell(value, now);
    }
    return value.is_string() ? value : Json(dump(value));
}

}  // namespace

CustomStrategy::CustomStrategy(CustomKind kind)
    : kind_(std::move(kind)), type_(to_type_schema(*kind_.schema, true)), rules_(*kind_.schema) {}

Result<DecodeReport> CustomStrategy::decode(Json& object) const {
    Result<DecodeReport> report = decode_metadata(object, *type_);
    BG_TRY(report);
    for (std::string& path : prune_unknown(object, *kind_.schema)) {
        report->unknown_fields.push_back(std::move(path));
    }
    for (const auto& [name, field] : type_->fields) {
        if (const auto found = object.find(name); found != object.end() && name != "metadata") {
            BG_TRY(decode_embedded(*found, *field));
        }
    }
    return report;
}

void CustomStrategy::set_defaults(Json& object) const {
    apply_defaults(object, *kind_.schema);
}

FieldErrors CustomStrategy::validate_create(const Json& object) const {
    return validate(object, nullptr);
}

FieldErrors CustomStrategy::validate_update(const Json& now, const Json& before,
                                            std::string_view) const {
    return validate(now, &before);
}

FieldErrors CustomStrategy::validate(const Json& object, const Json* before) const {
    FieldErrors errors;
    if (string_at(object, {"kind"}) != kind_.kind) {
        errors.push_back(
            invalid("kind", string_at(object, {"kind"}), fmt::format("must be {}", kind_.kind)));
    }
    append(errors, validate_schema(object, *kind_.schema, ""));
    append(errors, validate_embedded(object, *kind_.schema, ""));
    append(errors, validate_list_types(object, *kind_.schema, ""));
    // Rules see only values of the right types, as in Kubernetes.
    if (errors.empty()) {
        append(errors, rules_.validate(object, before));
    }
    append(errors, validate_scale(object));
    return errors;
}

FieldErrors CustomStrategy::validate_scale(const Json& object) const {
    FieldErrors errors;
    if (kind_.scale.has_value()) {
        check_count(object, kind_.scale->spec_replicas, errors);
        check_count(object, kind_.scale->status_replicas, errors);
    }
    return errors;
}

bool CustomStrategy::changes_generation(const Json& now, const Json& before) const {
    // Without a status subresource, status is content like everything else.
    const auto content = [this](Json object) {
        for (const char* name : {"metadata", "apiVersion", "kind"}) {
            object.erase(name);
        }
        if (kind_.has_status) {
            object.erase("status");
        }
        return object;
    };
    return content(now) != content(before);
}

std::vector<std::string> CustomStrategy::selectable_fields() const {
    std::vector<std::string> names;
    for (const std::string& path : kind_.selectable_fields) {
        names.push_back(path.substr(path.find_first_not_of('.')));
    }
    return names;
}

std::string CustomStrategy::field_value(const Json& object, std::string_view field) const {
    const std::vector<const Json*> found = find_all(object, fmt::format(".{}", field));
    if (found.empty() || found.front()->is_null()) {
        return "";
    }
    return found.front()->is_string() ? found.front()->get<std::string>() : dump(*found.front());
}

std::vector<TableColumn> CustomStrategy::table_columns() const {
    std::vector<TableColumn> columns = {Strategy::table_columns().front()};
    for (const PrinterColumn& column : kind_.columns) {
        columns.push_back(column.column);
    }
    return columns;
}

std::vector<Json> CustomStrategy::table_cells(const Json& object, Instant now) const {
    std::vector<Json> cells = {string_at(object, {"metadata", "name"})};
    for (const PrinterColumn& column : kind_.columns) {
        const std::vector<const Json*> found = find_all(object, column.path);
        if (found.empty() || found.front()->is_null()) {
            cells.push_back(column.column.type == "date" ? Json("<unknown>") : Json());
            continue;
        }
        cells.push_back(cell_of(*found.front(), column.column.type, now));
    }
    return cells;
}

}  // namespace bestgres::fakekube
