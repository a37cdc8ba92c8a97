#include "fakekube/kinds/built_in_strategy.hpp"

#include <utility>

#include "fakekube/kinds/decode.hpp"
#include "lib/base/check.hpp"

namespace bestgres::fakekube {
namespace {

Json zero_status(const TypeSchema& schema) {
    const TypeSchema* status = find_field(schema, "status");
    if (status == nullptr) {
        return nullptr;
    }
    Json value = Json::object();
    BG_CHECK(decode_object(value, *status).ok(), "an empty status decodes");
    apply_schema_defaults(value, *status);
    return value;
}

}  // namespace

BuiltInStrategy::BuiltInStrategy(SchemaPtr schema, KindRules rules)
    : schema_(std::move(schema)), rules_(std::move(rules)), zero_status_(zero_status(*schema_)) {}

Result<DecodeReport> BuiltInStrategy::decode(Json& object) const {
    return decode_object(object, *schema_);
}

void BuiltInStrategy::set_defaults(Json& object) const {
    apply_schema_defaults(object, *schema_);
    if (rules_.set_defaults != nullptr) {
        rules_.set_defaults(object);
    }
}

Result<DecodeReport> BuiltInStrategy::decode_update(Json& object, const Json& stored) const {
    return decode_changes(object, *schema_, stored);
}

void BuiltInStrategy::set_update_defaults(Json& object, const Json& stored) const {
    apply_schema_defaults(object, *schema_, stored);
    if (rules_.set_defaults != nullptr) {
        rules_.set_defaults(object);
    }
}

void BuiltInStrategy::prepare_create(Json& object) const {
    if (!zero_status_.is_null()) {
        object["status"] = zero_status_;
    }
    if (rules_.prepare_create != nullptr) {
        rules_.prepare_create(object);
    }
}

void BuiltInStrategy::prepare_update(Json& now, const Json& before,
                                     std::string_view subresource) const {
    if (rules_.prepare_update != nullptr) {
        rules_.prepare_update(now, before, subresource);
    }
}

FieldErrors BuiltInStrategy::validate_create(const Json& object) const {
    return rules_.validate_create == nullptr ? FieldErrors() : rules_.validate_create(object);
}

FieldErrors BuiltInStrategy::validate_update(const Json& now, const Json& before,
                                             std::string_view subresource) const {
    if (rules_.validate_update != nullptr) {
        return rules_.validate_update(now, before, subresource);
    }
    return subresource.empty() ? validate_create(now) : FieldErrors();
}

std::optional<std::int64_t> BuiltInStrategy::graceful_seconds(
    const Json& object, std::optional<std::int64_t> requested) const {
    if (rules_.graceful_seconds == nullptr) {
        return std::nullopt;
    }
    return rules_.graceful_seconds(object, requested);
}

std::vector<std::string> BuiltInStrategy::selectable_fields() const {
    return rules_.selectable_fields;
}

std::string BuiltInStrategy::field_value(const Json& object, std::string_view field) const {
    return rules_.field_value == nullptr ? Strategy::field_value(object, field)
                                         : rules_.field_value(object, field);
}

std::vector<TableColumn> BuiltInStrategy::table_columns() const {
    return rules_.columns == nullptr ? Strategy::table_columns() : rules_.columns();
}

std::vector<Json> BuiltInStrategy::table_cells(const Json& object, Instant now) const {
    return rules_.cells == nullptr ? Strategy::table_cells(object, now) : rules_.cells(object, now);
}

}  // namespace bestgres::fakekube
