#include "lib/http/client.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <utility>
#include <vector>

#include "lib/http/codec.hpp"
#include "lib/http/connection.hpp"

namespace bestgres::http {
namespace {

struct Exchange {
    Exchange(EventLoop& loop, ExchangeId its_id, Origin to, Request what)
        : id(its_id), origin(std::move(to)), request(std::move(what)), limit(loop) {}

    ExchangeId id;
    Origin origin;
    Request request;
    Timer limit;
    Duration limit_span{};
    Client::Callback callback;
    std::optional<StreamHandlers> stream;
    std::optional<Duration> silence;
    std::unique_ptr<Connecting> connecting;
    ConnectionPtr connection;
    std::unique_ptr<MessageParser> parser;
    Response response;
    bool keep_alive = false;
    bool reused = false;  // the connection
    bool retried = false;
    bool has_head = false;
    bool sent = false;
    bool counted = false;  // among the connections of its origin

    bool is_idempotent_read() const { return request.method == "GET" || request.method == "HEAD"; }
};
using ExchangePtr = std::shared_ptr<Exchange>;

struct Idle {
    ConnectionPtr connection;
    Timer limit;
};

struct Pool {
    std::vector<Idle> idle;
    std::size_t busy = 0;
    std::deque<std::weak_ptr<Exchange>> waiting;
};

}  // namespace

struct Client::Impl : std::enable_shared_from_this<Client::Impl> {
    Impl(EventLoop& the_loop, ClientOptions the_options)
        : loop(the_loop), options(std::move(the_options)) {}

    ExchangePtr admit(const Origin& origin, Request request) {
        auto exchange = std::make_shared<Exchange>(loop, ++last_id, origin, std::move(request));
        exchanges.emplace(exchange->id, exchange);
        return exchange;
    }

    void arm(const ExchangePtr& exchange, Duration limit) {
        exchange->limit_span = limit;
        exchange->limit.start(limit, [weak = weak_from_this(), id = exchange->id] {
            const auto self = weak.lock();
            if (const ExchangePtr late = self ? self->find(id) : nullptr) {
                const char* what = late->sent ? "no answer within " : "not connected within ";
                self->fail(late, Failure::Cause::timeout, what + format_duration(late->limit_span));
            }
        });
    }

    ExchangePtr find(ExchangeId id) const {
        const auto found = exchanges.find(id);
        return found != exchanges.end() ? found->second : nullptr;
    }

    void begin(const ExchangePtr& exchange) {
        Pool& pool = pools[exchange->origin];
        if (!exchange->stream && !exchange->retried && !pool.idle.empty()) {
            ConnectionPtr connection = std::move(pool.idle.back().connection);
            pool.idle.pop_back();
            exchange->reused = true;
            count(exchange, pool);
            use(exchange, std::move(connection));
            return;
        }
        if (!exchange->stream && pool.busy >= options.connections_per_origin) {
            pool.waiting.push_back(exchange);
            return;
        }
        if (!exchange->stream) {
            count(exchange, pool);
        }
        open(exchange);
    }

    static void count(const ExchangePtr& exchange, Pool& pool) {
        exchange->counted = true;
        ++pool.busy;
    }

    void open(const ExchangePtr& exchange) {
        exchange->reused = false;
        exchange->connecting = connect(
            loop, exchange->origin, options.tls,
            [weak = weak_from_this(),
             id = exchange->id](Result<ConnectionPtr, ConnectFailure> outcome) {
                const auto self = weak.lock();
                const ExchangePtr current = self ? self->find(id) : nullptr;
                if (!current) {
                    return;
                }
                if (outcome.ok()) {
                    self->use(current, *std::move(outcome));
                    return;
                }
                self->fail(current,
                           outcome.error().tls ? Failure::Cause::tls : Failure::Cause::unreachable,
                           outcome.error().message);
            });
    }

