// fakekube_corpus_https: replays recorded requests of a real kube-apiserver over HTTPS, in real
// time, each case against a server of its own.
#include <iostream>
#include <memory>

#include "fakekube/corpus/replay.hpp"
#include "fakekube/server/host.hpp"
#include "fakekube/server/http_transport.hpp"

namespace bestgres::fakekube {
namespace {

struct Tls {
    std::shared_ptr<const http::TlsContext> server;
    std::shared_ptr<const http::TlsContext> client;
};

Tls make_tls() {
    const auto authority = http::make_authority("corpus");
    BG_CHECK(authority.ok(), "an authority for the replay");
    const auto certificate = http::issue_server_certificate(
        *authority, {.common_name = "kube-apiserver", .addresses = {"127.0.0.1"}});
    BG_CHECK(certificate.ok(), "a certificate for the replay");
    const auto server =
        http::TlsContext::server({.certificate = *certificate, .client_authorities = {}});
    const auto client = http::TlsContext::client({.authorities = authority->certificate});
    BG_CHECK(server.ok() && client.ok(), "TLS for the replay");
    return {.server = *server, .client = *client};
}

// A served copy and the transport to it.
class ServedTransport final : public corpus::Transport {
public:
    ServedTransport(http::EventLoop& loop, const ApiServer& api, HostOptions options,
                    const Tls& tls)
        : loop_(loop),
          log_(
              LogLevel::error, [&loop] { return loop.now(); },
              [](std::string_view line) { std::cerr << line; }),
          host_(loop, api, std::move(options), log_) {
        http::ServerOptions http_options;
        http_options.listen = {.address = "127.0.0.1", .port = 0};
        http_options.tls = tls.server;
        http_options.body_limit = 16U << 20U;
        server_ = std::make_unique<http::Server>(
            loop, http_options, [this](http::ServerRequest request, http::Responder responder) {
                host_.handle(std::move(request), std::move(responder));
            });
        const auto port = server_->start();
        BG_CHECK(port.ok() && host_.start().ok(), "the replay's server does not start");
        client_ = std::make_unique<HttpTransport>(
            loop, http::Origin{.tls = true, .host = "127.0.0.1", .port = *port}, tls.client);
    }

    Response exchange(const Request& request) override { return client_->exchange(request); }
    corpus::Opened open(const Request& request) override { return client_->open(request); }
    corpus::StreamRead read(int id, Duration at_most) override {
        return client_->read(id, at_most);
    }
    void close(int id) override { client_->close(id); }
    void sleep(Duration span) override { client_->sleep(span); }
    Instant now() const override { return client_->now(); }

private:
    http::EventLoop& loop_;
    Log log_;
    Host host_;
    std::unique_ptr<http::Server> server_;
    std::unique_ptr<HttpTransport> client_;
};

int run(const corpus::ReplayOptions& options) {
    http::EventLoop loop;
    const Tls tls = make_tls();
    const ApiServer fresh(corpus::recorded_server(loop.now()));
    return corpus::replay(options, [&](bool with_controllers) {
        HostOptions host;
        if (with_controllers) {
            host.controllers.emplace(corpus::recorded_controllers());
        }
        return std::make_unique<ServedTransport>(loop, fresh, std::move(host), tls);
    });
}

}  // namespace
}  // namespace bestgres::fakekube

int main(int count, char** values) {
    return bestgres::fakekube::run(bestgres::fakekube::corpus::parse_replay_options(
        count, values,
        {.corpus = BESTGRES_SOURCE_DIR "/../shared/apiserver-corpus",
         .deviations = BESTGRES_SOURCE_DIR "/fakekube/corpus/deviations.yaml"}));
}
