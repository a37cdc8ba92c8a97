// The keys of a served fakekube: an authority of its own, a server certificate, an administrator's
// token, and the kubeconfig that holds them. They outlive restarts in the state directory.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fakekube/server/state_dir.hpp"
#include "lib/http/tls.hpp"

namespace bestgres::fakekube {

struct Credentials {
    http::KeyPair authority;
    http::KeyPair server;
    std::string admin_token;
    std::string token_key;  // signs the tokens of service accounts
};

// Without a directory everything is new each time. The server's certificate is always new: for
// `addresses` and the names that pods use.
Result<Credentials> make_credentials(const StateDir* directory,
                                     const std::vector<std::string>& addresses);

// Of an administrator: full rights by group system:masters.
std::string admin_kubeconfig(const Credentials& credentials, const std::string& server_url);

// 32 hexadecimal digits from the system's entropy.
std::string random_secret();
std::uint64_t random_seed();

}  // namespace bestgres::fakekube
