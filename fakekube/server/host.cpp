#include "fakekube/server/host.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "fakekube/server/wire.hpp"
#include "fakekube/status.hpp"

namespace bestgres::fakekube {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// What a watcher that does not read may make the server hold before it is cut off.
constexpr std::size_t most_unsent = 64U << 20U;
constexpr std::size_t events_at_once = 4096;
// Requests are answered between two rounds of the controllers.
constexpr int looks_at_once = 100;
constexpr Duration beat_period = milliseconds(100);
constexpr Duration audit_period = seconds(2);
// A process that was stopped for longer has not been listening: nothing may be concluded from the
// silence of the nodes meanwhile.
constexpr Duration longest_stall = seconds(5);

// Nodes serve with certificates of their own making, as kubelets do by default.
std::shared_ptr<const http::TlsContext> unverified_tls() {
    http::TlsClientOptions options;
    options.verify = false;
    return *http::TlsContext::client(options);
}

}  // namespace

Host::Host(http::EventLoop& loop, ApiServer api, HostOptions options, const Log& log)
    : loop_(loop),
      api_(std::move(api)),
      options_(std::move(options)),
      log_(log),
      node_client_(loop, {.tls = unverified_tls()}),
      next_(loop),
      beat_(loop) {}

Host::~Host() = default;

Result<Done> Host::start() {
    persisted_ = api_.version();
    if (options_.state) {
        BG_TRY(options_.state->begin(api_.image()));
    }
    last_beat_ = loop_.now();
    beat();
    pump_soon();
    return Done{};
}

void Host::handle(http::ServerRequest request, http::Responder responder) {
    if (http::split_target(request.request.target).path == "/metrics") {
        answer_metrics(std::move(request), responder);
        return;
    }
    const std::uint64_t before = api_.version();
    Response response = api_.handle(to_api_request(std::move(request)), loop_.now());
    ++answers_[response.status];
    if (api_.version() != before) {
        persist();
        pump_soon();
    }
    answer(std::move(response), responder);
}

std::function<void()> Host::while_alive(std::function<void()> action) const {
    return [alive = std::weak_ptr(alive_), action = std::move(action)] {
        if (!alive.expired()) {
            action();
        }
    };
}

void Host::answer(Response response, const http::Responder& responder) {
    if (response.watch) {
        WatchStream cursor = *std::move(response.watch);
        start_watch(response, std::move(cursor), responder);
    } else if (response.proxy) {
        proxy(*response.proxy, responder);
    } else {
        responder.respond(to_http_response(std::move(response)));
    }
}

void Host::start_watch(const Response& head, WatchStream cursor, const http::Responder& responder) {
    http::ResponseStream stream = responder.start_stream(to_http_response(head));
    const std::uint64_t id = ++last_watcher_;
    stream.on_closed(while_alive([this, id] { watchers_.erase(id); }));
    watchers_.emplace(id, Watcher{.stream = std::move(stream),
                                  .cursor = std::move(cursor),
                                  .next_look = std::nullopt,
                                  .seen_version = 0});
    const Instant now = loop_.now();
    feed(id, now);
    plan_next(now);
}

// Tells one watcher what is new to it.
void Host::feed(std::uint64_t id, Instant now) {
    const auto found = watchers_.find(id);
    if (found == watchers_.end()) {
        return;
    }
    Watcher& watcher = found->second;
    watcher.seen_version = api_.version();
    const WatchChunk chunk = api_.poll(watcher.cursor, now);
    watcher.next_look = chunk.next_look;
    for (const std::string& event : chunk.events) {
        watcher.stream.send(event);
    }
    if (chunk.closed) {
        watcher.stream.finish();
        watchers_.erase(found);
    } else if (watcher.stream.unsent_bytes() > most_unsent) {
        log_.warn("watch cut off: its client does not read", {{"bytes", most_unsent}});
        watcher.stream.abort();
        watchers_.erase(found);
    }
}

void Host::proxy(const NodeProxy& target, const http::Responder& responder) {
    const http::Origin origin{.tls = true, .host = target.address, .port = target.port};
    struct Passing {
        std::optional<http::ResponseStream> stream;
        http::ExchangeId exchange = 0;
    };
    auto passing = std::make_shared<Passing>();
    passing->exchange = node_client_.stream(
        origin, {.method = "GET", .target = target.path, .headers = {}, .body = {}},
        {.head = seconds(30), .silence = std::nullopt},
        {.on_head =
             [this, passing, responder](const http::Response& head) {
                 http::Response first{.status = head.status, .headers = {}, .body = {}};
                 first.headers.set("Content-Type", head.headers.get("Content-Type", "text/plain"));
                 passing->stream = responder.start_stream(first);
                 passing->stream->on_closed(
                     while_alive([this, passing] { node_client_.cancel(passing->exchange); }));
             },
         .on_piece =
             [passing](std::string_view piece) {
                 if (passing->stream) {
                     passing->stream->send(piece);
                 }
             },
         .on_end =
             [passing, responder, target](const std::optional<http::Failure>& failure) {
                 if (!passing->stream) {
                     const std::string why = failure ? failure->message : "no answer";
                     responder.respond(to_http_response(proxy_failure(target, why)));
                 } else if (failure) {
                     passing->stream->abort();
                 } else {
                     passing->stream->finish();
                 }
             }});
}

