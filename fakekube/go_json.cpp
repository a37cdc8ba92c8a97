#include "fakekube/go_json.hpp"

#include <fmt/format.h>

#include <cstdint>

#include "lib/base/json_nesting.hpp"

namespace bestgres::fakekube {
namespace {

// How Go's quoteChar shows a byte.
std::string quoted_byte(char byte) {
    const auto code = static_cast<unsigned char>(byte);
    if (byte == '\'') {
        return "'\\''";
    }
    if (byte == '"') {
        return "'\"'";
    }
    if (byte == '\n') {
        return "'\\n'";
    }
    if (byte == '\t') {
        return "'\\t'";
    }
    if (code < 0x20 || code == 0x7f) {
        return fmt::format("'\\x{:02x}'", code);
    }
    if (code >= 0x80 && code < 0xa0) {
        return fmt::format("'\\u{:04x}'", code);
    }
    if (code >= 0xa0) {  // a byte is read as the character of that number
        return fmt::format("'{}{}'", static_cast<char>(0xc0 | (code >> 6U)),
                           static_cast<char>(0x80 | (code & 0x3fU)));
    }
    return fmt::format("'{}'", byte);
}

// A recursive-descent reader that only looks for the first error.
class Scanner {
public:
    explicit Scanner(std::string_view text) : text_(text) {}

    std::string first_error() {
        value();
        if (error_.empty()) {
            skip_space();
            if (at_ < text_.size()) {
                fail("after top-level value");
            }
        }
        return error_;
    }

private:
    bool failed() const { return !error_.empty(); }
    void fail(std::string_view where) {
        if (failed()) {
            return;
        }
        error_ = at_ >= text_.size()
                     ? std::string("unexpected end of JSON input")
                     : fmt::format("invalid character {} {}", quoted_byte(text_[at_]), where);
    }
    void skip_space() {
        while (at_ < text_.size() &&
               std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) {
            ++at_;
        }
    }
    bool next_is(char byte) {
        skip_space();
        return at_ < text_.size() && text_[at_] == byte;
    }
    bool digit() const { return at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; }

    void value() {
        skip_space();
        if (at_ >= text_.size() || ++depth_ > deepest_nesting) {
            fail(at_ >= text_.size() ? "looking for beginning of value" : "exceeded max depth");
            return;
        }
        switch (text_[at_]) {
            case '{':
                object();
                break;
            case '[':
                array();
                break;
            case '"':
                text();
                break;
            case 't':
                literal("true");
                break;
            case 'f':
                literal("false");
                break;
            case 'n':
                literal("null");
                break;
            default:
                number();
        }
        --depth_;
    }

    void literal(std::string_view word) {
        for (std::size_t i = 1; i < word.size(); ++i) {
            ++at_;
            if (at_ >= text_.size() || text_[at_] != word[i]) {
                fail(fmt::format("in literal {} (expecting '{}')", word, word[i]));
                return;
            }
        }
        ++at_;
    }

    void number() {
        if (text_[at_] != '-' && !digit()) {
            fail("looking for beginning of value");
            return;
        }
        if (text_[at_] == '-') {
            ++at_;
            if (!digit()) {
                fail("in numeric literal");
                return;
            }
        }
        while (at_ < text_.size() &&
               std::string_view("0123456789.eE+-").find(text_[at_]) != std::string_view::npos) {
            ++at_;
        }
    }

    void text() {
        ++at_;
        while (at_ < text_.size() && text_[at_] != '"') {
            if (static_cast<unsigned char>(text_[at_]) < 0x20) {
                fail("in string literal");
                return;
            }
            at_ += text_[at_] == '\\' ? 2 : 1;
        }
        if (at_ >= text_.size()) {
            fail("");
            return;
        }
        ++at_;
    }

    void object() {
        ++at_;
        if (next_is('}')) {
            ++at_;
            return;
        }
        while (!failed()) {
            if (!next_is('"')) {
                fail("looking for beginning of object key string");
                return;
            }
            text();
            if (!failed() && !next_is(':')) {
                fail("after object key");
                return;
            }
            ++at_;
            if (!failed()) {
                value();
            }
            if (failed()) {
                return;
            }
            if (next_is('}')) {
                ++at_;
                return;
            }
            if (!next_is(',')) {
                fail("after object key:value pair");
                return;
            }
            ++at_;
        }
    }

    void array() {
        ++at_;
        if (next_is(']')) {
            ++at_;
            return;
        }
        while (!failed()) {
            value();
            if (failed()) {
                return;
            }
            if (next_is(']')) {
                ++at_;
                return;
            }
            if (!next_is(',')) {
                fail("after array element");
                return;
            }
            ++at_;
        }
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t depth_ = 0;
    std::string error_;
};

}  // namespace

std::string go_json_error(std::string_view text) {
    return Scanner(text).first_error();
}

}  // namespace bestgres::fakekube
