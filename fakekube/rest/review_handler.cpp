#include <fmt/format.h>

#include <array>
#include <utility>

#include "fakekube/admission.hpp"
#include "fakekube/authentication.hpp"
#include "fakekube/registry.hpp"
#include "fakekube/rest/body.hpp"
#include "fakekube/rest/encode.hpp"
#include "fakekube/rest/handler.hpp"
#include "fakekube/rest/virtual_resources.hpp"

namespace bestgres::fakekube {
namespace {

Attributes attributes_of(const Json& spec) {
    const Json& resource = object_at(spec, {"resourceAttributes"});
    if (!resource.empty()) {
        return {.verb = string_at(resource, {"verb"}),
                .group = string_at(resource, {"group"}),
                .resource = string_at(resource, {"resource"}),
                .subresource = string_at(resource, {"subresource"}),
                .ns = string_at(resource, {"namespace"}),
                .name = string_at(resource, {"name"})};
    }
    return {.verb = string_at(spec, {"nonResourceAttributes", "verb"}),
            .path = string_at(spec, {"nonResourceAttributes", "path"})};
}

User user_of_spec(const Json& spec) {
    User user{.name = string_at(spec, {"user"}), .uid = string_at(spec, {"uid"})};
    for (const Json& group : array_at(spec, {"groups"})) {
        if (group.is_string()) {
            user.groups.push_back(group.get<std::string>());
        }
    }
    return user;
}

Json review(std::string_view kind, std::string_view group, const Json& spec, Json status) {
    Json answer = {{"kind", kind},
                   {"apiVersion", std::string(group) + "/v1"},
                   {"metadata", {{"creationTimestamp", nullptr}}},
                   {"status", std::move(status)}};
    if (!spec.is_null()) {
        answer["spec"] = spec;
    }
    return answer;
}

Outcome<Done> check_attributes(const Json& spec) {
    const bool of_resource = object_at(spec, {"resourceAttributes"}).size() > 0;
    const bool of_path = object_at(spec, {"nonResourceAttributes"}).size() > 0;
    if (of_resource != of_path) {
        return Done{};
    }
    return invalid("authorization.k8s.io", "", "",
                   {invalid("spec.resourceAttributes", "null",
                            "exactly one of nonResourceAttributes or resourceAttributes must be "
                            "specified")});
}

Outcome<Response> review_access(const ServerState& state, const Exchange& exchange,
                                std::string_view kind, const Json& body) {
    const Json& spec = object_at(body, {"spec"});
    BG_TRY(check_attributes(spec));
    const User user = kind == "SelfSubjectAccessReview" ? exchange.user : user_of_spec(spec);
    const bool allowed =
        !state.options.authorize || is_allowed(state.grants(), user, attributes_of(spec));
    Json answer = review(kind, "authorization.k8s.io", spec, {{"allowed", allowed}});
    return json_response(201, answer, exchange.format);
}

Outcome<Response> review_rules(const ServerState& state, const Exchange& exchange,
                               const Json& body) {
    const std::string ns = string_at(body, {"spec", "namespace"});
    if (ns.empty()) {
        return bad_request("no namespace on request");
    }
    Json resources = Json::array();
    Json paths = Json::array();
    for (const Json& rule : rules_for(state.grants(), exchange.user, ns)) {
        (array_at(rule, {"nonResourceURLs"}).empty() ? resources : paths).push_back(rule);
    }
    return json_response(
        201,
        review("SelfSubjectRulesReview", "authorization.k8s.io", object_at(body, {"spec"}),
               {{"resourceRules", std::move(resources)},
                {"nonResourceRules", std::move(paths)},
                {"incomplete", false}}),
        exchange.format);
}

Json user_json(const User& user) {
    Json json = {{"username", user.name}, {"groups", user.groups}};
    if (!user.uid.empty()) {
        json["uid"] = user.uid;
    }
    return json;
}

Response review_token(const ServerState& state, const Exchange& exchange, const Json& body) {
    const std::optional<User> user =
        user_of_token(state, string_at(body, {"spec", "token"}), exchange.now);
    Json status = {{"user", Json::object()}};
    if (user) {
        status = {{"authenticated", true}, {"user", user_json(*user)}};
    }
    return json_response(201,
                         review("TokenReview", "authentication.k8s.io", object_at(body, {"spec"}),
                                std::move(status)),
                         exchange.format);
}

Outcome<Response> answer_review(ServerState& state, Exchange& exchange,
                                const VirtualResource& resource) {
    const Outcome<Json> body = read_subresource_body(exchange.request, resource.kind);
    if (!body.ok()) {
        return body.error();
    }
    if (resource.kind == "TokenReview") {
        return review_token(state, exchange, *body);
    }
    if (resource.kind == "SelfSubjectReview") {
        return json_response(201,
                             review(resource.kind, "authentication.k8s.io", nullptr,
                                    {{"userInfo", user_json(exchange.user)}}),
                             exchange.format);
    }
    if (resource.kind == "SelfSubjectRulesReview") {
        return review_rules(state, exchange, *body);
    }
    if (resource.kind == "Binding") {
        const Outcome<WriteOptions> options =
            read_write_options(exchange.request, exchange.query, "CreateOptions");
        if (!options.ok()) {
            return options.error();
        }
        BG_TRY(bind_pod(state, context_of(exchange, *options),
                        {.ns = exchange.route.ns, .name = string_at(*body, {"metadata", "name"})},
                        *body));
        return json_response(201,
                             {{"kind", "Status"},
                              {"apiVersion", "v1"},
                              {"metadata", Json::object()},
                              {"status", "Success"},
                              {"code", 201}},
                             exchange.format);
    }
    return review_access(state, exchange, resource.kind, *body);
}

}  // namespace

const std::vector<VirtualResource>& virtual_resources() {
    static const std::vector<VirtualResource> resources = {
        {"", "v1", "bindings", "Binding", true},
        {"authentication.k8s.io", "v1", "selfsubjectreviews", "SelfSubjectReview", false},
        {"authentication.k8s.io", "v1", "tokenreviews", "TokenReview", false},
        {"authorization.k8s.io", "v1", "localsubjectaccessreviews", "LocalSubjectAccessReview",
         true},
        {"authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview",
         false},
        {"authorization.k8s.io", "v1", "selfsubjectrulesreviews", "SelfSubjectRulesReview", false},
        {"authorization.k8s.io", "v1", "subjectaccessreviews", "SubjectAccessReview", false}};
    return resources;
}

std::optional<Outcome<Response>> handle_virtual(ServerState& state, Exchange& exchange) {
    const Route& route = exchange.route;
    for (const VirtualResource& resource : virtual_resources()) {
        if (resource.group != route.group || resource.version != route.version ||
            resource.plural != route.resource) {
            continue;
        }
        if (!route.name.empty() || route.has_ns != resource.namespaced) {
            return Outcome<Response>(unknown_resource());
        }
        if (route.verb != "create") {
            return Outcome<Response>(method_not_allowed());
        }
        return answer_review(state, exchange, resource);
    }
    return std::nullopt;
}

}  // namespace bestgres::fakekube
