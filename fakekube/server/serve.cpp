#include "fakekube/server/serve.hpp"

#include <filesystem>
#include <utility>

namespace bestgres::fakekube {
namespace {

// The address that clients on this machine use for what listens everywhere.
std::string reachable(const std::string& address) {
    return address == "0.0.0.0" ? "127.0.0.1" : address == "::" ? "::1" : address;
}

// The first address of the service range is that of the Service `kubernetes`.
std::string first_service_address(const std::string& cidr) {
    const std::string network = cidr.substr(0, cidr.find('/'));
    const std::size_t dot = network.rfind('.');
    return dot == std::string::npos ? network : network.substr(0, dot) + ".1";
}

Result<std::vector<StaticToken>> read_tokens(const std::string& path) {
    if (path.empty()) {
        return std::vector<StaticToken>();
    }
    Result<std::string> text = read_whole_file(path);
    BG_TRY(text);
    Result<std::vector<StaticToken>> tokens = parse_token_file(*text);
    return tokens.ok() ? tokens : std::move(tokens).error().within("token file " + path);
}

// What the API refuses by size it refuses in its own words, so that more gets in than it takes.
http::ServerOptions http_options(const ServeOptions& options, const Credentials& credentials,
                                 std::shared_ptr<const http::TlsContext> tls) {
    static_cast<void>(credentials);
    http::ServerOptions server;
    server.listen = options.listen;
    server.tls = std::move(tls);
    server.body_limit = 16U << 20U;
    return server;
}

ServerOptions api_options(const ServeOptions& options, const Credentials& credentials,
                          std::vector<StaticToken> tokens) {
    tokens.push_back({.token = credentials.admin_token,
                      .user = {.name = "kubernetes-admin", .groups = {"system:masters"}}});
    ServerOptions api;
    api.seed = random_seed();
    api.kubernetes_version = options.kubernetes_version;
    api.service_cidr = options.service_cidr;
    api.allow_loopback_endpoints = options.allow_loopback_endpoints;
    api.tokens = std::move(tokens);
    api.token_key = credentials.token_key;
    return api;
}

struct State {
    std::optional<StateDir> directory;
    std::optional<Loaded> loaded;
};

Result<State> open_state(const std::string& path, const Log& log) {
    State state;
    if (path.empty()) {
        return state;
    }
    Result<StateDir> directory = StateDir::open(path);
    BG_TRY(directory);
    Result<std::optional<Loaded>> loaded = directory->load();
    BG_TRY(loaded);
    state.directory = *std::move(directory);
    state.loaded = *std::move(loaded);
    if (state.loaded && !state.loaded->remark.empty()) {
        log.warn("state repaired", {{"what", state.loaded->remark}});
    }
    return state;
}

}  // namespace

Result<std::unique_ptr<Serving>> Serving::start(http::EventLoop& loop, const ServeOptions& options,
                                                const Log& log) {
    Result<State> state = open_state(options.state_dir, log);
    BG_TRY(state);
    Result<std::vector<StaticToken>> tokens = read_tokens(options.token_file);
    BG_TRY(tokens);
    const std::string address = reachable(options.listen.address);
    const Result<Credentials> credentials = make_credentials(
        state->directory ? &*state->directory : nullptr,
        {"127.0.0.1", "::1", address, first_service_address(options.service_cidr)});
    BG_TRY(credentials);
    auto tls = http::TlsContext::server({.certificate = credentials->server,
                                         .client_authorities = credentials->authority.certificate});
    BG_TRY(tls);

    std::unique_ptr<Serving> serving(new Serving);
    Serving* self = serving.get();
    serving->server_ = std::make_unique<http::Server>(
        loop, http_options(options, *credentials, *tls),
        [self](http::ServerRequest request, http::Responder responder) {
            self->host_->handle(std::move(request), std::move(responder));
        });
    const Result<std::uint16_t> port = serving->server_->start();
    BG_TRY(port);
    const http::Origin origin{.tls = true, .host = address, .port = *port};
    serving->url_ = to_string(origin);

    ServerOptions api = api_options(options, *credentials, *std::move(tokens));
    api.started = loop.now();
    api.advertise_address = http::host_header(origin);
    ApiServer server(std::move(api));
    if (state->loaded) {
        server.restore(state->loaded->image);
    }
    HostOptions host;
    host.state = std::move(state->directory);
    host.audit_file = options.audit_file;
    if (options.controllers) {
        ControllerManagerOptions controllers;
        controllers.root_certificate = credentials->authority.certificate;
        controllers.volumes.creates_standard_class = true;
        if (!options.state_dir.empty()) {
            controllers.volumes.directory =
                std::filesystem::absolute(options.state_dir) / "volumes";
        }
        host.controllers.emplace(std::move(controllers));
    }
    serving->host_ = std::make_unique<Host>(loop, std::move(server), std::move(host), log);
    BG_TRY(serving->host_->start());
    serving->kubeconfig_ = admin_kubeconfig(*credentials, serving->url_);
    if (!options.kubeconfig.empty()) {
        BG_TRY(replace_file(options.kubeconfig, serving->kubeconfig_, 0600));
    }
    return serving;
}

void Serving::shut_down(std::function<void()> stopped) {
    host_->shut_down();
    server_->stop(std::chrono::seconds(2), std::move(stopped));
}

}  // namespace bestgres::fakekube
