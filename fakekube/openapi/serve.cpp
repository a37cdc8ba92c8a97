#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "fakekube/openapi/openapi.hpp"
#include "lib/base/hash.hpp"

namespace bestgres::fakekube {
namespace {

// Asked for with "@", which no media type may contain: old clients cannot parse it in an answer.
constexpr std::string_view protobuf_v2 =
    "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

struct Document {
    std::string body;
    std::string_view type;
};

bool is_same_name(std::string_view left, std::string_view right) {
    const auto lower = [](char byte) {
        return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
    };
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [&lower](char a, char b) { return lower(a) == lower(b); });
}

std::string_view header_of(const Request& request, std::string_view name) {
    for (const auto& header : request.headers) {
        if (is_same_name(header.first, name)) {
            return header.second;
        }
    }
    return "";
}

// kubectl writes the name with "@" or, newer, with ".".
bool asks_for_protobuf(const Request& request) {
    const std::string_view accept = header_of(request, "Accept");
    return accept.find("proto-openapi.spec.v2") != std::string_view::npos;
}

Response answer(const Request& request, Document document) {
    const std::string tag = fmt::format("\"{}\"", to_hex(hash_text(document.body)));
    Response response;
    response.headers = {{"Etag", tag}, {"Vary", "Accept-Encoding"}, {"Vary", "Accept"}};
    if (header_of(request, "If-None-Match") == tag) {
        response.status = 304;
        return response;
    }
    response.headers.emplace_back("Content-Type", document.type);
    response.body = std::move(document.body);
    return response;
}

std::string path_of(const Resource& resource) {
    return resource.group.empty() ? fmt::format("api/{}", resource.version)
                                  : fmt::format("apis/{}/{}", resource.group, resource.version);
}

std::set<std::string> paths_of(const std::vector<ResourcePtr>& resources) {
    std::set<std::string> paths;
    for (const ResourcePtr& resource : resources) {
        paths.insert(path_of(*resource));
    }
    return paths;
}

Json index_of(const std::vector<ResourcePtr>& resources, std::string_view version) {
    Json paths = Json::object();
    for (const std::string& path : paths_of(resources)) {
        const std::string body = dump(openapi_v3(resources, path, version));
        paths[path] = {{"serverRelativeURL",
                        fmt::format("/openapi/v3/{}?hash={}", path, to_hex(hash_text(body)))}};
    }
    return {{"paths", std::move(paths)}};
}

}  // namespace

std::optional<Response> serve_openapi(const Request& request,
                                      const std::vector<ResourcePtr>& resources,
                                      std::string_view version) {
    constexpr std::string_view root = "/openapi/v3/";
    if (request.path == "/openapi/v2") {
        const Json document = openapi_v2(resources, version);
        return answer(request,
                      asks_for_protobuf(request)
                          ? Document{.body = openapi_v2_protobuf(document), .type = protobuf_v2}
                          : Document{.body = dump(document), .type = "application/json"});
    }
    if (request.path == "/openapi/v3" || request.path == root) {
        return answer(request, Document{.body = dump(index_of(resources, version)),
                                        .type = "application/json"});
    }
    if (request.path.rfind(root, 0) != 0) {
        return std::nullopt;
    }
    const std::string path = request.path.substr(root.size());
    if (paths_of(resources).count(path) == 0) {
        Response missing;
        missing.status = 404;
        missing.headers = {{"Content-Type", "text/plain; charset=utf-8"}};
        missing.body = "404 page not found\n";
        return missing;
    }
    return answer(request, Document{.body = dump(openapi_v3(resources, path, version)),
                                    .type = "application/json"});
}

}  // namespace bestgres::fakekube
