// Between the two libraries' requests and responses.
#pragma once

#include <string>

#include "fakekube/request.hpp"
#include "lib/http/message.hpp"
#include "lib/http/server.hpp"

namespace bestgres::fakekube {

Headers to_api_headers(const http::Headers& headers);
Request to_api_request(http::ServerRequest request);
http::Response to_http_response(Response response);

// What an API server answers when the node of a pod cannot be asked.
Response proxy_failure(const NodeProxy& target, const std::string& why);

}  // namespace bestgres::fakekube
