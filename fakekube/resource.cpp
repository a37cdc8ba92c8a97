#include "fakekube/resource.hpp"

#include <algorithm>

namespace bestgres::fakekube {
namespace {

// ".spec.replicas" or "spec.replicas"; null where any part is absent.
const Json* find_dotted(const Json& object, std::string_view path) {
    const Json* at = &object;
    while (!path.empty()) {
        const std::size_t dot = path.find('.');
        const std::string_view part = path.substr(0, dot);
        path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
        if (part.empty()) {
            continue;
        }
        if (!at->is_object() || !at->contains(part)) {
            return nullptr;
        }
        at = &(*at)[part];
    }
    return at;
}

bool has(const std::vector<std::string>& values, std::string_view value) {
    return std::find(values.begin(), values.end(), value) != values.end();
}

bool is_outside_spec(std::string_view key) {
    return key == "metadata" || key == "status" || key == "apiVersion" || key == "kind";
}

}  // namespace

Result<DecodeReport> Strategy::decode(Json&) const {
    return DecodeReport{};
}

void Strategy::set_defaults(Json&) const {}

Result<DecodeReport> Strategy::decode_update(Json& object, const Json&) const {
    return decode(object);
}

void Strategy::set_update_defaults(Json& object, const Json&) const {
    set_defaults(object);
}

void Strategy::prepare_create(Json&) const {}

void Strategy::prepare_update(Json&, const Json&, std::string_view) const {}

FieldErrors Strategy::validate_create(const Json&) const {
    return {};
}

FieldErrors Strategy::validate_update(const Json&, const Json&, std::string_view) const {
    return {};
}

bool Strategy::changes_generation(const Json& now, const Json& before) const {
    for (const auto& [key, value] : now.items()) {
        if (!is_outside_spec(key) && (!before.contains(key) || before[key] != value)) {
            return true;
        }
    }
    for (const auto& [key, value] : before.items()) {
        if (!is_outside_spec(key) && !now.contains(key)) {
            return true;
        }
    }
    return false;
}

std::optional<std::int64_t> Strategy::graceful_seconds(const Json&,
                                                       std::optional<std::int64_t>) const {
    return std::nullopt;
}

std::string Strategy::field_value(const Json& object, std::string_view field) const {
    const Json* value = find_dotted(object, field);
    if (value == nullptr || value->is_null()) {
        return "";
    }
    return value->is_string() ? value->get<std::string>() : dump(*value);
}

std::vector<TableColumn> Strategy::table_columns() const {
    return {{.name = "Name",
             .type = "string",
             .format = "name",
             .description = "Name must be unique within a namespace."},
            {.name = "Created At",
             .type = "date",
             .description = "CreationTimestamp is a timestamp representing the server time when "
                            "this object was created."}};
}

std::vector<Json> Strategy::table_cells(const Json& object, Instant) const {
    return {string_at(object, {"metadata", "name"}),
            string_at(object, {"metadata", "creationTimestamp"})};
}

std::string Resource::api_version() const {
    return group.empty() ? version : group + "/" + version;
}

std::string Resource::qualified_plural() const {
    return group.empty() ? plural : plural + "." + group;
}

std::string Resource::qualified_kind() const {
    return group.empty() ? kind : kind + "." + group;
}

bool Resource::has_subresource(std::string_view name) const {
    return has(subresources, name);
}

bool Resource::has_verb(std::string_view verb) const {
    return verbs.empty() || has(verbs, verb);
}

bool Resource::is(const kube::Kind& other) const {
    return plural == other.plural && group == other.group;
}

}  // namespace bestgres::fakekube
