#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "fakekube/openapi/openapi.hpp"
#include "fakekube/rest/discovery.hpp"
#include "fakekube/rest/encode.hpp"
#include "fakekube/rest/handler.hpp"

namespace bestgres::fakekube {
namespace {

constexpr const char* plain = "text/plain; charset=utf-8";

std::vector<std::string> all_paths(const ServerState& state) {
    std::vector<std::string> paths = {"/.well-known/openid-configuration", "/api", "/api/v1",
                                      "/apis", "/apis/"};
    for (const ResourcePtr& resource : state.resources->in_order) {
        if (!resource->group.empty()) {
            paths.push_back("/apis/" + resource->group);
            paths.push_back("/apis/" + resource->api_version());
        }
    }
    for (const char* path : {"/healthz", "/healthz/etcd", "/healthz/log", "/healthz/ping", "/livez",
                             "/livez/etcd", "/livez/ping", "/metrics", "/openapi/v2", "/openapi/v3",
                             "/readyz", "/readyz/etcd", "/readyz/ping", "/version"}) {
        paths.emplace_back(path);
    }
    std::sort(paths.begin(), paths.end());
    paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
    return paths;
}

Response paths_response(const ServerState& state, int status) {
    return text_response(status, dump_pretty({{"paths", all_paths(state)}}), "application/json");
}

// /healthz, /livez and /readyz with their single checks; nothing for other paths.
std::optional<Response> health(const std::string& path, const Query& query) {
    for (const std::string base : {"/healthz", "/livez", "/readyz"}) {
        if (path == base || path == base + "/") {
            std::string body = "ok";
            if (query.count("verbose") > 0) {
                body = "[+]ping ok\n[+]log ok\n[+]etcd ok\n[+]informer-sync ok\n" + base.substr(1) +
                       " check passed\n";
            }
            Response response = text_response(200, std::move(body), plain);
            response.headers.emplace_back("X-Content-Type-Options", "nosniff");
            return response;
        }
        for (const char* check : {"/etcd", "/ping", "/log"}) {
            if (path == base + check) {
                return text_response(200, "ok", plain);
            }
        }
    }
    return std::nullopt;
}

// "/apis/G" and "/apis/G/V"; the parts behind "/apis/".
std::vector<std::string> group_parts(std::string_view path) {
    std::vector<std::string> parts;
    path.remove_prefix(std::min<std::size_t>(path.size(), std::string_view("/apis/").size()));
    while (path.ends_with('/')) {
        path.remove_suffix(1);
    }
    while (!path.empty()) {
        const std::size_t slash = path.find('/');
        parts.emplace_back(path.substr(0, slash));
        path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
    }
    return parts;
}

std::optional<Json> discovery_document(const ServerState& state, const std::string& path) {
    if (path == "/api" || path == "/api/") {
        return api_versions(state);
    }
    if (path == "/apis" || path == "/apis/") {
        return api_group_list(state);
    }
    if (path == "/api/v1" || path == "/api/v1/") {
        return api_resource_list(state, "", "v1");
    }
    if (path == "/version" || path == "/version/") {
        return version_info(state.options.kubernetes_version);
    }
    if (!path.starts_with("/apis/")) {
        return std::nullopt;
    }
    const std::vector<std::string> parts = group_parts(path);
    if (parts.size() == 1) {
        return api_group(state, parts[0]);
    }
    return parts.size() == 2 ? api_resource_list(state, parts[0], parts[1]) : std::nullopt;
}

bool is_root_discovery(const std::string& path) {
    return path == "/api" || path == "/apis" || path == "/api/" || path == "/apis/";
}

Outcome<Response> discovery_response(const ServerState& state, const Exchange& exchange,
                                     const Json& document) {
    const std::string& path = exchange.route.path;
    const std::string aggregated =
        is_root_discovery(path) ? aggregated_discovery_version(exchange.request) : std::string();
    if (!aggregated.empty()) {
        Response response = json_response(
            200,
            api_group_discovery(state, aggregated,
                                path.starts_with("/api") && !path.starts_with("/apis")),
            Format());
        response.headers = {
            {"Content-Type",
             fmt::format("application/json;g=apidiscovery.k8s.io;v={};as=APIGroupDiscoveryList",
                         aggregated)}};
        return response;
    }
    const Outcome<Format> format = negotiate(exchange.request, exchange.query, false);
    if (!format.ok()) {
        return format.error();
    }
    return json_response(200, document, *format);
}

}  // namespace

Outcome<Response> handle_path(const ServerState& state, Exchange& exchange) {
    const std::string& path = exchange.route.path;
    const std::string& method = exchange.request.method;
    const bool is_get = method == "GET" || method == "HEAD";
    if (std::optional<Response> answer = health(path, exchange.query)) {
        return std::move(*answer);
    }
    if (path.starts_with("/openapi/")) {
        if (std::optional<Response> answer = serve_openapi(
                exchange.request, state.resources->in_order, state.options.kubernetes_version)) {
            return std::move(*answer);
        }
    }
    const std::optional<Json> document = discovery_document(state, path);
    if (document && !is_get) {
        return method_not_allowed();
    }
    if (document) {
        return discovery_response(state, exchange, *document);
    }
    if (path.starts_with("/apis/")) {
        const std::vector<std::string> parts = group_parts(path);
        if (parts.size() == 2 && api_group(state, parts[0])) {
            return unknown_resource();
        }
        return text_response(404, "404 page not found\n", plain);
    }
    if (path.starts_with("/api/")) {
        return unknown_resource();
    }
    if (path == "/metrics") {
        return text_response(200,
                             fmt::format("# TYPE fakekube_objects gauge\nfakekube_objects {}\n"
                                         "# TYPE fakekube_version counter\nfakekube_version {}\n",
                                         state.store.size(), state.version),
                             plain);
    }
    return paths_response(state, path == "/" ? 200 : 404);
}

}  // namespace bestgres::fakekube
