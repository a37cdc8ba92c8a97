// Beast's basic_parser under a plain face. This is the only file that includes Beast.
#include "lib/http/codec.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <limits>
#include <variant>

namespace bestgres::http {
namespace {

namespace beast_http = boost::beast::http;
using boost::beast::string_view;
using ErrorCode = boost::system::error_code;

constexpr std::uint32_t header_limit = 128U << 10U;

std::string text_of(string_view text) {
    return {text.data(), text.size()};
}

template <bool isRequest>
class Parser final : public beast_http::basic_parser<isRequest> {
public:
    Parser(std::size_t body_limit, const MessageParser::Events& events) : events_(events) {
        this->eager(true);
        this->header_limit(header_limit);
        this->body_limit(body_limit);
    }

private:
    using Length = boost::optional<std::uint64_t>;

    void on_request_impl(beast_http::verb, string_view method, string_view target, int,
                         ErrorCode&) override {
        head_.method = text_of(method);
        head_.target = text_of(target);
    }
    void on_response_impl(int code, string_view, int, ErrorCode&) override { head_.status = code; }
    void on_field_impl(beast_http::field, string_view name, string_view value,
                       ErrorCode&) override {
        head_.headers.add(text_of(name), text_of(value));
    }
    void on_header_impl(ErrorCode&) override {
        head_.keep_alive = this->keep_alive();
        events_.on_head(head_);
    }
    void on_body_init_impl(const Length&, ErrorCode&) override {}
    std::size_t on_body_impl(string_view body, ErrorCode&) override {
        events_.on_body({body.data(), body.size()});
        return body.size();
    }
    void on_chunk_header_impl(std::uint64_t, string_view, ErrorCode&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, string_view body, ErrorCode&) override {
        events_.on_body({body.data(), body.size()});
        return body.size();
    }
    void on_finish_impl(ErrorCode&) override {}

    const MessageParser::Events& events_;
    MessageHead head_;
};

int status_of(const ErrorCode& error) {
    if (error == beast_http::error::body_limit) {
        return 413;
    }
    return error == beast_http::error::header_limit ? 431 : 400;
}

}  // namespace

struct MessageParser::Impl {
    template <class Visitor>
    auto with_parser(Visitor visitor) {
        return requests ? visitor(*requests) : visitor(*responses);
    }

    // Feeds the parser until it wants more than there is.
    template <class Parser>
    Result<bool, ParseFailure> advance(Parser& parser) {
        while (!parser.is_done() && !kept.empty()) {
            ErrorCode error;
            const std::size_t used =
                parser.put(boost::asio::const_buffer(kept.data(), kept.size()), error);
            kept.erase(0, used);
            begun = begun || used > 0;
            if (error == beast_http::error::need_more || (!error && used == 0)) {
                break;
            }
            if (error) {
                return ParseFailure{.status = status_of(error), .message = error.message()};
            }
        }
        return parser.is_done();
    }

    Direction direction;
    std::size_t body_limit;
    Events events;
    std::unique_ptr<Parser<true>> requests;
    std::unique_ptr<Parser<false>> responses;
    std::string kept;
    bool begun = false;
};

MessageParser::MessageParser(Direction direction, std::size_t body_limit, Events events)
    : impl_(std::make_unique<Impl>()) {
    impl_->direction = direction;
    impl_->body_limit = body_limit;
    impl_->events = std::move(events);
    start_next();
}

MessageParser::~MessageParser() = default;

void MessageParser::start_next() {
    impl_->begun = false;
    if (impl_->direction == Direction::requests) {
        impl_->requests = std::make_unique<Parser<true>>(impl_->body_limit, impl_->events);
    } else {
        impl_->responses = std::make_unique<Parser<false>>(impl_->body_limit, impl_->events);
    }
}

Result<bool, ParseFailure> MessageParser::feed(std::string_view bytes) {
    impl_->kept.append(bytes);
    return impl_->with_parser([this](auto& parser) { return impl_->advance(parser); });
}

bool MessageParser::finish_at_end() {
    return impl_->with_parser([](auto& parser) {
        if (!parser.got_some()) {
            return false;
        }
        ErrorCode error;
        parser.put_eof(error);
        return !error && parser.is_done();
    });
}

void MessageParser::expect_no_body() {
    if (impl_->responses) {
        impl_->responses->skip(true);
    }
}

bool MessageParser::has_begun() const {
    return impl_->begun || !impl_->kept.empty();
}

std::size_t MessageParser::kept_bytes() const {
    return impl_->kept.size();
}

}  // namespace bestgres::http
