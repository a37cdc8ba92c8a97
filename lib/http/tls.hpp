// Certificates and TLS settings. Contexts are immutable and shared by all connections made with
// them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.hpp"
#include "lib/base/time.hpp"

struct ssl_ctx_st;

namespace bestgres::http {

// Both in PEM. The key never appears in a message.
struct KeyPair {
    std::string certificate;
    std::string key;

    bool operator==(const KeyPair&) const = default;
};

struct CertificateRequest {
    std::string common_name;
    std::vector<std::string> organizations = {};  // the groups of a client
    std::vector<std::string> names = {};          // DNS names of a server
    std::vector<std::string> addresses = {};      // IP addresses of a server
    Duration valid_for = std::chrono::hours(24 * 3650);
};

// A self-signed authority with an elliptic key, and certificates that it signs.
Result<KeyPair> make_authority(std::string_view common_name);
Result<KeyPair> issue_server_certificate(const KeyPair& authority,
                                         const CertificateRequest& request);
Result<KeyPair> issue_client_certificate(const KeyPair& authority,
                                         const CertificateRequest& request);

struct TlsClientOptions {
    std::string authorities = {};                       // PEM; empty: the system's
    std::optional<KeyPair> certificate = std::nullopt;  // of the client
    std::string server_name = {};                       // expected instead of the host of the URL
    bool verify = true;
};

struct TlsServerOptions {
    KeyPair certificate;
    std::string
        client_authorities;  // PEM; where given, client certificates are accepted, not asked
};

// The subject of a verified client certificate.
struct PeerCertificate {
    std::string common_name;
    std::vector<std::string> organizations;

    bool operator==(const PeerCertificate&) const = default;
};

class TlsContext {
public:
    static Result<std::shared_ptr<const TlsContext>> client(const TlsClientOptions& options);
    static Result<std::shared_ptr<const TlsContext>> server(const TlsServerOptions& options);

    ~TlsContext();
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;

    ssl_ctx_st* native() const { return context_; }
    bool verifies() const { return verifies_; }
    const std::string& server_name() const { return server_name_; }

private:
    TlsContext() = default;

    ssl_ctx_st* context_ = nullptr;
    bool verifies_ = true;
    std::string server_name_;
};

}  // namespace bestgres::http
