// What only a pod's node can do: logs are proxied to its kubelet port; exec and its kin are not
// served, but refuse as a real server does.
#pragma once

#include "fakekube/rest/handler.hpp"

namespace bestgres::fakekube {

Outcome<Response> handle_pod_connection(const ServerState& state, const Exchange& exchange);

}  // namespace bestgres::fakekube
