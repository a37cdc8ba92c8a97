// The kind CustomResourceDefinition itself.
#include <algorithm>
#include <cctype>
#include <memory>
#include <string>

#include "fakekube/crd/custom_resources.hpp"
#include "fakekube/crd/definition_validation.hpp"
#include "fakekube/kinds/decode.hpp"
#include "fakekube/kinds/types/types.hpp"

namespace bestgres::fakekube {
namespace {

// Schemas are kept as given: they are validated, not decoded.
constexpr std::string_view definition_types = R"(
type CustomResourceDefinitionNames
  plural      string !
  singular    string
  shortNames  []string
  kind        string !
  listKind    string
  categories  []string

type CustomResourceSubresourceScale
  specReplicasPath    string !
  statusReplicasPath  string !
  labelSelectorPath   *string

type CustomResourceSubresources
  status  *any
  scale   *CustomResourceSubresourceScale

type CustomResourceColumnDefinition
  name         string !
  type         string !
  format       string
  description  string
  priority     int32
  jsonPath     string !

type SelectableField
  jsonPath  string !

type CustomResourceValidation
  openAPIV3Schema  *any

type CustomResourceDefinitionVersion
  name                      string !
  served                    bool !
  storage                   bool !
  deprecated                bool
  deprecationWarning        *string
  schema                    *CustomResourceValidation
  subresources              *CustomResourceSubresources
  additionalPrinterColumns  []CustomResourceColumnDefinition
  selectableFields          []SelectableField

type CustomResourceConversion
  strategy  string !
  webhook   *any

type CustomResourceDefinitionSpec
  group                  string !
  names                  CustomResourceDefinitionNames
  scope                  string !
  versions               []CustomResourceDefinitionVersion !
  conversion             *CustomResourceConversion
  preserveUnknownFields  bool

type CustomResourceDefinitionStatus
  conditions      []ObjectCondition map(type) !
  acceptedNames   CustomResourceDefinitionNames
  storedVersions  []string !

kind CustomResourceDefinition
  spec    CustomResourceDefinitionSpec
  status  CustomResourceDefinitionStatus
)";

void default_text(Json& object, const char* name, const std::string& value) {
    if (!value.empty() && string_at(object, {name}).empty()) {
        object[name] = value;
    }
}

class DefinitionStrategy : public Strategy {
public:
    explicit DefinitionStrategy(SchemaPtr type) : type_(std::move(type)) {}

    const TypeSchema& schema() const override { return *type_; }

    Result<DecodeReport> decode(Json& object) const override {
        return decode_object(object, *type_);
    }

    void set_defaults(Json& object) const override {
        Json& spec = object["spec"];
        if (!spec.is_object()) {
            return;
        }
        Json& names = spec["names"];
        if (names.is_object()) {
            const std::string kind = string_at(names, {"kind"});
            default_text(names, "singular", lower_case(kind));
            default_text(names, "listKind", kind.empty() ? "" : kind + "List");
        }
        if (find(spec, {"conversion"}) == nullptr) {
            spec["conversion"] = {{"strategy", "None"}};
        }
    }

    void prepare_create(Json& object) const override {
        Json stored = Json::array();
        if (const Json* version = storage_version(object)) {
            stored.push_back(string_at(*version, {"name"}));
        }
        object["status"] = {{"conditions", nullptr},
                            {"acceptedNames", {{"plural", ""}, {"kind", ""}}},
                            {"storedVersions", std::move(stored)}};
    }

    void prepare_update(Json& now, const Json&, std::string_view) const override {
        const Json* version = storage_version(now);
        Json& stored = now["status"]["storedVersions"];
        if (version == nullptr || !stored.is_array()) {
            return;
        }
        const Json name = string_at(*version, {"name"});
        if (std::find(stored.begin(), stored.end(), name) == stored.end()) {
            stored.push_back(name);
        }
    }

    FieldErrors validate_create(const Json& object) const override {
        return validate_definition(object);
    }

    FieldErrors validate_update(const Json& now, const Json& before,
                                std::string_view subresource) const override {
        return subresource == "status" ? FieldErrors{} : validate_definition_update(now, before);
    }

    bool manages_generation() const override { return true; }
    bool unconditional_update() const override { return false; }
    bool returns_deleted_object() const override { return true; }

    std::vector<TableColumn> table_columns() const override { return Strategy::table_columns(); }

private:
    SchemaPtr type_;
};

}  // namespace

Resource custom_resource_definition() {
    Types types;
    add_types(types, meta_types());
    add_types(types, definition_types);
    return Resource{.group = "apiextensions.k8s.io",
                    .version = "v1",
                    .kind = "CustomResourceDefinition",
                    .list_kind = "CustomResourceDefinitionList",
                    .plural = "customresourcedefinitions",
                    .singular = "customresourcedefinition",
                    .short_names = {"crd", "crds"},
                    .categories = {"api-extensions"},
                    .verbs = {},
                    .namespaced = false,
                    .subresources = {"status"},
                    .storage_group = std::nullopt,
                    .strategy = std::make_shared<const DefinitionStrategy>(
                        types.at("CustomResourceDefinition"))};
}

}  // namespace bestgres::fakekube
