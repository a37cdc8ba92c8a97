#include "lib/http/tls_session.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>

namespace bestgres::http {
namespace {

std::string openssl_reason() {
    const unsigned long code = ERR_get_error();  // NOLINT: OpenSSL's type
    ERR_clear_error();
    if (code == 0) {
        return {};
    }
    const char* reason = ERR_reason_error_string(code);
    return reason != nullptr ? reason : "TLS error " + std::to_string(code);
}

bool is_address(const std::string& host) {
    std::array<unsigned char, 16> bytes{};
    return inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
           inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

int limited(std::size_t size) {
    return static_cast<int>(std::min<std::size_t>(size, INT_MAX));
}

}  // namespace

std::unique_ptr<TlsSession> TlsSession::client(const TlsContext& context, int descriptor,
                                               const std::string& host) {
    SSL* session = SSL_new(context.native());
    SSL_set_fd(session, descriptor);
    SSL_set_connect_state(session);
    const std::string& name = context.server_name().empty() ? host : context.server_name();
    if (is_address(name)) {
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), name.c_str());
    } else {
        SSL_set_tlsext_host_name(session, name.c_str());
        SSL_set1_host(session, name.c_str());
    }
    return std::make_unique<TlsSession>(session);
}

std::unique_ptr<TlsSession> TlsSession::server(const TlsContext& context, int descriptor) {
    SSL* session = SSL_new(context.native());
    SSL_set_fd(session, descriptor);
    SSL_set_accept_state(session);
    return std::make_unique<TlsSession>(session);
}

TlsSession::~TlsSession() {
    SSL_free(session_);
}

TlsStep TlsSession::outcome_of(int result) {
    if (result > 0) {
        return {.state = TlsStep::State::done, .bytes = static_cast<std::size_t>(result)};
    }
    const int system_error = errno;
    switch (SSL_get_error(session_, result)) {
        case SSL_ERROR_WANT_READ:
            return {.state = TlsStep::State::want_read};
        case SSL_ERROR_WANT_WRITE:
            return {.state = TlsStep::State::want_write};
        case SSL_ERROR_ZERO_RETURN:
            return {.state = TlsStep::State::ended};
        case SSL_ERROR_SYSCALL:
            failed_ = true;
            return {.state = TlsStep::State::failed,
                    .bytes = 0,
                    .why = system_error != 0 ? std::strerror(system_error)
                                             : "the peer closed the connection"};
        default:
            failed_ = true;
            return {.state = TlsStep::State::failed, .bytes = 0, .why = openssl_reason()};
    }
}

TlsStep TlsSession::handshake() {
    ERR_clear_error();
    errno = 0;
    TlsStep step = outcome_of(SSL_do_handshake(session_));
    const long verdict = SSL_get_verify_result(session_);  // NOLINT: OpenSSL's type
    if (step.state == TlsStep::State::failed && verdict != X509_V_OK) {
        step.why =
            std::string("certificate not accepted: ") + X509_verify_cert_error_string(verdict);
    }
    return step;
}

TlsStep TlsSession::read(char* to, std::size_t size) {
    ERR_clear_error();
    errno = 0;
    return outcome_of(SSL_read(session_, to, limited(size)));
}

TlsStep TlsSession::write(const char* from, std::size_t size) {
    ERR_clear_error();
    errno = 0;
    return outcome_of(SSL_write(session_, from, limited(size)));
}

bool TlsSession::has_pending() const {
    return SSL_has_pending(session_) == 1;
}

void TlsSession::shut_down() {
    if (!failed_ && SSL_is_init_finished(session_) == 1) {
        ERR_clear_error();
        SSL_shutdown(session_);
        ERR_clear_error();
    }
}

std::optional<PeerCertificate> TlsSession::peer_certificate() const {
    X509* certificate = SSL_get0_peer_certificate(session_);
    if (certificate == nullptr || SSL_get_verify_result(session_) != X509_V_OK) {
        return std::nullopt;
    }
    PeerCertificate peer;
    X509_NAME* subject = X509_get_subject_name(certificate);
    for (int i = 0; i < X509_NAME_entry_count(subject); ++i) {
        X509_NAME_ENTRY* entry = X509_NAME_get_entry(subject, i);
        const int kind = OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry));
        unsigned char* text = nullptr;
        const int length = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(entry));
        if (length < 0) {
            continue;
        }
        std::string value(reinterpret_cast<char*>(text), static_cast<std::size_t>(length));
        OPENSSL_free(text);
        if (kind == NID_commonName) {
            peer.common_name = std::move(value);
        } else if (kind == NID_organizationName) {
            peer.organizations.push_back(std::move(value));
        }
    }
    return peer;
}

}  // namespace bestgres::http
