// The documents by which kubectl knows the kinds: /openapi/v2 (JSON and protobuf) and /openapi/v3.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakekube/request.hpp"
#include "fakekube/resource.hpp"
#include "lib/base/json.hpp"

namespace bestgres::fakekube {

// Answers GETs below /openapi with content negotiation, ETag and 304; nothing for other paths.
// `version` is the Kubernetes version that the documents name.
std::optional<Response> serve_openapi(const Request& request,
                                      const std::vector<ResourcePtr>& resources,
                                      std::string_view version);

// The Swagger 2.0 document of all resources.
Json openapi_v2(const std::vector<ResourcePtr>& resources, std::string_view version);
// The OpenAPI 3.0 document of one group and version ("api/v1", "apis/apps/v1").
Json openapi_v3(const std::vector<ResourcePtr>& resources, std::string_view path,
                std::string_view version);
// A Swagger document as gnostic's protobuf: what kubectl asks of /openapi/v2.
std::string openapi_v2_protobuf(const Json& document);

}  // namespace bestgres::fakekube
