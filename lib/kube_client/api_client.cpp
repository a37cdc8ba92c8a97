#include "lib/kube_client/api_client.hpp"

#include <fstream>
#include <iterator>
#include <map>
#include <utility>

#include "lib/base/json_nesting.hpp"
#include "lib/http/client.hpp"
#include "lib/kube_client/wire.hpp"

namespace bestgres::kube_client {
namespace {

constexpr Duration token_age_limit = std::chrono::seconds(60);

// The bearer token: a constant, or a file that somebody rotates.
class Token {
public:
    explicit Token(const Access& access) : text_(access.token), file_(access.token_file) {}

    const std::string& get(Instant now) {
        if (!file_.empty() && (!read_at_ || now - *read_at_ >= token_age_limit)) {
            read(now);
        }
        return text_;
    }
    // After a 401. True when there is another token now.
    bool renew(Instant now) {
        const std::string before = text_;
        if (!file_.empty()) {
            read(now);
        }
        return text_ != before;
    }

private:
    // A file that cannot be read leaves the last token in force.
    void read(Instant now) {
        std::ifstream file(file_, std::ios::binary);
        std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
        while (!text.empty() &&
               (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) {
            text.pop_back();
        }
        if (!text.empty()) {
            text_ = std::move(text);
        }
        read_at_ = now;
    }

    std::string text_;
    std::string file_;
    std::optional<Instant> read_at_;
};

struct Watch {
    http::ExchangeId exchange = 0;
    http::LineSplitter lines;
    int status = 0;
    std::string error_body;
};

// A list in progress.
struct Paging {
    kube::CallId id = 0;
    kube::List list;
    kube::Listing found;
    bool restarted = false;  // without pages, because the snapshot was compacted under them
};

}  // namespace

struct ApiClient::Impl : std::enable_shared_from_this<ApiClient::Impl> {
    Impl(http::EventLoop& the_loop, Access the_access, ApiClientOptions the_options,
         std::shared_ptr<const http::TlsContext> tls)
        : loop(the_loop),
          access(std::move(the_access)),
          options(std::move(the_options)),
          token(access),
          client(loop, {.tls = std::move(tls)}) {}

    http::Request authorized(http::Request request) {
        request.target = access.path_prefix + request.target;
        request.headers.set("User-Agent", options.user_agent);
        if (const std::string& bearer = token.get(loop.now()); !bearer.empty()) {
            request.headers.set("Authorization", "Bearer " + bearer);
        } else if (!access.username.empty()) {
            request.headers.set("Authorization",
                                http::basic_authorization(access.username, access.password));
        }
        return request;
    }

    // With one more try when the token has been rotated since.
    void send(const http::Request& request, http::Client::Callback then) {
        client.send(
            access.server, authorized(request), options.call_limit,
            [weak = weak_from_this(), request,
             then = std::move(then)](Result<http::Response, http::Failure> answer) {
                const auto self = weak.lock();
                if (!self) {
                    return;
                }
                if (answer.ok() && answer->status == 401 && self->token.renew(self->loop.now())) {
                    self->client.send(self->access.server, self->authorized(request),
                                      self->options.call_limit, then);
                    return;
                }
                then(std::move(answer));
            });
    }

    // What to do is said where the cause lies with the credentials or the connection.
    kube::Error explained(kube::Error error) const {
        if (error.code == kube::ErrorCode::unauthorized) {
            error.message += "; " + to_string(access.server) +
                             " does not accept the credentials of " + access.source +
                             ": renew the token or the client certificate";
        }
        return error;
    }
    kube::Error explained(kube::Error error, const http::Failure& failure) const {
        if (failure.cause == http::Failure::Cause::tls) {
            error.message +=
                "; check certificate-authority, the client certificate and the server "
                "address in " +
                access.source;
        } else if (failure.cause == http::Failure::Cause::unreachable) {
            error.message += "; is the server up? The address comes from " + access.source;
        } else if (failure.cause == http::Failure::Cause::broken && !access.server.tls) {
            error.message += "; a server of https hangs up on http: see " + access.source;
        }
        return error;
    }
    kube::Error error_for(const kube::Call& call,
                          const Result<http::Response, http::Failure>& answer) const {
        return answer.ok() ? explained(error_of(call, *answer))
                           : explained(error_of(call, answer.error()), answer.error());
    }