    void use(const ExchangePtr& exchange, ConnectionPtr connection) {
        exchange->connection = std::move(connection);
        exchange->response = {};
        exchange->has_head = false;
        const std::weak_ptr<Exchange> weak_exchange = exchange;
        exchange->parser = std::make_unique<MessageParser>(
            MessageParser::Direction::responses, exchange->stream ? SIZE_MAX : options.body_limit,
            MessageParser::Events{
                .on_head = [raw =
                                exchange.get()](const MessageHead& head) { take_head(*raw, head); },
                .on_body = [this, raw = exchange.get()](
                               std::string_view bytes) { take_body(*raw, bytes); }});
        if (exchange->request.method == "HEAD") {
            exchange->parser->expect_no_body();
        }
        const auto with_both = [weak = weak_from_this(), id = exchange->id](const auto& action) {
            const auto self = weak.lock();
            if (const ExchangePtr current = self ? self->find(id) : nullptr) {
                action(*self, current);
            }
        };
        exchange->connection->set_events(
            {.on_bytes =
                 [with_both](std::string_view bytes) {
                     with_both([bytes](Impl& self, const ExchangePtr& current) {
                         self.take(current, bytes);
                     });
                 },
             .on_end =
                 [with_both](std::string_view why) {
                     with_both([why](Impl& self, const ExchangePtr& current) {
                         self.end_of_stream(current, why);
                     });
                 },
             .on_drained = nullptr});
        exchange->sent = true;
        exchange->connection->send(request_head(exchange->request, host_header(exchange->origin)) +
                                   exchange->request.body);
    }

    static void take_head(Exchange& exchange, const MessageHead& head) {
        exchange.has_head = true;
        exchange.keep_alive = head.keep_alive;
        exchange.response.status = head.status;
        exchange.response.headers = head.headers;
        // 1xx answers precede the real one.
        if (exchange.stream && head.status >= 200) {
            exchange.limit.cancel();
            if (exchange.stream->on_head) {
                exchange.stream->on_head(exchange.response);
            }
        }
    }

    void take_body(Exchange& exchange, std::string_view bytes) const {
        if (!exchange.stream) {
            exchange.response.body += bytes;
        } else if (exchange.stream->on_piece && find(exchange.id)) {
            exchange.stream->on_piece(bytes);
        }
    }

    void take(const ExchangePtr& exchange, std::string_view bytes) {
        Result<bool, ParseFailure> complete = exchange->parser->feed(bytes);
        while (complete.ok() && *complete && exchange->response.status < 200) {
            exchange->response = {};
            exchange->parser->start_next();
            complete = exchange->parser->feed({});
        }
        if (!find(exchange->id)) {
            return;  // a handler cancelled it
        }
        if (!complete.ok()) {
            fail(exchange, Failure::Cause::malformed,
                 "the answer is not HTTP: " + complete.error().message);
        } else if (*complete) {
            succeed(exchange);
        } else if (exchange->has_head && exchange->silence) {
            arm(exchange, *exchange->silence);
        }
    }

    void end_of_stream(const ExchangePtr& exchange, std::string_view why) {
        if (exchange->has_head && exchange->parser->finish_at_end()) {
            exchange->keep_alive = false;
            succeed(exchange);
            return;
        }
        if (exchange->reused && !exchange->retried && !exchange->has_head &&
            exchange->is_idempotent_read()) {
            exchange->retried = true;
            exchange->connection.reset();
            exchange->sent = false;
            open(exchange);
            return;
        }
        fail(exchange, Failure::Cause::broken,
             std::string(exchange->has_head ? "the connection broke within the answer"
                                            : "the connection broke before the answer") +
                 (why.empty() ? "" : ": " + std::string(why)));
    }

    void succeed(const ExchangePtr& exchange) {
        const bool keep = exchange->keep_alive && !exchange->stream &&
                          exchange->parser->kept_bytes() == 0 &&
                          !equal_without_case(exchange->request.headers.get("Connection"), "close");
        ConnectionPtr connection = std::move(exchange->connection);
        retire(exchange);
        if (keep) {
            keep_idle(exchange->origin, std::move(connection));
        } else if (connection) {
            connection->close();
        }
        serve_waiting(exchange->origin);
        if (exchange->stream) {
            if (exchange->stream->on_end) {
                exchange->stream->on_end(std::nullopt);
            }
        } else {
            exchange->callback(std::move(exchange->response));
        }
    }

    void fail(const ExchangePtr& exchange, Failure::Cause cause, const std::string& why) {
        const Failure failure{.cause = cause,
                              .sent = exchange->sent,
                              .message = to_string(exchange->origin) + ": " + why};
        if (exchange->connection) {
            exchange->connection->close();
        }
        retire(exchange);
        serve_waiting(exchange->origin);
        if (exchange->stream) {
            if (exchange->stream->on_end) {
                exchange->stream->on_end(failure);
            }
        } else {
            exchange->callback(failure);
        }
    }

