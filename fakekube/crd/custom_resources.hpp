// CustomResourceDefinitions: the kind itself, and the resources that a definition brings into
// being. Pure functions: the registry stores definitions, serves their resources and removes them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fakekube/resource.hpp"
#include "fakekube/status.hpp"
#include "lib/base/json.hpp"
#include "lib/base/time.hpp"

namespace bestgres::fakekube {

// customresourcedefinitions.apiextensions.k8s.io/v1, with defaulting and validation: definitions
// that are not structural or whose CEL rules do not compile are refused.
Resource custom_resource_definition();

// One resource per served version of a definition, best version first; none unless the definition
// is established. Objects are stored once: versions differ in apiVersion only (conversion None),
// and all of them share group and plural. A definition that validation let pass always succeeds.
Result<std::vector<Resource>> resources_of_crd(const Json& definition);

// What the API server's own controllers write a moment after a definition was created or updated:
// status.acceptedNames and the conditions NamesAccepted and Established. `others` are all stored
// definitions (this one may be among them). Returns whether `definition` changed.
bool accept_names(Json& definition, const std::vector<const Json*>& others, Instant now);

// Set on a definition that is being deleted while its instances are: condition Terminating. The
// finalizer, which every definition gets on delete, goes once all instances are gone.
inline constexpr std::string_view crd_finalizer = "customresourcecleanup.apiextensions.k8s.io";
void begin_termination(Json& definition, Instant now);

// The Warning header of a deprecated version: "example.com/v1beta1 Pg is deprecated". Empty: none.
std::string deprecation_warning(const Resource& resource);

}  // namespace bestgres::fakekube