void Host::persist() {
    if (!options_.state) {
        persisted_ = api_.version();
        return;
    }
    while (persisted_ < api_.version()) {
        const auto events = api_.events_after(persisted_, events_at_once);
        BG_CHECK(events.ok(), "a write was forgotten before it was stored");
        const Result<Done> stored = options_.state->append(*events);
        // A server that cannot store must not answer as if it had.
        BG_CHECK(stored.ok(), stored.ok() ? "" : stored.error().message);
        persisted_ = events->back().version;
    }
}

void Host::pump_soon() {
    if (!std::exchange(pump_posted_, true)) {
        loop_.post(while_alive([this] { pump(); }));
    }
}

void Host::pump() {
    pump_posted_ = false;
    const Instant now = loop_.now();
    if (options_.controllers) {
        options_.controllers->run(api_, now, looks_at_once);
        persist();
    }
    std::vector<std::uint64_t> due;
    for (const auto& [id, watcher] : watchers_) {
        if (watcher.seen_version != api_.version() ||
            (watcher.next_look && *watcher.next_look <= now)) {
            due.push_back(id);
        }
    }
    for (const std::uint64_t id : due) {
        feed(id, now);
    }
    plan_next(now);
}

void Host::plan_next(Instant now) {
    std::optional<Instant> at =
        options_.controllers ? options_.controllers->next_due() : std::nullopt;
    for (const auto& [id, watcher] : watchers_) {
        if (watcher.next_look && (!at || *watcher.next_look < *at)) {
            at = watcher.next_look;
        }
    }
    if (at) {
        next_.start(std::max(*at - now, Duration(milliseconds(1))), [this] { pump(); });
    }
}

// Ten times a second: the group sync of the log, stalls, and once in a while the audit file.
void Host::beat() {
    const Instant now = loop_.now();
    if (now - last_beat_ > longest_stall && options_.controllers) {
        log_.warn("the process was stopped: controllers begin anew",
                  {{"for", format_duration(std::max(now - last_beat_, Duration(0)))}});
        options_.controllers->restart();
        pump_soon();
    }
    last_beat_ = now;
    if (options_.state) {
        const Result<Done> synced = options_.state->wants_snapshot()
                                        ? options_.state->begin(api_.image())
                                        : options_.state->sync();
        BG_CHECK(synced.ok(), synced.ok() ? "" : synced.error().message);
    }
    if (!options_.audit_file.empty() && now - last_audit_ > audit_period) {
        last_audit_ = now;
        write_audit();
    }
    beat_.start(beat_period, [this] { beat(); });
}

void Host::write_audit() {
    std::string text = dump_pretty(api_.audit()) + "\n";
    if (text == audit_text_) {
        return;
    }
    if (const Result<Done> written = replace_file(options_.audit_file, text, 0644); !written.ok()) {
        log_.error("audit not written", {{"because", written.error().message}});
        return;
    }
    audit_text_ = std::move(text);
}

void Host::shut_down() {
    next_.cancel();
    beat_.cancel();
    const auto open = std::exchange(watchers_, {});
    for (const auto& [id, watcher] : open) {
        http::ResponseStream stream = watcher.stream;
        stream.finish();
    }
    if (options_.state) {
        static_cast<void>(options_.state->sync());
    }
    if (!options_.audit_file.empty()) {
        write_audit();
    }
}

void Host::answer_metrics(http::ServerRequest request, const http::Responder& responder) {
    // The API knows no such path, but it knows who may ask for it.
    Response judged = api_.handle(to_api_request(std::move(request)), loop_.now());
    if (judged.status == 401 || judged.status == 403) {
        responder.respond(to_http_response(std::move(judged)));
        return;
    }
    std::string text = fmt::format(
        "# TYPE fakekube_resource_version counter\nfakekube_resource_version {}\n"
        "# TYPE fakekube_watches gauge\nfakekube_watches {}\n"
        "# TYPE apiserver_request_total counter\n",
        api_.version(), watchers_.size());
    for (const auto& [status, count] : answers_) {
        text += fmt::format("apiserver_request_total{{code=\"{}\"}} {}\n", status, count);
    }
    responder.respond({.status = 200,
                       .headers = {{"Content-Type", "text/plain; version=0.0.4"}},
                       .body = std::move(text)});
}

}  // namespace bestgres::fakekube
