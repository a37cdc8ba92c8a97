#include "fakekube/authentication.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "fakekube/registry.hpp"
#include "fakekube/sha256.hpp"
#include "lib/base/encoding.hpp"

namespace bestgres::fakekube {
namespace {

constexpr const char* issuer = "https://kubernetes.default.svc.cluster.local";

std::string url_base64(std::string_view bytes) {
    std::string text = encode_base64(bytes);
    std::replace(text.begin(), text.end(), '+', '-');
    std::replace(text.begin(), text.end(), '/', '_');
    text.erase(text.find_last_not_of('=') + 1);
    return text;
}

Result<std::string> from_url_base64(std::string_view text) {
    std::string standard(text);
    std::replace(standard.begin(), standard.end(), '-', '+');
    std::replace(standard.begin(), standard.end(), '_', '/');
    return decode_base64(standard);
}

// The claims of a token with a good signature.
std::optional<Json> verified_claims(const ServerState& state, std::string_view token) {
    const std::size_t dot = token.rfind('.');
    const std::size_t first_dot = token.find('.');
    if (dot == std::string_view::npos || dot == first_dot) {
        return std::nullopt;
    }
    const std::string signature =
        url_base64(hmac_sha256(state.options.token_key, token.substr(0, dot)));
    if (signature != token.substr(dot + 1)) {
        return std::nullopt;
    }
    const Result<std::string> payload =
        from_url_base64(token.substr(first_dot + 1, dot - first_dot - 1));
    if (!payload.ok()) {
        return std::nullopt;
    }
    Result<Json> claims = parse_json(*payload);
    return claims.ok() ? std::optional<Json>(std::move(*claims)) : std::nullopt;
}

bool still_exists(const ServerState& state, std::string_view kind, std::string_view ns,
                  const Json& reference) {
    const kube::Object* object = find_stored(state, kind, ns, string_at(reference, {"name"}));
    return object != nullptr && object->uid() == string_at(reference, {"uid"});
}

std::optional<User> user_of_claims(const ServerState& state, const Json& claims, Instant now) {
    if (Instant{find_int(claims, {"exp"}).value_or(0) * 1'000'000'000} <= now) {
        return std::nullopt;
    }
    const Json& own = object_at(claims, {"kubernetes.io"});
    const std::string ns = string_at(own, {"namespace"});
    const Json& account = object_at(own, {"serviceaccount"});
    if (!still_exists(state, "serviceaccounts.", ns, account)) {
        return std::nullopt;
    }
    if (own.contains("pod") && !still_exists(state, "pods.", ns, own["pod"])) {
        return std::nullopt;
    }
    return service_account_user(ns, string_at(account, {"name"}), string_at(account, {"uid"}));
}

}  // namespace

User service_account_user(std::string_view ns, std::string_view name, std::string_view uid) {
    return {.name = fmt::format("system:serviceaccount:{}:{}", ns, name),
            .groups = {"system:serviceaccounts", fmt::format("system:serviceaccounts:{}", ns),
                       "system:authenticated"},
            .uid = std::string(uid)};
}

std::optional<User> user_of_token(const ServerState& state, std::string_view token, Instant now) {
    for (const StaticToken& known : state.options.tokens) {
        if (known.token == token) {
            User user = known.user;
            user.groups.emplace_back("system:authenticated");
            return user;
        }
    }
    const std::optional<Json> claims = verified_claims(state, token);
    return claims ? user_of_claims(state, *claims, now) : std::nullopt;
}

Outcome<User> authenticate(const ServerState& state, const Request& request, Instant now) {
    if (request.client && !request.client->name.empty()) {
        User user{.name = request.client->name, .groups = request.client->groups};
        user.groups.emplace_back("system:authenticated");
        return user;
    }
    std::string_view header = find_header(request.headers, "Authorization").value_or("");
    constexpr std::string_view bearer = "bearer ";
    const bool is_bearer =
        header.size() >= bearer.size() &&
        std::equal(bearer.begin(), bearer.end(), header.begin(), [](char wanted, char given) {
            return wanted == (given >= 'A' && given <= 'Z' ? given - 'A' + 'a' : given);
        });
    header.remove_prefix(is_bearer ? bearer.size() : 0);
    while (header.starts_with(' ')) {
        header.remove_prefix(1);
    }
    if (!is_bearer || header.empty()) {
        return User{.name = "system:anonymous", .groups = {"system:unauthenticated"}};
    }
    std::optional<User> user = user_of_token(state, header, now);
    if (!user) {
        return unauthorized();
    }
    return std::move(*user);
}

std::string sign_token(const ServerState& state, const TokenClaims& claims) {
    const auto seconds_of = [](Instant at) { return at.ns / 1'000'000'000; };
    Json payload = {
        {"aud", Json::array({issuer})},
        {"iss", issuer},
        {"sub", fmt::format("system:serviceaccount:{}:{}", claims.ns, claims.account)},
        {"iat", seconds_of(claims.issued)},
        {"nbf", seconds_of(claims.issued)},
        {"exp", seconds_of(claims.expires)},
        {"kubernetes.io",
         {{"namespace", claims.ns},
          {"serviceaccount", {{"name", claims.account}, {"uid", claims.account_uid}}}}}};
    if (!claims.pod.empty()) {
        payload["kubernetes.io"]["pod"] = {{"name", claims.pod}, {"uid", claims.pod_uid}};
    }
    const std::string head = dump({{"alg", "HS256"}, {"typ", "JWT"}});
    const std::string text = url_base64(head) + "." + url_base64(dump(payload));
    return text + "." + url_base64(hmac_sha256(state.options.token_key, text));
}

}  // namespace bestgres::fakekube
