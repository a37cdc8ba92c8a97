#include "fakekube/server/wire.hpp"

#include <utility>

#include "lib/base/json.hpp"
#include "lib/http/url.hpp"

namespace bestgres::fakekube {

Headers to_api_headers(const http::Headers& headers) {
    Headers out;
    out.reserve(headers.entries().size());
    for (const http::Header& header : headers.entries()) {
        out.emplace_back(header.name, header.value);
    }
    return out;
}

Request to_api_request(http::ServerRequest request) {
    http::Target target = http::split_target(request.request.target);
    Request out;
    out.method = std::move(request.request.method);
    out.path = std::move(target.path);
    out.query = std::move(target.query);
    out.headers = to_api_headers(request.request.headers);
    out.body = std::move(request.request.body);
    if (request.client_certificate) {
        out.client = VerifiedClient{.name = std::move(request.client_certificate->common_name),
                                    .groups = std::move(request.client_certificate->organizations)};
    }
    return out;
}

http::Response to_http_response(Response response) {
    http::Response out;
    out.status = response.status;
    for (auto& [name, value] : response.headers) {
        out.headers.add(std::move(name), std::move(value));
    }
    out.body = std::move(response.body);
    return out;
}

Response proxy_failure(const NodeProxy& target, const std::string& why) {
    const std::string message = "Get \"https://" + target.address + ":" +
                                std::to_string(target.port) + target.path + "\": " + why;
    Response response;
    response.status = 500;
    response.headers = {{"Content-Type", "application/json"}};
    response.body = dump({{"apiVersion", "v1"},
                          {"kind", "Status"},
                          {"metadata", Json::object()},
                          {"status", "Failure"},
                          {"message", message},
                          {"code", 500}}) +
                    "\n";
    return response;
}

}  // namespace bestgres::fakekube
