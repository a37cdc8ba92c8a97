// Patroni's REST API over HTTP: one connection an exchange (Patroni closes each), addressed by the
// pod's IP address, with basic authentication for what is not a plain read.
#pragma once

#include <functional>

#include "lib/http/client.hpp"
#include "lib/http/event_loop.hpp"
#include "lib/patroni/patroni.hpp"

namespace bestgres::adapters {

class PatroniRest : public patroni::Patroni {
public:
    // `on_answer` is called once a submitted call, later, on the loop's thread.
    PatroniRest(http::EventLoop& loop, std::function<void(patroni::Answer)> on_answer);

    void submit(patroni::CallId id, patroni::Call call) override;

private:
    http::Client client_;
    std::function<void(patroni::Answer)> on_answer_;
};

// What goes over the wire; apart for tests.
http::Request patroni_request(const patroni::Call& call);

}  // namespace bestgres::adapters
