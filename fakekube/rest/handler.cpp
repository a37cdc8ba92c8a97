#include "fakekube/rest/handler.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "fakekube/api_server.hpp"
#include "fakekube/authentication.hpp"
#include "fakekube/crd/custom_resources.hpp"
#include "fakekube/registry.hpp"
#include "fakekube/rest/encode.hpp"
#include "fakekube/rest/impersonation.hpp"
#include "fakekube/rest/watch.hpp"

namespace bestgres::fakekube {
namespace {

// The group exists in some version.
bool is_served_group(const ServerState& state, std::string_view group) {
    if (group.empty() || group == "authentication.k8s.io" || group == "authorization.k8s.io") {
        return true;
    }
    return std::any_of(state.resources->in_order.begin(), state.resources->in_order.end(),
                       [group](const ResourcePtr& resource) { return resource->group == group; });
}

// Priority and fairness leave these alone.
bool is_long_running(const Route& route) {
    const std::string& part = route.subresource;
    return route.is_resource && (route.verb == "watch" || part == "log" || part == "exec" ||
                                 part == "attach" || part == "portforward" || part == "proxy");
}

Response page_not_found() {
    Response response = text_response(404, "404 page not found\n", "text/plain; charset=utf-8");
    response.headers.emplace_back("X-Content-Type-Options", "nosniff");
    return response;
}

// Custom resources are served by a server behind the built-in one, which answers 404 otherwise.
bool is_custom_group(const ServerState& state, const std::string& group) {
    const std::vector<ResourcePtr>& all = state.resources->in_order;
    return std::any_of(all.begin(), all.end(), [&group](const ResourcePtr& resource) {
        return resource->group == group && resource->strategy->is_custom();
    });
}

bool is_known_method(std::string_view verb) {
    return !verb.empty();
}

Outcome<Response> dispatch_resource(ServerState& state, Exchange& exchange) {
    const Route& route = exchange.route;
    exchange.resource = find_resource(state, route.group, route.version, route.resource);
    if (std::optional<Outcome<Response>> answer = handle_virtual(state, exchange)) {
        return std::move(*answer);
    }
    if (exchange.resource == nullptr) {
        if (!is_served_group(state, route.group) || is_custom_group(state, route.group)) {
            return page_not_found();
        }
        return unknown_resource();
    }
    const Resource& resource = *exchange.resource;
    const bool is_misplaced =
        resource.namespaced ? !route.has_ns && !route.name.empty() : route.has_ns;
    if (is_misplaced && resource.strategy->is_custom()) {
        return page_not_found();
    }
    if (is_misplaced) {
        return unknown_resource();
    }
    if (!is_known_method(route.verb) || exchange.request.method == "HEAD") {
        return method_not_allowed();
    }
    if (!route.subresource.empty()) {
        return handle_subresource(state, exchange);
    }
    return handle_resource(state, exchange);
}

Outcome<Response> dispatch(ServerState& state, Exchange& exchange) {
    const Outcome<User> user = authenticate(state, exchange.request, exchange.now);
    if (!user.ok()) {
        return user.error();
    }
    Outcome<User> acting = impersonate(state, exchange.request, *user);
    if (!acting.ok()) {
        return acting.error();
    }
    exchange.user = *std::move(acting);
    const Attributes asked = authorized_attributes(exchange.route, exchange.query);
    BG_TRY(authorize(state, exchange.user, asked));
    if (exchange.route.is_resource) {
        return dispatch_resource(state, exchange);
    }
    return handle_path(state, exchange);
}

}  // namespace

Outcome<Done> authorize(ServerState& state, const User& user, const Attributes& asked) {
    const bool allowed = !state.options.authorize || is_allowed(state.grants(), user, asked);
    state.audit.add(user.name, asked, allowed);
    if (!allowed) {
        return forbidden_request(user, asked);
    }
    return Done{};
}

Response handle_request(ServerState& state, const Request& request, Instant now) {
    Exchange exchange{.request = request, .query = parse_query(request.query), .now = now};
    exchange.route = parse_route(request, exchange.query);
    const Outcome<Format> negotiated =
        negotiate(request, exchange.query, exchange.route.is_resource);
    const std::string_view accept = find_header(request.headers, "Accept").value_or("");
    exchange.format = negotiated.ok() ? *negotiated : Format{.yaml = accept == "application/yaml"};
    Outcome<Response> answer = dispatch(state, exchange);
    if (answer.ok() && !negotiated.ok() && answer->body.empty() && answer->watch) {
        answer = negotiated.error();
    }
    Response response =
        answer.ok() ? std::move(*answer) : status_response(answer.error(), exchange.format);
    if (exchange.resource != nullptr) {
        const std::string warning = deprecation_warning(*exchange.resource);
        add_warnings(response, warning.empty() ? std::vector<std::string>()
                                               : std::vector<std::string>{warning});
    }
    if (response.status != 401 && !is_long_running(exchange.route)) {
        add_common_headers(response);
    } else {
        response.headers.emplace_back("Cache-Control", "no-cache, private");
    }
    if (response.status == 403 && response.body.find(" cannot ") != std::string::npos) {
        response.headers.emplace_back("X-Content-Type-Options", "nosniff");
    }
    if (request.method == "HEAD") {
        response.body.clear();
    }
    return response;
}

ObjectKey key_of(const Exchange& exchange) {
    return {.ns = exchange.resource->namespaced ? exchange.route.ns : std::string(),
            .name = exchange.route.name};
}

RequestContext context_of(const Exchange& exchange, WriteOptions options) {
    return {.now = exchange.now,
            .user = exchange.user,
            .options = std::move(options),
            .subresource = exchange.route.subresource};
}

Outcome<Response> written_response(const Exchange& exchange, const Written& written) {
    Outcome<Response> response =
        object_response(written.created ? 201 : 200, *exchange.resource, written.object,
                        {exchange.format, exchange.now, first(exchange.query, "includeObject")});
    if (response.ok()) {
        add_warnings(*response, written.warnings);
    }
    return response;
}

Response ApiServer::handle(const Request& request, Instant now) {
    return handle_request(state_, request, now);
}

WatchChunk ApiServer::poll(WatchStream& stream, Instant now) const {
    return poll_watch(state_, stream, now);
}

Outcome<User> ApiServer::authenticate(const Request& request, Instant now) const {
    return fakekube::authenticate(state_, request, now);
}

}  // namespace bestgres::fakekube
