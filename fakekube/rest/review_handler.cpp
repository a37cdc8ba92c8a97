#include <fmt/format.h>

#include <array>
#include <utility>

#include "fakekube/admission.hpp"
#include "fakekube/apply/apply.hpp"
#include "fakekube/authentication.hpp"
#include "fakekube/kinds/types/types.hpp"
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

// The review without its answer. What was asked is owned as if it were stored.
Outcome<Json> asked_review(const ServerState& state, const Exchange& exchange,
                           const VirtualResource& resource, const Json& body) {
    static const Types types = built_in_types();
    const Outcome<WriteOptions> options =
        read_write_options(exchange.request, exchange.query, "CreateOptions");
    if (!options.ok()) {
        return options.error();
    }
    const std::string api_version = std::string(resource.group) + "/v1";
    Json review = {{"kind", resource.kind},
                   {"apiVersion", api_version},
                   {"metadata", {{"creationTimestamp", nullptr}}}};
    if (resource.kind != "SelfSubjectReview") {
        review["spec"] = object_at(body, {"spec"});
    }
    if (state.options.track_managed_fields) {
        track_update(review, {.before = Json(),
                              .schema = *types.at(std::string(resource.kind)),
                              .writer = {.manager = options->field_manager,
                                         .api_version = api_version,
                                         .subresource = "",
                                         .reset_fields = {}},
                              .now = exchange.now});
    }
    return review;
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

Outcome<Json> access_status(const ServerState& state, const Exchange& exchange,
                            std::string_view kind, const Json& spec) {
    BG_TRY(check_attributes(spec));
    const User user = kind == "SelfSubjectAccessReview" ? exchange.user : user_of_spec(spec);
    const bool allowed =
        !state.options.authorize || is_allowed(state.grants(), user, attributes_of(spec));
    return Json{{"allowed", allowed}};
}

Outcome<Json> rules_status(const ServerState& state, const Exchange& exchange, const Json& spec) {
    const std::string ns = string_at(spec, {"namespace"});
    if (ns.empty()) {
        return bad_request("no namespace on request");
    }
    Json resources = Json::array();
    Json paths = Json::array();
    for (const Json& rule : rules_for(state.grants(), exchange.user, ns)) {
        (array_at(rule, {"nonResourceURLs"}).empty() ? resources : paths).push_back(rule);
    }
    return Json{{"resourceRules", std::move(resources)},
                {"nonResourceRules", std::move(paths)},
                {"incomplete", false}};
}

Json user_json(const User& user) {
    Json json = {{"username", user.name}, {"groups", user.groups}};
    if (!user.uid.empty()) {
        json["uid"] = user.uid;
    }
    return json;
}

Json token_status(const ServerState& state, const Exchange& exchange, const Json& spec) {
    const std::optional<User> user = user_of_token(state, string_at(spec, {"token"}), exchange.now);
    if (!user) {
        return {{"user", Json::object()}};
    }
    return {{"authenticated", true}, {"user", user_json(*user)}};
}

Outcome<Json> status_of(const ServerState& state, const Exchange& exchange, std::string_view kind,
                        const Json& spec) {
    if (kind == "TokenReview") {
        return token_status(state, exchange, spec);
    }
    if (kind == "SelfSubjectReview") {
        return Json{{"userInfo", user_json(exchange.user)}};
    }
    if (kind == "SelfSubjectRulesReview") {
        return rules_status(state, exchange, spec);
    }
    return access_status(state, exchange, kind, spec);
}

Outcome<Response> answer_binding(ServerState& state, Exchange& exchange, const Json& body) {
    const Outcome<WriteOptions> options =
        read_write_options(exchange.request, exchange.query, "CreateOptions");
    if (!options.ok()) {
        return options.error();
    }
    BG_TRY(bind_pod(state, context_of(exchange, *options),
                    {.ns = exchange.route.ns, .name = string_at(body, {"metadata", "name"})},
                    body));
    return json_response(201,
                         {{"kind", "Status"},
                          {"apiVersion", "v1"},
                          {"metadata", Json::object()},
                          {"status", "Success"},
                          {"code", 201}},
                         exchange.format);
}

Outcome<Response> answer_virtual(ServerState& state, Exchange& exchange,
                                 const VirtualResource& resource) {
    const Outcome<Json> body = read_subresource_body(exchange.request, resource.kind);
    if (!body.ok()) {
        return body.error();
    }
    if (resource.kind == "Binding") {
        return answer_binding(state, exchange, *body);
    }
    Outcome<Json> review = asked_review(state, exchange, resource, *body);
    if (!review.ok()) {
        return std::move(review).error();
    }
    Outcome<Json> status = status_of(state, exchange, resource.kind, object_at(*body, {"spec"}));
    if (!status.ok()) {
        return std::move(status).error();
    }
    (*review)["status"] = *std::move(status);
    return json_response(201, *review, exchange.format);
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
        return answer_virtual(state, exchange, resource);
    }
    return std::nullopt;
}

}  // namespace bestgres::fakekube
