// One request to the text face, from authentication to the encoded answer, in the order in which a
// real server refuses: 401, 403, 404/405, 406, 415, 400, then what the registry says.
#pragma once

#include "fakekube/request.hpp"
#include "fakekube/rest/negotiation.hpp"
#include "fakekube/rest/route.hpp"
#include "fakekube/server_state.hpp"
#include "fakekube/status.hpp"

namespace bestgres::fakekube {

// All that the handlers of one request share.
struct Exchange {
    const Request& request;
    Query query = {};
    Route route = {};
    User user = {};
    Instant now = {};
    Format format = {};
    ResourcePtr resource = {};  // of resource requests that are served
};

// 403 where RBAC does not allow it; recorded in the audit either way.
Outcome<Done> authorize(ServerState& state, const User& user, const Attributes& asked);

Response handle_request(ServerState& state, const Request& request, Instant now);

// --- each for one part of the paths
Outcome<Response> handle_resource(ServerState& state, Exchange& exchange);
Outcome<Response> handle_subresource(ServerState& state, Exchange& exchange);
// Reviews and other resources that answer without storing; nothing for all others.
std::optional<Outcome<Response>> handle_virtual(ServerState& state, Exchange& exchange);
// Discovery, health, version, OpenAPI.
Outcome<Response> handle_path(const ServerState& state, Exchange& exchange);

// --- parts that subresources share with the objects themselves
Outcome<Response> handle_update(ServerState& state, Exchange& exchange);
Outcome<Response> handle_object_patch(ServerState& state, Exchange& exchange);
Outcome<Response> handle_object_get(const ServerState& state, Exchange& exchange);
// Name and namespace of the URL go into an apply configuration that leaves them out.
Outcome<Done> prepare_apply(const Exchange& exchange, Json& body);

// The object that the path names.
ObjectKey key_of(const Exchange& exchange);
RequestContext context_of(const Exchange& exchange, WriteOptions options);
Outcome<Response> written_response(const Exchange& exchange, const Written& written);

}  // namespace bestgres::fakekube
