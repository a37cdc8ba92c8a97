#include "fakekube/corpus/in_process_transport.hpp"

#include <algorithm>
#include <utility>

namespace bestgres::fakekube::corpus {
namespace {

// Requests of a real server take a little while: times and ages differ between them.
constexpr Duration request_time = std::chrono::milliseconds(5);

}  // namespace

InProcessTransport::InProcessTransport(ApiServer server, Instant now, Background background)
    : server_(std::move(server)), now_(now), background_(std::move(background)) {
    run_background();
}

void InProcessTransport::run_background() {
    if (background_) {
        due_ = background_(server_, now_);
    }
}

void InProcessTransport::advance(Instant to) {
    while (due_ && *due_ <= to) {
        now_ = std::max(now_, *due_);
        const Instant before = *due_;
        run_background();
        if (due_ && *due_ <= before) {
            due_ = before + std::chrono::milliseconds(1);
        }
    }
    now_ = std::max(now_, to);
    run_background();
}

void InProcessTransport::sleep(Duration span) {
    advance(now_ + span);
}

Response InProcessTransport::exchange(const Request& request) {
    Response response = server_.handle(request, now_);
    if (response.watch) {
        Stream stream{.watch = std::move(*response.watch)};
        response.watch.reset();
        while (!stream.closed) {
            poll(stream);
            if (!stream.closed) {
                advance(stream.next_look.value_or(now_ + std::chrono::seconds(1)));
            }
        }
        for (const std::string& line : stream.lines) {
            response.body += line;
        }
    }
    advance(now_ + request_time);
    return response;
}

Opened InProcessTransport::open(const Request& request) {
    Opened opened{.id = ++last_id_, .head = server_.handle(request, now_)};
    if (opened.head.watch) {
        opened.is_stream = true;
        opened.head.headers.emplace_back("Transfer-Encoding", "chunked");
        streams_[opened.id] = Stream{.watch = std::move(*opened.head.watch)};
        opened.head.watch.reset();
    }
    advance(now_ + request_time);
    return opened;
}

void InProcessTransport::poll(Stream& stream) {
    if (stream.closed) {
        return;
    }
    WatchChunk chunk = server_.poll(stream.watch, now_);
    for (std::string& line : chunk.events) {
        stream.lines.push_back(std::move(line));
    }
    stream.closed = chunk.closed;
    stream.next_look = chunk.next_look;
}

StreamRead InProcessTransport::read(int id, Duration at_most) {
    Stream& stream = streams_[id];
    const Instant deadline = now_ + at_most;
    while (true) {
        poll(stream);
        if (stream.told < stream.lines.size()) {
            return {.kind = StreamRead::Kind::line, .line = stream.lines[stream.told++]};
        }
        if (stream.closed) {
            return {.kind = StreamRead::Kind::ended};
        }
        if (now_ >= deadline) {
            return {.kind = StreamRead::Kind::timed_out};
        }
        Instant next = deadline;
        if (stream.next_look) {
            next = std::min(next, std::max(*stream.next_look, now_));
        }
        if (due_) {
            next = std::min(next, std::max(*due_, now_));
        }
        advance(std::max(next, now_ + std::chrono::milliseconds(1)));
    }
}

void InProcessTransport::close(int id) {
    streams_.erase(id);
}

}  // namespace bestgres::fakekube::corpus
