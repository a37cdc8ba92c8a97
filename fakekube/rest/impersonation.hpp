// Acting as somebody else (kubectl --as): who asks for it needs the verb `impersonate` on every
// user, group and service account that the request names.
#pragma once

#include "fakekube/authorization.hpp"
#include "fakekube/request.hpp"
#include "fakekube/server_state.hpp"
#include "fakekube/status.hpp"

namespace bestgres::fakekube {

// The user to act as: `real` where the request names nobody.
Outcome<User> impersonate(ServerState& state, const Request& request, const User& real);

// 403 with the sentence of the real server.
Status forbidden_request(const User& user, const Attributes& asked);

}  // namespace bestgres::fakekube
