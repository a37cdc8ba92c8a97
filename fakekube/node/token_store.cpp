#include "fakekube/node/token_store.hpp"

#include <algorithm>

namespace bestgres::fakekube::node {
namespace {

constexpr Duration retry = std::chrono::seconds(2);

}  // namespace

TokenStore::TokenStore(Reactor& reactor, PostRequest post, const kube::Object& pod,
                       std::function<void()> on_change)
    : reactor_(reactor), post_(std::move(post)), state_(std::make_shared<State>()) {
    const std::string account = string_at(pod.json(), {"spec", "serviceAccountName"}, "default");
    path_ =
        "/api/v1/namespaces/" + std::string(pod.ns()) + "/serviceaccounts/" + account + "/token";
    bound_to_ = {{"kind", "Pod"}, {"apiVersion", "v1"}, {"name", pod.name()}, {"uid", pod.uid()}};
    state_->on_change = std::move(on_change);
}

std::optional<std::string> TokenStore::token(const TokenRequest& request) {
    Token& token = state_->tokens[request];
    if (!token.asked && wall_clock() >= token.renew_at) {
        ask(request);
    }
    return token.text.empty() ? std::nullopt : std::optional<std::string>(token.text);
}

void TokenStore::ask(const TokenRequest& request) {
    state_->tokens[request].asked = true;
    Json spec = {{"expirationSeconds", request.expiration_seconds}, {"boundObjectRef", bound_to_}};
    spec["audiences"] = Json::array();
    if (!request.audience.empty()) {
        spec["audiences"].push_back(request.audience);
    }
    const Json body = {
        {"apiVersion", "authentication.k8s.io/v1"}, {"kind", "TokenRequest"}, {"spec", spec}};
    const std::weak_ptr<State> weak = state_;
    post_(path_, body, [weak, request](const Result<Json, kube::Error>& answer) {
        const std::shared_ptr<State> state = weak.lock();
        if (!state) {
            return;
        }
        Token& token = state->tokens[request];
        const Instant now = wall_clock();
        token.asked = false;
        token.renew_at = now + retry;
        if (!answer.ok()) {
            state->trouble = answer.error().message;
            return;
        }
        state->trouble.clear();
        token.text = string_at(*answer, {"status", "token"});
        const Result<Instant> expires =
            parse_time(string_at(*answer, {"status", "expirationTimestamp"}));
        const Duration life = expires.ok()
                                  ? *expires - now
                                  : Duration(std::chrono::seconds(request.expiration_seconds));
        token.renew_at = now + std::max(life * 4 / 5, retry);
        state->on_change();
    });
}

}  // namespace bestgres::fakekube::node
