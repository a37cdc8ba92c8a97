// Who a request is from: client certificates, static tokens, and signed tokens of service accounts
// that are good as long as the account (and the pod they are bound to) exists.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fakekube/context.hpp"
#include "fakekube/request.hpp"
#include "fakekube/server_state.hpp"
#include "fakekube/status.hpp"

namespace bestgres::fakekube {

// A certificate that names somebody comes before any token. Without a bearer token:
// system:anonymous. An unknown or expired token: 401.
Outcome<User> authenticate(const ServerState& state, const Request& request, Instant now);
std::optional<User> user_of_token(const ServerState& state, std::string_view token, Instant now);

struct TokenClaims {
    std::string ns;
    std::string account;
    std::string account_uid;
    std::string pod = {};
    std::string pod_uid = {};
    Instant issued;
    Instant expires;
};

// A JSON web token, signed by HMAC with the server's key.
std::string sign_token(const ServerState& state, const TokenClaims& claims);

User service_account_user(std::string_view ns, std::string_view name, std::string_view uid);

}  // namespace bestgres::fakekube
