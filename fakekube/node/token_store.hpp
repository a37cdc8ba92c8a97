// The service-account tokens of one pod: asked from the API server, kept, and renewed after four
// fifths of their life, as the kubelet does.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "fakekube/node/reactor.hpp"
#include "fakekube/node/volume_files.hpp"
#include "lib/kube/cluster.hpp"

namespace bestgres::fakekube::node {

// POSTs a body to a path of the API server.
using PostRequest = std::function<void(const std::string& path, const Json& body,
                                       std::function<void(Result<Json, kube::Error>)> answer)>;

class TokenStore {
public:
    TokenStore(Reactor& reactor, PostRequest post, const kube::Object& pod,
               std::function<void()> on_change);

    // Begins to ask where there is none, or where it is due.
    std::optional<std::string> token(const TokenRequest& request);
    // Why the last attempt failed.
    const std::string& trouble() const { return state_->trouble; }

private:
    struct Token {
        std::string text;
        Instant renew_at;
        bool asked = false;
    };
    struct State {
        std::map<TokenRequest, Token> tokens;
        std::string trouble;
        std::function<void()> on_change;
    };

    void ask(const TokenRequest& request);

    Reactor& reactor_;
    PostRequest post_;
    std::string path_;
    Json bound_to_;
    std::shared_ptr<State> state_;  // answers may come after this store is gone
};

}  // namespace bestgres::fakekube::node
