#include <fmt/format.h>

#include <utility>

#include "fakekube/authentication.hpp"
#include "fakekube/registry.hpp"
#include "fakekube/rest/body.hpp"
#include "fakekube/rest/encode.hpp"
#include "fakekube/rest/handler.hpp"
#include "fakekube/rest/pod_log.hpp"
#include "fakekube/scale.hpp"

namespace bestgres::fakekube {
namespace {

constexpr std::int64_t default_token_seconds = 3600;
constexpr std::int64_t shortest_token_seconds = 600;

Json success(int code) {
    return {{"kind", "Status"},
            {"apiVersion", "v1"},
            {"metadata", Json::object()},
            {"status", "Success"},
            {"code", code}};
}

// A Status of success in the order that the real one writes: nothing but a code.
Response success_response(const Exchange& exchange) {
    return json_response(201, success(201), exchange.format);
}

Outcome<Response> handle_scale(ServerState& state, Exchange& exchange) {
    const std::string& verb = exchange.route.verb;
    const Resource& resource = *exchange.resource;
    if (verb == "get") {
        const Outcome<kube::Object> object = get_object(state, resource, key_of(exchange));
        if (!object.ok()) {
            return object.error();
        }
        return json_response(200, scale_of(resource, *object), exchange.format);
    }
    const Outcome<WriteOptions> options = read_write_options(
        exchange.request, exchange.query, verb == "patch" ? "PatchOptions" : "UpdateOptions");
    if (!options.ok()) {
        return options.error();
    }
    const RequestContext context = context_of(exchange, *options);
    if (verb == "patch") {
        const Outcome<PatchRequest> patch = read_patch(resource, exchange.request);
        if (!patch.ok()) {
            return patch.error();
        }
        const Outcome<Json> scale =
            patch_scale(state, context, resource, {key_of(exchange), *patch});
        return scale.ok() ? Outcome<Response>(json_response(200, *scale, exchange.format))
                          : scale.error();
    }
    Outcome<Json> body = read_subresource_body(exchange.request, "Scale");
    if (!body.ok()) {
        return std::move(body).error();
    }
    const std::string name = string_at(*body, {"metadata", "name"});
    if (name != exchange.route.name) {
        return bad_request(
            name.empty() ? fmt::format("the name of the object ({} based on URL) was "
                                       "undeterminable: name must be provided",
                                       exchange.route.name)
                         : fmt::format("the name of the object ({}) does not match the name on "
                                       "the URL ({})",
                                       name, exchange.route.name));
    }
    (*body)["metadata"]["namespace"] = exchange.route.ns;
    const Outcome<Json> scale = update_scale(state, context, resource, *body);
    return scale.ok() ? Outcome<Response>(json_response(200, *scale, exchange.format))
                      : scale.error();
}

Outcome<Response> handle_eviction(ServerState& state, Exchange& exchange) {
    const Outcome<Json> body = read_subresource_body(exchange.request, "Eviction");
    if (!body.ok()) {
        return body.error();
    }
    const std::string name = string_at(*body, {"metadata", "name"});
    if (!name.empty() && name != exchange.route.name) {
        return bad_request("name in URL does not match name in Eviction object");
    }
    const Outcome<WriteOptions> write =
        read_write_options(exchange.request, exchange.query, "CreateOptions");
    if (!write.ok()) {
        return write.error();
    }
    const Json& given = object_at(*body, {"deleteOptions"});
    const DeleteOptions options{
        .uid = find_string(given, {"preconditions", "uid"}),
        .resource_version = find_string(given, {"preconditions", "resourceVersion"}),
        .grace_period_seconds = find_int(given, {"gracePeriodSeconds"}),
        .propagation_policy = string_at(given, {"propagationPolicy"}),
        .orphan_dependents = find_bool(given, {"orphanDependents"})};
    BG_TRY(evict_pod(state, context_of(exchange, *write), key_of(exchange), options));
    return success_response(exchange);
}

Outcome<Response> handle_binding(ServerState& state, Exchange& exchange) {
    const Outcome<Json> body = read_subresource_body(exchange.request, "Binding");
    if (!body.ok()) {
        return body.error();
    }
    const Outcome<WriteOptions> write =
        read_write_options(exchange.request, exchange.query, "CreateOptions");
    if (!write.ok()) {
        return write.error();
    }
    BG_TRY(bind_pod(state, context_of(exchange, *write), key_of(exchange), *body));
    return success_response(exchange);
}

// The pod that a token shall be bound to must exist.
Outcome<Done> bind_token(const ServerState& state, const Exchange& exchange, const Json& body,
                         TokenClaims& claims) {
    const std::string pod = string_at(body, {"spec", "boundObjectRef", "name"});
    if (string_at(body, {"spec", "boundObjectRef", "kind"}) != "Pod" || pod.empty()) {
        return Done{};
    }
    const ResourcePtr pods = find_resource(state, "", "v1", "pods");
    const kube::Object* found = find_stored(state, "pods.", exchange.route.ns, pod);
    if (found == nullptr) {
        return not_found(*pods, pod);
    }
    const std::string uid = string_at(body, {"spec", "boundObjectRef", "uid"});
    if (!uid.empty() && uid != found->uid()) {
        return conflict(*pods, pod,
                        fmt::format("the UID in the bound object reference ({}) does not match "
                                    "the UID in record. The object might have been deleted and "
                                    "then recreated",
                                    uid));
    }
    claims.pod = pod;
    claims.pod_uid = std::string(found->uid());
    return Done{};
}

Outcome<Response> handle_token(ServerState& state, Exchange& exchange) {
    Outcome<Json> body = read_subresource_body(exchange.request, "TokenRequest");
    if (!body.ok()) {
        return std::move(body).error();
    }
    const Outcome<kube::Object> account = get_object(state, *exchange.resource, key_of(exchange));
    if (!account.ok()) {
        return account.error();
    }
    const std::int64_t seconds =
        find_int(*body, {"spec", "expirationSeconds"}).value_or(default_token_seconds);
    if (seconds < shortest_token_seconds) {
        return invalid("authentication.k8s.io", "TokenRequest", "",
                       {invalid("spec.expirationSeconds", seconds,
                                "may not specify a duration less than 10 minutes")});
    }
    TokenClaims claims{.ns = exchange.route.ns,
                       .account = exchange.route.name,
                       .account_uid = std::string(account->uid()),
                       .issued = exchange.now,
                       .expires = exchange.now + std::chrono::seconds(seconds)};
    BG_TRY(bind_token(state, exchange, *body, claims));
    Json answer = {{"kind", "TokenRequest"},
                   {"apiVersion", "authentication.k8s.io/v1"},
                   {"metadata",
                    {{"name", claims.account},
                     {"namespace", claims.ns},
                     {"creationTimestamp", format_seconds(exchange.now)}}},
                   {"spec", object_at(*body, {"spec"})},
                   {"status",
                    {{"token", sign_token(state, claims)},
                     {"expirationTimestamp", format_seconds(claims.expires)}}}};
    answer["spec"]["expirationSeconds"] = seconds;
    if (array_at(answer, {"spec", "audiences"}).empty()) {
        answer["spec"]["audiences"] = {"https://kubernetes.default.svc.cluster.local"};
    }
    return json_response(201, answer, exchange.format);
}

bool is_post_only(std::string_view subresource) {
    return subresource == "eviction" || subresource == "binding" || subresource == "token";
}

Outcome<Response> handle_post_only(ServerState& state, Exchange& exchange) {
    if (exchange.route.verb != "create") {
        return method_not_allowed();
    }
    const std::string& subresource = exchange.route.subresource;
    if (subresource == "eviction") {
        return handle_eviction(state, exchange);
    }
    if (subresource == "binding") {
        return handle_binding(state, exchange);
    }
    return handle_token(state, exchange);
}

// status, finalize, resize and the like: the object itself, of which a part is written.
Outcome<Response> handle_part(ServerState& state, Exchange& exchange) {
    const Outcome<Format> format = negotiate(exchange.request, exchange.query, true);
    if (!format.ok()) {
        return format.error();
    }
    exchange.format = *format;
    const std::string& verb = exchange.route.verb;
    if (verb == "get") {
        return handle_object_get(state, exchange);
    }
    if (verb == "update") {
        return handle_update(state, exchange);
    }
    if (verb == "patch") {
        return handle_object_patch(state, exchange);
    }
    return method_not_allowed();
}

}  // namespace

Outcome<Response> handle_subresource(ServerState& state, Exchange& exchange) {
    const std::string& subresource = exchange.route.subresource;
    const Resource& resource = *exchange.resource;
    const bool is_node_call =
        resource.plural == "pods" && resource.group.empty() &&
        (subresource == "log" || subresource == "exec" || subresource == "attach" ||
         subresource == "portforward" || subresource == "proxy");
    if (is_node_call) {
        return handle_pod_connection(state, exchange);
    }
    if (!resource.has_subresource(subresource)) {
        return unknown_resource();
    }
    if (is_post_only(subresource)) {
        return handle_post_only(state, exchange);
    }
    if (subresource == "scale") {
        const std::string& verb = exchange.route.verb;
        if (verb != "get" && verb != "update" && verb != "patch") {
            return method_not_allowed();
        }
        return handle_scale(state, exchange);
    }
    return handle_part(state, exchange);
}

}  // namespace bestgres::fakekube