    static bool is_success(const Result<http::Response, http::Failure>& answer) {
        return answer.ok() && answer->status >= 200 && answer->status < 300;
    }

    void answer(kube::CallId id, Result<kube::Outcome, kube::Error> outcome) {
        sink(kube::Answer{.id = id, .outcome = std::move(outcome)});
    }

    void submit(kube::CallId id, kube::Call call) {
        if (auto* list = std::get_if<kube::List>(&call)) {
            auto paging = std::make_shared<Paging>();
            paging->id = id;
            paging->list = std::move(*list);
            next_page(paging, "");
            return;
        }
        const http::Request request = request_of(call, options.field_manager);
        send(request, [this, id, call = std::move(call)](
                          const Result<http::Response, http::Failure>& result) {
            if (is_success(result)) {
                answer(id, outcome_of(call, result->body));
            } else {
                answer(id, error_for(call, result));
            }
        });
    }

    void next_page(const std::shared_ptr<Paging>& paging, const std::string& token_of_page) {
        const std::size_t limit = paging->restarted ? 0 : options.page_size;
        send(page_request(paging->list, limit, token_of_page),
             [this, paging](const Result<http::Response, http::Failure>& result) {
                 take_page(paging, result);
             });
    }

    void take_page(const std::shared_ptr<Paging>& paging,
                   const Result<http::Response, http::Failure>& result) {
        if (result.ok() && result->status == 410 && !paging->restarted) {
            paging->restarted = true;
            paging->found = {};
            next_page(paging, "");
            return;
        }
        if (!is_success(result)) {
            answer(paging->id, error_for(kube::Call(paging->list), result));
            return;
        }
        Result<Json> page = parse_json_leniently(result->body);
        if (!page.ok() || !page->is_object()) {
            kube::Error error;
            error.message = describe(kube::Call(paging->list)) + ": the answer is not JSON";
            answer(paging->id, std::move(error));
            return;
        }
        add_items(*page, *paging);
        paging->found.resource_version = string_at(*page, {"metadata", "resourceVersion"});
        const std::string next = string_at(*page, {"metadata", "continue"});
        if (next.empty()) {
            answer(paging->id, kube::Outcome(std::move(paging->found)));
        } else {
            next_page(paging, next);
        }
    }

    // Items of built-in kinds come without their type.
    static void add_items(Json& page, Paging& paging) {
        const auto items = page.find("items");
        if (items == page.end() || !items->is_array()) {
            return;
        }
        for (Json& item : *items) {
            if (item.is_object()) {
                item["apiVersion"] = paging.list.kind.api_version();
                item["kind"] = paging.list.kind.name;
                paging.found.items.emplace_back(std::move(item));
            }
        }
    }

    void watch(kube::WatchId id, const kube::WatchSpec& spec) {
        const http::Request request = authorized(watch_request(spec, options.watch_span));
        const auto with_watch = [weak = weak_from_this(), id](const auto& action) {
            const auto self = weak.lock();
            const auto found = self ? self->watches.find(id) : decltype(self->watches.find(id))();
            if (self && found != self->watches.end()) {
                action(*self, *found->second);
            }
        };
        watches[id] = std::make_shared<Watch>();
        const std::string attempt =
            "watch " + std::string(spec.kind.plural) + (spec.ns.empty() ? "" : " in " + spec.ns);
        watches[id]->exchange = client.stream(
            access.server, request,
            {.head = options.call_limit, .silence = options.watch_span + options.watch_grace},
            {.on_head =
                 [with_watch](const http::Response& head) {
                     with_watch([&head](Impl&, Watch& watch) { watch.status = head.status; });
                 },
             .on_piece =
                 [with_watch, id](std::string_view piece) {
                     with_watch([&](Impl& self, Watch& watch) { self.take(id, watch, piece); });
                 },
             .on_end =
                 [with_watch, id, spec, attempt](const std::optional<http::Failure>& failure) {
                     with_watch([&](Impl& self, Watch& watch) {
                         self.finish(id, self.end_of(watch, spec, attempt, failure));
                     });
                 }});
    }