    void retire(const ExchangePtr& exchange) {
        exchange->limit.cancel();
        exchange->connecting.reset();
        exchanges.erase(exchange->id);
        if (std::exchange(exchange->counted, false)) {
            --pools[exchange->origin].busy;
        }
    }

    void serve_waiting(const Origin& origin) {
        Pool& pool = pools[origin];
        while (!pool.waiting.empty() && pool.busy < options.connections_per_origin) {
            const ExchangePtr next = pool.waiting.front().lock();
            pool.waiting.pop_front();
            if (next && find(next->id)) {
                begin(next);
            }
        }
    }

    void keep_idle(const Origin& origin, ConnectionPtr connection) {
        Connection* raw = connection.get();
        const auto drop = [weak = weak_from_this(), origin, raw] {
            if (const auto self = weak.lock()) {
                self->drop_idle(origin, raw);
            }
        };
        connection->set_events({.on_bytes = [drop](std::string_view) { drop(); },
                                .on_end = [drop](std::string_view) { drop(); },
                                .on_drained = nullptr});
        Idle idle{.connection = std::move(connection), .limit = Timer(loop)};
        idle.limit.start(options.idle_limit, drop);
        pools[origin].idle.push_back(std::move(idle));
    }

    void drop_idle(const Origin& origin, const Connection* which) {
        std::vector<Idle>& idle = pools[origin].idle;
        const auto found = std::ranges::find_if(
            idle, [which](const Idle& entry) { return entry.connection.get() == which; });
        if (found != idle.end()) {
            const ConnectionPtr connection = std::move(found->connection);
            idle.erase(found);
            connection->close();
        }
    }

    void close_idle() {
        for (auto& [origin, pool] : pools) {
            for (Idle& idle : pool.idle) {
                idle.connection->close();
            }
            pool.idle.clear();
        }
    }

    EventLoop& loop;
    ClientOptions options;
    std::map<Origin, Pool> pools;
    std::map<ExchangeId, ExchangePtr> exchanges;
    ExchangeId last_id = 0;
};

Client::Client(EventLoop& loop, ClientOptions options)
    : impl_(std::make_shared<Impl>(loop, std::move(options))) {}

Client::~Client() {
    for (const auto& [id, exchange] : impl_->exchanges) {
        if (exchange->connection) {
            exchange->connection->close();
        }
        exchange->connecting.reset();
        exchange->limit.cancel();
    }
    impl_->exchanges.clear();
    impl_->close_idle();
}

ExchangeId Client::send(const Origin& origin, Request request, Duration deadline,
                        Callback callback) {
    const ExchangePtr exchange = impl_->admit(origin, std::move(request));
    exchange->callback = std::move(callback);
    impl_->arm(exchange, deadline);
    impl_->begin(exchange);
    return exchange->id;
}

ExchangeId Client::stream(const Origin& origin, Request request, StreamLimits limits,
                          StreamHandlers handlers) {
    const ExchangePtr exchange = impl_->admit(origin, std::move(request));
    exchange->stream = std::move(handlers);
    exchange->silence = limits.silence;
    impl_->arm(exchange, limits.head);
    impl_->begin(exchange);
    return exchange->id;
}

void Client::cancel(ExchangeId id) {
    if (const ExchangePtr exchange = impl_->find(id)) {
        if (exchange->connection) {
            exchange->connection->close();
        }
        impl_->retire(exchange);
        impl_->serve_waiting(exchange->origin);
    }
}

void Client::set_tls(std::shared_ptr<const TlsContext> tls) {
    impl_->options.tls = std::move(tls);
    impl_->close_idle();
}

bool LineSplitter::feed(std::string_view piece,
                        const std::function<void(std::string_view line)>& line) {
    while (true) {
        const std::size_t end = piece.find('\n');
        if (end == std::string_view::npos) {
            rest_ += piece;
            return rest_.size() <= limit_;
        }
        if (rest_.empty()) {
            line(piece.substr(0, end));
        } else {
            rest_ += piece.substr(0, end);
            const std::string whole = std::exchange(rest_, {});
            line(whole);
        }
        piece.remove_prefix(end + 1);
    }
}

}  // namespace bestgres::http
