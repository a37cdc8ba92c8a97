// The corpus runner's way to a server over HTTP(S), in real time, on the loop that may serve, too.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "fakekube/corpus/transport.hpp"
#include "lib/http/client.hpp"
#include "lib/http/event_loop.hpp"

namespace bestgres::fakekube {

class HttpTransport final : public corpus::Transport {
public:
    HttpTransport(http::EventLoop& loop, http::Origin origin,
                  std::shared_ptr<const http::TlsContext> tls);

    Response exchange(const Request& request) override;
    corpus::Opened open(const Request& request) override;
    corpus::StreamRead read(int id, Duration at_most) override;
    void close(int id) override;
    void sleep(Duration span) override;
    Instant now() const override { return loop_.now(); }

private:
    struct Stream {
        http::ExchangeId exchange = 0;
        Response head = {};
        bool has_head = false;
        bool ended = false;
        http::LineSplitter splitter = http::LineSplitter();
        std::vector<std::string> lines = {};
        std::size_t told = 0;
        std::string text = {};
    };

    std::shared_ptr<Stream> begin(const Request& request);

    http::EventLoop& loop_;
    http::Origin origin_;
    http::Client client_;
    std::map<int, std::shared_ptr<Stream>> streams_;
    int last_id_ = 0;
};

}  // namespace bestgres::fakekube
