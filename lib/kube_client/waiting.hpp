// An API server for programs that have nothing else to do meanwhile: calls that wait for their
// answer. Not for anything that serves an event loop.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "lib/kube_client/api_client.hpp"

namespace bestgres::kube_client {

class WaitingClient {
public:
    static Result<std::unique_ptr<WaitingClient>> make(Access access, ApiClientOptions options);

    Result<kube::Outcome, kube::Error> call_and_wait(kube::Call call);
    Result<http::Response, kube::Error> raw_and_wait(http::Request request);
    // The next event of a watch begun with client().watch(), if one comes in time.
    std::optional<kube::WatchEvent> next_event(Duration limit);

    ApiClient& client() { return *client_; }
    http::EventLoop& loop() { return loop_; }

private:
    WaitingClient() = default;

    http::EventLoop loop_;
    std::unique_ptr<ApiClient> client_;
    std::map<kube::CallId, kube::Answer> answers_;
    std::vector<kube::WatchEvent> events_;
    kube::CallId last_id_ = 0;
};

}  // namespace bestgres::kube_client
