// A paused world for kubectl: its API server on a port of this machine, over plain HTTP, to be read
// and not changed. Who asks is an administrator.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "fakekube/api_server.hpp"
#include "lib/http/server.hpp"

namespace bestgres::cmd {

class PausedServer {
public:
    PausedServer(http::EventLoop& loop, fakekube::ApiServer server, Instant now);

    // Binds to a free port of 127.0.0.1.
    Result<Done> start();
    // The world has moved. Open watches end: their clients list again.
    void show(fakekube::ApiServer server, Instant now);
    // For kubectl; valid after start().
    std::string kubeconfig() const;
    const std::string& url() const { return url_; }

private:
    void handle(http::ServerRequest request, const http::Responder& responder);
    void open_watch(fakekube::Response head, const http::Responder& responder);

    fakekube::ApiServer server_;
    Instant now_;
    http::Server http_;
    std::string url_;
    std::vector<http::ResponseStream> watches_;
};

}  // namespace bestgres::cmd
