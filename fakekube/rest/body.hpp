// Reading request bodies: JSON, YAML and protobuf by Content-Type, with the messages of the real
// decoder.
#pragma once

#include <string>
#include <string_view>

#include "fakekube/context.hpp"
#include "fakekube/request.hpp"
#include "fakekube/rest/route.hpp"
#include "fakekube/server_state.hpp"
#include "fakekube/status.hpp"
#include "lib/base/json.hpp"

namespace bestgres::fakekube {

inline constexpr std::size_t largest_body = 3 * 1024 * 1024;

// An object of the resource's kind: apiVersion and kind are checked, and filled in for built-in
// kinds that leave them out.
Outcome<Json> read_object(const ServerState& state, const Resource& resource,
                          const Request& request);
// The object named by a subresource that has a kind of its own (Binding, Eviction, TokenRequest).
Outcome<Json> read_subresource_body(const Request& request, std::string_view kind);

// 415 for what is no patch type; custom resources have no strategic merge patch.
Outcome<PatchRequest> read_patch(const Resource& resource, const Request& request);

// From the body if there is one, else from the query.
Outcome<DeleteOptions> read_delete_options(const Request& request, const Query& query,
                                           WriteOptions& options);
// `kind` names the options in messages: CreateOptions, UpdateOptions, PatchOptions.
Outcome<WriteOptions> read_write_options(const Request& request, const Query& query,
                                         std::string_view kind);

}  // namespace bestgres::fakekube
