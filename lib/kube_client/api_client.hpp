// kube::Cluster over HTTPS. Answers and watch events are handed to the sink on the loop's thread,
// never inside submit() or watch(). A call that was sent and not answered is `unknown`.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <variant>

#include "lib/http/event_loop.hpp"
#include "lib/http/message.hpp"
#include "lib/kube/cluster.hpp"
#include "lib/kube_client/access.hpp"

namespace bestgres::kube_client {

using ClusterEvent = std::variant<kube::Answer, kube::WatchEvent>;

struct ApiClientOptions {
    std::string user_agent = "bestgres";     // what the server's audit log shows
    std::string field_manager = "bestgres";  // of writes that are no apply
    Duration call_limit = std::chrono::seconds(30);
    Duration watch_span = std::chrono::seconds(300);  // after which the server ends a watch
    // How long after that the client ends one that has said nothing, be its connection ever so
    // open.
    Duration watch_grace = std::chrono::seconds(30);
    std::size_t page_size = 500;
};

class ApiClient : public kube::Cluster {
public:
    using Sink = std::function<void(ClusterEvent)>;

    // Fails where the certificates of `access` cannot be used.
    static Result<std::unique_ptr<ApiClient>> make(http::EventLoop& loop, Access access,
                                                   ApiClientOptions options, Sink sink);
    ~ApiClient() override;

    void submit(kube::CallId id, kube::Call call) override;
    void watch(kube::WatchId id, kube::WatchSpec spec) override;
    void unwatch(kube::WatchId id) override;

    // Any other request, with this client's credentials: discovery, TokenRequest, version.
    using RawAnswer = std::function<void(Result<http::Response, kube::Error>)>;
    void raw(http::Request request, RawAnswer answer);

    const Access& access() const;

    struct Impl;

private:
    explicit ApiClient(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

    std::shared_ptr<Impl> impl_;
};

}  // namespace bestgres::kube_client
