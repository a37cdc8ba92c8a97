#include "fakekube/node/log_server.hpp"

#include "fakekube/node/reactor.hpp"
#include "lib/base/encoding.hpp"

namespace bestgres::fakekube::node {
namespace {

constexpr Duration follow_period = std::chrono::milliseconds(200);
constexpr std::size_t most_unsent = 1U << 20U;

using Query = std::multimap<std::string, std::string>;

std::string value_of(const Query& query, const std::string& name) {
    const auto found = query.find(name);
    return found == query.end() ? "" : found->second;
}

bool is_set(const Query& query, const std::string& name) {
    const std::string value = value_of(query, name);
    return query.count(name) != 0 && value != "false" && value != "0";
}

std::optional<std::int64_t> number_of(const Query& query, const std::string& name) {
    const std::string value = value_of(query, name);
    if (value.empty() || value.find_first_not_of("0123456789") != value.npos) {
        return std::nullopt;
    }
    return std::strtoll(value.c_str(), nullptr, 10);
}

LogOptions options_of(const Query& query) {
    LogOptions options;
    options.tail_lines = number_of(query, "tailLines");
    options.timestamps = is_set(query, "timestamps");
    if (const auto limit = number_of(query, "limitBytes")) {
        options.limit_bytes = static_cast<std::size_t>(*limit);
    }
    if (const auto seconds = number_of(query, "sinceSeconds")) {
        options.since = wall_clock() - std::chrono::seconds(*seconds);
    } else if (const auto time = parse_time(value_of(query, "sinceTime")); time.ok()) {
        options.since = *time;
    }
    return options;
}

std::vector<std::string> segments(std::string_view path) {
    std::vector<std::string> result;
    while (!path.empty()) {
        const std::size_t end = path.find('/');
        if (end != 0) {
            result.push_back(decode_percent(path.substr(0, end), false).value_or(""));
        }
        path.remove_prefix(end == path.npos ? path.size() : end + 1);
    }
    return result;
}

http::Response text_response(int status, std::string text) {
    http::Response response;
    response.status = status;
    response.headers.set("Content-Type", "text/plain; charset=utf-8");
    response.body = std::move(text);
    return response;
}

// Sends what is appended until the run has ended and everything was sent, or the reader left.
struct Follower : std::enable_shared_from_this<Follower> {
    Follower(http::EventLoop& event_loop, LogReader log_reader, http::ResponseStream response,
             std::function<bool()> grows)
        : loop(event_loop),
          reader(std::move(log_reader)),
          stream(std::move(response)),
          may_grow(std::move(grows)) {}

    void pump() {
        // Asked before reading, so that the last words are not lost.
        const bool again = may_grow();
        if (stream.unsent_bytes() < most_unsent) {
            const std::string text = reader.read();
            if (!text.empty() && !stream.send(text)) {
                return;
            }
        }
        if (!stream.is_open()) {
            return;
        }
        if (!again || reader.is_full()) {
            stream.finish();
            return;
        }
        loop.after(follow_period, [self = shared_from_this()] { self->pump(); });
    }

    http::EventLoop& loop;
    LogReader reader;
    http::ResponseStream stream;
    std::function<bool()> may_grow;
};

}  // namespace

LogServer::LogServer(http::EventLoop& loop, Find find) : loop_(loop), find_(std::move(find)) {}

Result<int> LogServer::start(const std::string& address) {
    const auto authority = http::make_authority("fakekube-node");
    if (!authority) {
        return authority.error();
    }
    http::CertificateRequest wanted;
    wanted.common_name = "fakekube-node";
    wanted.addresses = {address};
    const auto certificate = http::issue_server_certificate(*authority, wanted);
    if (!certificate) {
        return certificate.error();
    }
    const auto tls =
        http::TlsContext::server({.certificate = *certificate, .client_authorities = ""});
    if (!tls) {
        return tls.error();
    }
    http::ServerOptions options;
    options.listen = {.address = address, .port = 0};
    options.tls = *tls;
    server_ = std::make_unique<http::Server>(
        loop_, options, [this](const http::ServerRequest& request, const http::Responder& reply) {
            handle(request, reply);
        });
    const Result<std::uint16_t> port = server_->start();
    return port.ok() ? Result<int>(*port) : port.error();
}

void LogServer::handle(const http::ServerRequest& request, const http::Responder& responder) {
    const http::Target target = http::split_target(request.request.target);
    const std::vector<std::string> parts = segments(target.path);
    if (parts.size() == 1 && parts[0] == "healthz") {
        responder.respond(text_response(200, "ok"));
        return;
    }
    if (request.request.method != "GET" || parts.size() != 4 || parts[0] != "containerLogs") {
        responder.respond(text_response(404, "404 page not found\n"));
        return;
    }
    const Query query = http::parse_query(target.query);
    const kube::Ref pod{kube::kinds::pod, parts[1], parts[2]};
    const bool previous = is_set(query, "previous");
    const std::string container = parts[3];
    const auto file = find_(pod, container, previous);
    if (!file) {
        responder.respond(text_response(
            previous ? 400 : 404, (previous ? "previous terminated container \"" : "container \"") +
                                      container + "\" in pod \"" + pod.name + "\" not found\n"));
        return;
    }
    http::Response head = text_response(200, "");
    const bool follow = is_set(query, "follow");
    // A run that was replaced has another file: this one does not grow any more.
    const auto may_grow = [this, pod, container, follow, path = file->path] {
        const auto now = find_(pod, container, false);
        return follow && now && now->path == path && now->may_grow;
    };
    std::make_shared<Follower>(loop_, LogReader(file->path, options_of(query)),
                               responder.start_stream(head), may_grow)
        ->pump();
}

}  // namespace bestgres::fakekube::node
