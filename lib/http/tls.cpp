#include "lib/http/tls.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace bestgres::http {
namespace {

template <class T, auto Free>
struct Freer {
    void operator()(T* pointer) const { Free(pointer); }
};
using Bio = std::unique_ptr<BIO, Freer<BIO, BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Freer<X509, X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY, EVP_PKEY_free>>;

Error failure(std::string_view attempt) {
    const unsigned long code = ERR_get_error();  // NOLINT: OpenSSL's type
    ERR_clear_error();
    const char* reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
    return Error{std::string(attempt) + ": " + (reason != nullptr ? reason : "not readable")};
}

Bio reader_of(const std::string& text) {
    return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string text_of(const Bio& bio) {
    char* data = nullptr;
    const auto size = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

Certificate read_certificate(const std::string& pem) {
    return Certificate(PEM_read_bio_X509(reader_of(pem).get(), nullptr, nullptr, nullptr));
}

Key read_key(const std::string& pem) {
    return Key(PEM_read_bio_PrivateKey(reader_of(pem).get(), nullptr, nullptr, nullptr));
}

KeyPair pem_of(const Certificate& certificate, const Key& key) {
    const Bio certificate_bio(BIO_new(BIO_s_mem()));
    const Bio key_bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(certificate_bio.get(), certificate.get());
    PEM_write_bio_PKCS8PrivateKey(key_bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    return {.certificate = text_of(certificate_bio), .key = text_of(key_bio)};
}

void add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
    if (extension != nullptr) {
        X509_add_ext(certificate, extension, -1);
        X509_EXTENSION_free(extension);
    }
}

void add_name(X509_NAME* name, const char* field, const std::string& value) {
    X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(value.data()),
                               static_cast<int>(value.size()), -1, 0);
}

// A certificate without extensions and signature. An hour back: clocks of nodes differ.
Certificate draft(const CertificateRequest& request, EVP_PKEY* key) {
    Certificate certificate(X509_new());
    X509_set_version(certificate.get(), 2);
    const std::unique_ptr<BIGNUM, Freer<BIGNUM, BN_free>> serial(BN_new());
    BN_rand(serial.get(), 126, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY);
    BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate.get()));
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
    const auto days =
        std::chrono::duration_cast<std::chrono::hours>(request.valid_for).count() / 24;
    X509_time_adj_ex(X509_getm_notAfter(certificate.get()), static_cast<int>(days), 0, nullptr);
    X509_set_pubkey(certificate.get(), key);
    X509_NAME* name = X509_get_subject_name(certificate.get());
    for (const std::string& organization : request.organizations) {
        add_name(name, "O", organization);
    }
    add_name(name, "CN", request.common_name);
    return certificate;
}

std::string alternative_names(const CertificateRequest& request) {
    std::string text;
    for (const std::string& name : request.names) {
        text += (text.empty() ? "" : ",") + ("DNS:" + name);
    }
    for (const std::string& address : request.addresses) {
        text += (text.empty() ? "" : ",") + ("IP:" + address);
    }
    return text;
}

Result<KeyPair> issue(const KeyPair& authority, const CertificateRequest& request,
                      const std::string& usage) {
    const Certificate issuer = read_certificate(authority.certificate);
    const Key issuer_key = read_key(authority.key);
    if (!issuer || !issuer_key) {
        return failure("read the certificate authority");
    }
    const Key key(EVP_EC_gen("P-256"));
    const Certificate certificate = draft(request, key.get());
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer.get()));
    add_extension(certificate.get(), issuer.get(), NID_basic_constraints, "critical,CA:FALSE");
    add_extension(certificate.get(), issuer.get(), NID_key_usage, "critical,digitalSignature");
    add_extension(certificate.get(), issuer.get(), NID_ext_key_usage, usage);
    add_extension(certificate.get(), issuer.get(), NID_authority_key_identifier, "keyid");
    if (const std::string names = alternative_names(request); !names.empty()) {
        add_extension(certificate.get(), issuer.get(), NID_subject_alt_name, names);
    }
    if (X509_sign(certificate.get(), issuer_key.get(), EVP_sha256()) == 0) {
        return failure("sign a certificate for " + request.common_name);
    }
    return pem_of(certificate, key);
}

