#include "fakekube/server/http_transport.hpp"

#include <utility>

namespace bestgres::fakekube {
namespace {

using std::chrono::seconds;

constexpr Duration answer_limit = seconds(120);  // the longest recorded watch ends before

http::Request to_wire(const Request& request) {
    http::Request out;
    out.method = request.method;
    out.target = request.query.empty() ? request.path : request.path + "?" + request.query;
    for (const auto& [name, value] : request.headers) {
        out.headers.add(name, value);
    }
    out.body = request.body;
    return out;
}

Response from_wire(const http::Response& response) {
    Response out;
    out.status = response.status;
    for (const http::Header& header : response.headers.entries()) {
        out.headers.emplace_back(header.name, header.value);
    }
    return out;
}

bool is_chunked(const Response& head) {
    return find_header(head.headers, "Transfer-Encoding").value_or("") == "chunked";
}

}  // namespace

HttpTransport::HttpTransport(http::EventLoop& loop, http::Origin origin,
                             std::shared_ptr<const http::TlsContext> tls)
    : loop_(loop), origin_(std::move(origin)), client_(loop, {.tls = std::move(tls)}) {}

std::shared_ptr<HttpTransport::Stream> HttpTransport::begin(const Request& request) {
    auto stream = std::make_shared<Stream>();
    stream->exchange = client_.stream(
        origin_, to_wire(request), {.head = answer_limit, .silence = answer_limit},
        {.on_head =
             [stream](const http::Response& head) {
                 stream->head = from_wire(head);
                 stream->has_head = true;
             },
         .on_piece =
             [stream](std::string_view piece) {
                 stream->text += piece;
                 stream->splitter.feed(
                     piece, [&stream](std::string_view line) { stream->lines.emplace_back(line); });
             },
         .on_end =
             [stream](const std::optional<http::Failure>& failure) {
                 if (failure && !stream->has_head) {
                     stream->head.status = 0;
                     stream->head.body = failure->message;
                 }
                 stream->ended = true;
             }});
    loop_.run_until([&stream] { return stream->has_head || stream->ended; }, answer_limit);
    return stream;
}

Response HttpTransport::exchange(const Request& request) {
    const std::shared_ptr<Stream> stream = begin(request);
    loop_.run_until([&stream] { return stream->ended; }, answer_limit);
    client_.cancel(stream->exchange);
    Response response = std::move(stream->head);
    response.body += stream->text;
    return response;
}

corpus::Opened HttpTransport::open(const Request& request) {
    const std::shared_ptr<Stream> stream = begin(request);
    corpus::Opened opened{.id = ++last_id_, .head = stream->head};
    opened.is_stream = is_chunked(stream->head);
    if (!opened.is_stream) {
        loop_.run_until([&stream] { return stream->ended; }, answer_limit);
        opened.head.body += stream->text;
    }
    streams_[opened.id] = stream;
    return opened;
}

corpus::StreamRead HttpTransport::read(int id, Duration at_most) {
    Stream& stream = *streams_.at(id);
    const auto has_line = [&stream] { return stream.told < stream.lines.size(); };
    loop_.run_until([&] { return has_line() || stream.ended; }, at_most);
    if (has_line()) {
        return {.kind = corpus::StreamRead::Kind::line, .line = stream.lines[stream.told++]};
    }
    return {.kind = stream.ended ? corpus::StreamRead::Kind::ended
                                 : corpus::StreamRead::Kind::timed_out};
}

void HttpTransport::close(int id) {
    if (const auto found = streams_.find(id); found != streams_.end()) {
        client_.cancel(found->second->exchange);
        streams_.erase(found);
    }
}

void HttpTransport::sleep(Duration span) {
    loop_.run_until([] { return false; }, span);
}

}  // namespace bestgres::fakekube
