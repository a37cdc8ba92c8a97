// The rules of one served version of a custom resource, built from its definition.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakekube/crd/json_schema.hpp"
#include "fakekube/crd/rules.hpp"
#include "fakekube/resource.hpp"
#include "lib/base/json.hpp"

namespace bestgres::fakekube {

struct PrinterColumn {
    TableColumn column;
    std::string path;
};

// What a version of a definition says.
struct CustomKind {
    std::string kind;
    JsonSchemaPtr schema;
    Json source;  // the schema as given: what OpenAPI documents publish
    bool has_status = false;
    std::optional<ScalePaths> scale;
    std::vector<PrinterColumn> columns;
    std::vector<std::string> selectable_fields;  // ".spec.color"
    std::string deprecation;                     // of the version; empty: none
};

class CustomStrategy : public Strategy {
public:
    explicit CustomStrategy(CustomKind kind);

    const TypeSchema& schema() const override { return *type_; }
    Result<DecodeReport> decode(Json& object) const override;
    void set_defaults(Json& object) const override;
    FieldErrors validate_create(const Json& object) const override;
    FieldErrors validate_update(const Json& now, const Json& before,
                                std::string_view subresource) const override;
    bool unconditional_update() const override { return false; }
    bool manages_generation() const override { return true; }
    bool changes_generation(const Json& now, const Json& before) const override;
    bool status_takes_metadata() const override { return false; }
    bool is_custom() const override { return true; }
    std::vector<std::string> selectable_fields() const override;
    std::string field_value(const Json& object, std::string_view field) const override;
    std::optional<ScalePaths> scale_paths() const override { return kind_.scale; }
    std::vector<TableColumn> table_columns() const override;
    std::vector<Json> table_cells(const Json& object, Instant now) const override;

    const std::string& deprecation() const { return kind_.deprecation; }
    const Json& source() const { return kind_.source; }

private:
    FieldErrors validate(const Json& object, const Json* before) const;
    FieldErrors validate_scale(const Json& object) const;

    CustomKind kind_;
    SchemaPtr type_;
    Rules rules_;
};

}  // namespace bestgres::fakekube
