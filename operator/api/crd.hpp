// CustomResourceDefinitions and the reference page, generated from the descriptions.
#pragma once

#include <string>

#include "lib/base/json.hpp"

namespace bestgres::api {

// The CustomResourceDefinition of BGCluster.
Json cluster_crd();

// The file as it is checked in under crds/.
std::string crd_file(const Json& crd);

// docs/reference.md: every field of every kind.
std::string reference_page();

}  // namespace bestgres::api
