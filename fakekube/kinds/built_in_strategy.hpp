// The strategy of a built-in kind: its schema does the general part, plain functions the rest. What
// a kind does not set behaves as the most kinds do.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakekube/resource.hpp"
#include "fakekube/type_schema.hpp"

namespace bestgres::fakekube {

// What is particular about a kind. All functions are stateless; null means nothing to do.
struct KindRules {
    NameRule names = NameRule::dns_subdomain;
    bool unconditional_update = true;
    bool create_on_update = false;
    bool returns_deleted_object = false;
    bool manages_generation = false;
    bool orphans_by_default = false;
    std::vector<std::string> selectable_fields = {};
    std::optional<ScalePaths> scale = {};

    // Defaults that depend on other values; the schema's constants are already there.
    void (*set_defaults)(Json& object) = nullptr;
    // A status of the schema's zero values is already there.
    void (*prepare_create)(Json& object) = nullptr;
    void (*prepare_update)(Json& now, const Json& before, std::string_view subresource) = nullptr;
    FieldErrors (*validate_create)(const Json& object) = nullptr;
    FieldErrors (*validate_update)(const Json& now, const Json& before,
                                   std::string_view subresource) = nullptr;
    std::optional<std::int64_t> (*graceful_seconds)(
        const Json& object, std::optional<std::int64_t> requested) = nullptr;
    std::string (*field_value)(const Json& object, std::string_view field) = nullptr;
    std::vector<TableColumn> (*columns)() = nullptr;
    std::vector<Json> (*cells)(const Json& object, Instant now) = nullptr;
};

class BuiltInStrategy : public Strategy {
public:
    BuiltInStrategy(SchemaPtr schema, KindRules rules);

    const TypeSchema& schema() const override { return *schema_; }
    Result<DecodeReport> decode(Json& object) const override;
    void set_defaults(Json& object) const override;
    Result<DecodeReport> decode_update(Json& object, const Json& stored) const override;
    void set_update_defaults(Json& object, const Json& stored) const override;
    void prepare_create(Json& object) const override;
    void prepare_update(Json& now, const Json& before, std::string_view subresource) const override;
    FieldErrors validate_create(const Json& object) const override;
    FieldErrors validate_update(const Json& now, const Json& before,
                                std::string_view subresource) const override;

    NameRule name_rule() const override { return rules_.names; }
    bool unconditional_update() const override { return rules_.unconditional_update; }
    bool create_on_update() const override { return rules_.create_on_update; }
    bool returns_deleted_object() const override { return rules_.returns_deleted_object; }
    bool manages_generation() const override { return rules_.manages_generation; }
    bool orphans_by_default() const override { return rules_.orphans_by_default; }
    std::optional<std::int64_t> graceful_seconds(
        const Json& object, std::optional<std::int64_t> requested) const override;
    std::vector<std::string> selectable_fields() const override;
    std::string field_value(const Json& object, std::string_view field) const override;
    std::optional<ScalePaths> scale_paths() const override { return rules_.scale; }
    std::vector<TableColumn> table_columns() const override;
    std::vector<Json> table_cells(const Json& object, Instant now) const override;

private:
    SchemaPtr schema_;
    KindRules rules_;
    Json zero_status_;  // null where the kind has no status
};

}  // namespace bestgres::fakekube