    void take(kube::WatchId id, Watch& watch, std::string_view piece) {
        if (watch.status != 200) {
            watch.error_body +=
                piece.substr(0, 65536 - std::min<std::size_t>(65536, watch.error_body.size()));
            return;
        }
        const std::shared_ptr<Watch> alive = watches[id];
        const bool in_bounds = watch.lines.feed(piece, [&](std::string_view line) {
            if (watches.count(id) == 0) {
                return;  // the sink has ended it
            }
            kube::WatchEvent event = watch_event_of(id, line);
            const bool over = event.type == kube::WatchEventType::gone ||
                              event.type == kube::WatchEventType::closed;
            if (over) {
                finish(id, std::move(event));
            } else {
                sink(std::move(event));
            }
        });
        if (!in_bounds && watches.count(id) > 0) {
            finish(id, {.id = id,
                        .type = kube::WatchEventType::closed,
                        .object = {},
                        .message = "the server sent an event without end"});
        }
    }

    kube::WatchEvent end_of(const Watch& watch, const kube::WatchSpec& spec,
                            const std::string& attempt,
                            const std::optional<http::Failure>& failure) const {
        kube::WatchEvent event{
            .id = 0, .type = kube::WatchEventType::closed, .object = {}, .message = {}};
        const kube::Call as_list = kube::List{
            .kind = spec.kind, .ns = spec.ns, .label_selector = {}, .field_selector = {}};
        if (watch.status != 200 && watch.status != 0) {
            const http::Response answer{.status = watch.status, .body = watch.error_body};
            const kube::Error error = explained(error_of(as_list, answer));
            event.type = error.code == kube::ErrorCode::gone ? kube::WatchEventType::gone
                                                             : kube::WatchEventType::closed;
            event.message = attempt + error.message.substr(kube::describe(as_list).size());
            if (error.code == kube::ErrorCode::forbidden &&
                error.message.find(" cannot watch ") == std::string::npos) {
                event.message += " (a watch needs the verb \"watch\")";
            }
        } else if (failure) {
            event.message = attempt + ": " + explained({}, *failure).message;
            event.message.insert(attempt.size() + 2, failure->message);
        } else {
            event.message = attempt + ": the server ended it";
        }
        return event;
    }

    void finish(kube::WatchId id, kube::WatchEvent event) {
        const auto found = watches.find(id);
        client.cancel(found->second->exchange);
        watches.erase(found);
        event.id = id;
        sink(std::move(event));
    }

    void unwatch(kube::WatchId id) {
        if (const auto found = watches.find(id); found != watches.end()) {
            client.cancel(found->second->exchange);
            watches.erase(found);
        }
    }

    http::EventLoop& loop;
    Access access;
    ApiClientOptions options;
    Sink sink;
    Token token;
    http::Client client;
    std::map<kube::WatchId, std::shared_ptr<Watch>> watches;
};

Result<std::unique_ptr<ApiClient>> ApiClient::make(http::EventLoop& loop, Access access,
                                                   ApiClientOptions options, Sink sink) {
    std::shared_ptr<const http::TlsContext> tls;
    if (access.server.tls) {
        auto context = http::TlsContext::client(access.tls);
        if (!context.ok()) {
            return std::move(context).error().within(access.source);
        }
        tls = *context;
    }
    auto impl = std::make_shared<Impl>(loop, std::move(access), std::move(options), std::move(tls));
    impl->sink = std::move(sink);
    return std::unique_ptr<ApiClient>(new ApiClient(std::move(impl)));
}

ApiClient::~ApiClient() = default;

void ApiClient::submit(kube::CallId id, kube::Call call) {
    impl_->submit(id, std::move(call));
}

void ApiClient::watch(kube::WatchId id, kube::WatchSpec spec) {
    impl_->watch(id, spec);
}

void ApiClient::unwatch(kube::WatchId id) {
    impl_->unwatch(id);
}

void ApiClient::raw(http::Request request, RawAnswer then) {
    Impl& impl = *impl_;
    impl.send(request, [&impl, then = std::move(then),
                        what = request.method + " " +
                               request.target](Result<http::Response, http::Failure> result) {
        if (result.ok()) {
            then(*std::move(result));
            return;
        }
        // A raw request counts as a write unless it is a GET.
        kube::Error error;
        error.code = result.error().cause == http::Failure::Cause::timeout
                         ? kube::ErrorCode::timeout
                         : kube::ErrorCode::unavailable;
        error.applied = result.error().sent && !what.starts_with("GET ") ? kube::Applied::unknown
                                                                         : kube::Applied::no;
        error.message = what + ": " + result.error().message;
        then(impl.explained(std::move(error), result.error()));
    });
}

const Access& ApiClient::access() const {
    return impl_->access;
}

}  // namespace bestgres::kube_client
