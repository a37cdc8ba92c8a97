#include "fakekube/server/credentials.hpp"

#include <sys/random.h>

#include <array>
#include <cstring>

#include "lib/base/encoding.hpp"
#include "lib/base/hash.hpp"
#include "lib/base/yaml.hpp"

namespace bestgres::fakekube {
namespace {

Result<std::string> kept_secret(const StateDir* directory, const std::string& name) {
    if (directory == nullptr) {
        return random_secret();
    }
    Result<std::optional<std::string>> kept = directory->read_text(name);
    BG_TRY(kept);
    if (kept->has_value()) {
        return **kept;
    }
    std::string secret = random_secret();
    BG_TRY(directory->write_text(name, secret));
    return secret;
}

Result<http::KeyPair> kept_authority(const StateDir* directory) {
    if (directory != nullptr) {
        Result<std::optional<std::string>> certificate = directory->read_text("ca.crt");
        BG_TRY(certificate);
        Result<std::optional<std::string>> key = directory->read_text("ca.key");
        BG_TRY(key);
        if (certificate->has_value() && key->has_value()) {
            return http::KeyPair{.certificate = **certificate, .key = **key};
        }
    }
    Result<http::KeyPair> authority = http::make_authority("fakekube authority");
    BG_TRY(authority);
    if (directory != nullptr) {
        BG_TRY(directory->write_text("ca.key", authority->key));
        BG_TRY(directory->write_text("ca.crt", authority->certificate));
    }
    return authority;
}

}  // namespace

std::uint64_t random_seed() {
    std::uint64_t seed = 0;
    BG_CHECK(::getrandom(&seed, sizeof seed, 0) == sizeof seed, "no entropy");
    return seed;
}

std::string random_secret() {
    return to_hex(random_seed()) + to_hex(random_seed());
}

Result<Credentials> make_credentials(const StateDir* directory,
                                     const std::vector<std::string>& addresses) {
    Credentials credentials;
    Result<http::KeyPair> authority = kept_authority(directory);
    BG_TRY(authority);
    credentials.authority = *std::move(authority);
    http::CertificateRequest request;
    request.common_name = "kube-apiserver";
    request.names = {"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc",
                     "kubernetes.default.svc.cluster.local"};
    request.addresses = addresses;
    Result<http::KeyPair> server = http::issue_server_certificate(credentials.authority, request);
    BG_TRY(server);
    credentials.server = *std::move(server);
    Result<std::string> token = kept_secret(directory, "admin-token");
    BG_TRY(token);
    credentials.admin_token = *std::move(token);
    Result<std::string> token_key = kept_secret(directory, "token-key");
    BG_TRY(token_key);
    credentials.token_key = *std::move(token_key);
    return credentials;
}

std::string admin_kubeconfig(const Credentials& credentials, const std::string& server_url) {
    const Json cluster{
        {"server", server_url},
        {"certificate-authority-data", encode_base64(credentials.authority.certificate)}};
    return to_yaml(
        {{"apiVersion", "v1"},
         {"kind", "Config"},
         {"current-context", "fakekube"},
         {"clusters", {{{"name", "fakekube"}, {"cluster", cluster}}}},
         {"users", {{{"name", "admin"}, {"user", {{"token", credentials.admin_token}}}}}},
         {"contexts",
          {{{"name", "fakekube"}, {"context", {{"cluster", "fakekube"}, {"user", "admin"}}}}}}});
}

}  // namespace bestgres::fakekube
