// Serves an ApiServer over HTTP(S) in real time, on one thread: requests in, answers and watch
// chunks out, controllers run after every write, and every write is in the state directory before
// its answer leaves.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "fakekube/api_server.hpp"
#include "fakekube/controllers/controller_manager.hpp"
#include "fakekube/server/state_dir.hpp"
#include "lib/base/log.hpp"
#include "lib/http/client.hpp"
#include "lib/http/event_loop.hpp"
#include "lib/http/server.hpp"

namespace bestgres::fakekube {

struct HostOptions {
    std::optional<ControllerManager> controllers = std::nullopt;
    std::optional<StateDir> state = std::nullopt;  // loaded, not begun
    std::string audit_file = {};                   // empty: none
};

class Host {
public:
    Host(http::EventLoop& loop, ApiServer api, HostOptions options, const Log& log);
    ~Host();
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;

    // Writes the first snapshot. Before the first request.
    Result<Done> start();
    void handle(http::ServerRequest request, http::Responder responder);
    // Ends watches cleanly and makes the state durable.
    void shut_down();

    const ApiServer& api() const { return api_; }

private:
    struct Watcher {
        http::ResponseStream stream;
        WatchStream cursor;
        std::optional<Instant> next_look;
        std::uint64_t seen_version = 0;
    };

    // The loop may come to an action after this host is gone: then it does nothing.
    std::function<void()> while_alive(std::function<void()> action) const;
    void answer(Response response, const http::Responder& responder);
    void start_watch(const Response& head, WatchStream cursor, const http::Responder& responder);
    void proxy(const NodeProxy& target, const http::Responder& responder);
    void answer_metrics(http::ServerRequest request, const http::Responder& responder);
    void persist();
    void pump_soon();
    void pump();
    void feed(std::uint64_t id, Instant now);
    void plan_next(Instant now);
    void beat();
    void write_audit();

    http::EventLoop& loop_;
    ApiServer api_;
    HostOptions options_;
    const Log& log_;
    http::Client node_client_;
    http::Timer next_;
    http::Timer beat_;
    std::map<std::uint64_t, Watcher> watchers_;
    std::uint64_t last_watcher_ = 0;
    std::uint64_t persisted_ = 0;
    bool pump_posted_ = false;
    Instant last_beat_;
    Instant last_audit_;
    std::string audit_text_;
    std::map<int, std::uint64_t> answers_;  // by status, for /metrics
    std::shared_ptr<const Done> alive_ = std::make_shared<const Done>();
};

}  // namespace bestgres::fakekube
