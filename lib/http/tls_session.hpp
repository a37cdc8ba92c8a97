// The TLS of one non-blocking socket: each step does what it can and says what it waits for.
#pragma once

#include <memory>
#include <string>

#include "lib/http/tls.hpp"

struct ssl_st;

namespace bestgres::http {

struct TlsStep {
    enum class State { done, want_read, want_write, ended, failed };
    State state = State::done;
    std::size_t bytes = 0;
    std::string why = {};
};

class TlsSession {
public:
    // `host` is what the server's certificate must name, unless the context overrides or skips it.
    static std::unique_ptr<TlsSession> client(const TlsContext& context, int descriptor,
                                              const std::string& host);
    static std::unique_ptr<TlsSession> server(const TlsContext& context, int descriptor);

    explicit TlsSession(ssl_st* session) : session_(session) {}
    ~TlsSession();
    TlsSession(const TlsSession&) = delete;
    TlsSession& operator=(const TlsSession&) = delete;

    TlsStep handshake();
    TlsStep read(char* to, std::size_t size);
    TlsStep write(const char* from, std::size_t size);
    bool has_pending() const;
    // Tells the peer that the end is meant; best effort.
    void shut_down();
    std::optional<PeerCertificate> peer_certificate() const;

private:
    TlsStep outcome_of(int result);

    ssl_st* session_;
    bool failed_ = false;
};

}  // namespace bestgres::http
