#include "fakekube/crd/custom_resources.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <tuple>
#include <utility>

#include "fakekube/crd/conditions.hpp"
#include "fakekube/crd/strategy.hpp"

namespace bestgres::fakekube {
namespace {

// "v10" before "v2" before "v1" before "v2beta1" before "v1alpha1" before all else, by name.
std::tuple<int, int, int, std::string> rank(const std::string& version) {
    int major = 0;
    int minor = 0;
    char stage[6] = {};
    const int read = std::sscanf(version.c_str(), "v%d%5[a-z]%d", &major, stage, &minor);
    const std::string_view word = stage;
    if (read == 1 && version == fmt::format("v{}", major)) {
        return {0, -major, 0, ""};
    }
    if (read == 3 && (word == "beta" || word == "alpha") &&
        version == fmt::format("v{}{}{}", major, word, minor)) {
        return {word == "beta" ? 1 : 2, -major, -minor, ""};
    }
    return {3, 0, 0, version};
}

std::vector<std::string> texts_of(const Json& list) {
    std::vector<std::string> texts;
    for (const Json& item : list) {
        if (item.is_string()) {
            texts.push_back(item.get<std::string>());
        }
    }
    return texts;
}

std::vector<PrinterColumn> columns_of(const Json& version) {
    std::vector<PrinterColumn> columns;
    for (const Json& column : array_at(version, {"additionalPrinterColumns"})) {
        const std::string path = string_at(column, {"jsonPath"});
        columns.push_back(PrinterColumn{
            .column =
                TableColumn{.name = string_at(column, {"name"}),
                            .type = string_at(column, {"type"}),
                            .format = string_at(column, {"format"}),
                            .description = string_at(
                                column, {"description"},
                                "Custom resource definition column (in JSONPath format): " + path),
                            .priority = find_int(column, {"priority"}).value_or(0)},
            .path = path});
    }
    if (columns.empty()) {
        columns.push_back(PrinterColumn{
            .column =
                TableColumn{
                    .name = "Age", .type = "date", .description = "When this object was created."},
            .path = ".metadata.creationTimestamp"});
    }
    return columns;
}

std::optional<ScalePaths> scale_of(const Json& version) {
    const Json* scale = find(version, {"subresources", "scale"});
    if (scale == nullptr || !scale->is_object()) {
        return std::nullopt;
    }
    return ScalePaths{.spec_replicas = string_at(*scale, {"specReplicasPath"}),
                      .status_replicas = string_at(*scale, {"statusReplicasPath"}),
                      .selector = string_at(*scale, {"labelSelectorPath"})};
}

// The version that people should use: the best one that is served and not deprecated.
std::string best_version(const Json& definition) {
    std::string best;
    for (const Json& version : array_at(definition, {"spec", "versions"})) {
        const std::string name = string_at(version, {"name"});
        const bool is_fit = find_bool(version, {"served"}).value_or(false) &&
                            !find_bool(version, {"deprecated"}).value_or(false);
        if (is_fit && (best.empty() || rank(name) < rank(best))) {
            best = name;
        }
    }
    return best;
}

std::string deprecation_of(const Json& definition, const Json& version, const Resource& resource) {
    if (!find_bool(version, {"deprecated"}).value_or(false)) {
        return "";
    }
    std::string text = fmt::format("{} {} is deprecated", resource.api_version(), resource.kind);
    if (const std::string best = best_version(definition); !best.empty()) {
        text += fmt::format("; use {}/{} {}", resource.group, best, resource.kind);
    }
    return string_at(version, {"deprecationWarning"}, text);
}

Resource resource_of(const Json& definition, const Json& version) {
    const Json& names = object_at(definition, {"status", "acceptedNames"});
    Resource resource{.group = string_at(definition, {"spec", "group"}),
                      .version = string_at(version, {"name"}),
                      .kind = string_at(names, {"kind"}),
                      .list_kind = string_at(names, {"listKind"}),
                      .plural = string_at(names, {"plural"}),
                      .singular = string_at(names, {"singular"}),
                      .short_names = texts_of(array_at(names, {"shortNames"})),
                      .categories = texts_of(array_at(names, {"categories"})),
                      .verbs = {"delete", "deletecollection", "get", "list", "patch", "create",
                                "update", "watch"},
                      .namespaced = string_at(definition, {"spec", "scope"}) == "Namespaced",
                      .subresources = {},
                      .storage_group = std::nullopt,
                      .strategy = nullptr};
    CustomKind kind{.kind = resource.kind,
                    .schema = parse_json_schema(object_at(version, {"schema", "openAPIV3Schema"})),
                    .source = object_at(version, {"schema", "openAPIV3Schema"}),
                    .has_status = find(version, {"subresources", "status"}) != nullptr,
                    .scale = scale_of(version),
                    .columns = columns_of(version),
                    .selectable_fields = {},
                    .deprecation = deprecation_of(definition, version, resource)};
    for (const Json& field : array_at(version, {"selectableFields"})) {
        kind.selectable_fields.push_back(string_at(field, {"jsonPath"}));
    }
    if (kind.has_status) {
        resource.subresources.emplace_back("status");
    }
    if (kind.scale.has_value()) {
        resource.subresources.emplace_back("scale");
    }
    resource.strategy = std::make_shared<const CustomStrategy>(std::move(kind));
    return resource;
}

}  // namespace

Result<std::vector<Resource>> resources_of_crd(const Json& definition) {
    std::vector<Resource> resources;
    if (!has_condition(definition, "Established")) {
        return resources;
    }
    for (const Json& version : array_at(definition, {"spec", "versions"})) {
        if (find_bool(version, {"served"}).value_or(false)) {
            resources.push_back(resource_of(definition, version));
        }
    }
    std::sort(resources.begin(), resources.end(), [](const Resource& left, const Resource& right) {
        return rank(left.version) < rank(right.version);
    });
    return resources;
}

std::string deprecation_warning(const Resource& resource) {
    const auto* custom = dynamic_cast<const CustomStrategy*>(resource.strategy.get());
    return custom == nullptr ? "" : custom->deprecation();
}

}  // namespace bestgres::fakekube