Result<Done> add_authorities(SSL_CTX* context, const std::string& pem) {
    const Bio bio = reader_of(pem);
    X509_STORE* store = SSL_CTX_get_cert_store(context);
    int count = 0;
    while (const Certificate certificate{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)}) {
        X509_STORE_add_cert(store, certificate.get());
        ++count;
    }
    if (count == 0) {
        return failure("read the certificate authority");
    }
    ERR_clear_error();
    return Done{};
}

// The first certificate is the own one, the rest its chain.
Result<Done> use_certificate(SSL_CTX* context, const KeyPair& pair) {
    const Bio bio = reader_of(pair.certificate);
    const Certificate own(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (!own || SSL_CTX_use_certificate(context, own.get()) != 1) {
        return failure("read the certificate");
    }
    while (X509* next = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
        SSL_CTX_add0_chain_cert(context, next);
    }
    ERR_clear_error();
    const Key key = read_key(pair.key);
    if (!key) {
        return failure("read the private key");
    }
    if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 ||
        SSL_CTX_check_private_key(context) != 1) {
        return failure("the private key does not belong to the certificate");
    }
    return Done{};
}

SSL_CTX* new_context(const SSL_METHOD* method) {
    SSL_CTX* context = SSL_CTX_new(method);
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    // Idle watches hold no buffers; a write may be retried from where the text moved to.
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_RENEGOTIATION);
    return context;
}

}  // namespace

Result<KeyPair> make_authority(std::string_view common_name) {
    const Key key(EVP_EC_gen("P-256"));
    const CertificateRequest request{
        .common_name = std::string(common_name), .organizations = {}, .names = {}, .addresses = {}};
    const Certificate certificate = draft(request, key.get());
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
    add_extension(certificate.get(), certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
    add_extension(certificate.get(), certificate.get(), NID_key_usage,
                  "critical,keyCertSign,cRLSign,digitalSignature");
    add_extension(certificate.get(), certificate.get(), NID_subject_key_identifier, "hash");
    if (X509_sign(certificate.get(), key.get(), EVP_sha256()) == 0) {
        return failure("make a certificate authority");
    }
    return pem_of(certificate, key);
}

Result<KeyPair> issue_server_certificate(const KeyPair& authority,
                                         const CertificateRequest& request) {
    return issue(authority, request, "serverAuth");
}

Result<KeyPair> issue_client_certificate(const KeyPair& authority,
                                         const CertificateRequest& request) {
    return issue(authority, request, "clientAuth");
}

Result<std::shared_ptr<const TlsContext>> TlsContext::client(const TlsClientOptions& options) {
    const std::shared_ptr<TlsContext> context(new TlsContext);
    context->context_ = new_context(TLS_client_method());
    context->verifies_ = options.verify;
    context->server_name_ = options.server_name;
    SSL_CTX_set_verify(context->context_, options.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE,
                       nullptr);
    if (!options.authorities.empty()) {
        BG_TRY(add_authorities(context->context_, options.authorities));
    } else if (options.verify) {
        SSL_CTX_set_default_verify_paths(context->context_);
    }
    if (options.certificate) {
        BG_TRY(use_certificate(context->context_, *options.certificate));
    }
    return std::shared_ptr<const TlsContext>(context);
}

Result<std::shared_ptr<const TlsContext>> TlsContext::server(const TlsServerOptions& options) {
    const std::shared_ptr<TlsContext> context(new TlsContext);
    context->context_ = new_context(TLS_server_method());
    // No protocol is chosen by ALPN: a client that offers HTTP/2 falls back to HTTP/1.1.
    static constexpr unsigned char session_scope[] = "bestgres";
    SSL_CTX_set_session_id_context(context->context_, session_scope, sizeof session_scope - 1);
    BG_TRY(use_certificate(context->context_, options.certificate));
    if (!options.client_authorities.empty()) {
        BG_TRY(add_authorities(context->context_, options.client_authorities));
        SSL_CTX_set_verify(context->context_, SSL_VERIFY_PEER, nullptr);
    }
    return std::shared_ptr<const TlsContext>(context);
}

TlsContext::~TlsContext() {
    SSL_CTX_free(context_);
}

}  // namespace bestgres::http
