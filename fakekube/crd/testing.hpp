// Words for the tests of custom resources.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fakekube/crd/custom_resources.hpp"
#include "fakekube/field_error.hpp"
#include "lib/base/check.hpp"
#include "lib/base/yaml.hpp"

namespace bestgres::fakekube::testing {

inline Json yaml(std::string_view text) {
    Result<Json> parsed = parse_yaml(text);
    BG_CHECK(parsed.ok(), parsed.error().message);
    return *std::move(parsed);
}

inline Json definition_of(Json schema) {
    Json definition = yaml(R"(
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: pgs.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: pgs, kind: Pg, shortNames: [p]}
  versions: [{name: v1, served: true, storage: true, subresources: {status: {}}}]
)");
    definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"] = std::move(schema);
    return definition;
}

// As the registry does it on create, and its controllers a moment later.
inline Json established(Json definition) {
    const Resource kind = custom_resource_definition();
    kind.strategy->set_defaults(definition);
    kind.strategy->prepare_create(definition);
    accept_names(definition, {}, Instant{});
    return definition;
}

// A custom kind whose spec has this schema.
inline Resource kind_with_spec(std::string_view spec_schema) {
    Json schema = {{"type", "object"}, {"properties", {{"spec", yaml(spec_schema)}}}};
    Result<std::vector<Resource>> resources =
        resources_of_crd(established(definition_of(std::move(schema))));
    BG_CHECK(resources.ok() && resources->size() == 1, "one resource");
    return (*std::move(resources))[0];
}

inline Json custom_object(std::string_view spec) {
    return Json{{"apiVersion", "example.com/v1"},
                {"kind", "Pg"},
                {"metadata", {{"name", "a"}}},
                {"spec", yaml(spec)}};
}

inline std::vector<std::string> texts(const FieldErrors& errors) {
    std::vector<std::string> found;
    for (const FieldError& error : errors) {
        found.push_back(text(error));
    }
    return found;
}

using Texts = std::vector<std::string>;

}  // namespace bestgres::fakekube::testing
