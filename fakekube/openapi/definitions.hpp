// The models of kinds as OpenAPI schemas: what kubectl validates, explains and patches with.
#pragma once

#include <string>
#include <string_view>

#include "fakekube/resource.hpp"
#include "fakekube/type_schema.hpp"
#include "lib/base/json.hpp"

namespace bestgres::fakekube {

enum class Dialect { swagger_2, open_api_3 };

// "io.k8s.api.apps.v1.StatefulSet", "com.example.v1.Pg".
std::string definition_name(const Resource& resource);

// Adds the model of the resource and all models it refers to.
void add_definitions(Json& definitions, const Resource& resource, Dialect dialect);

// {"$ref": ...} to a model.
Json reference_to(std::string_view name, Dialect dialect);

}  // namespace bestgres::fakekube
