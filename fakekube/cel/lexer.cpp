#include <fmt/format.h>

#include <cctype>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <utility>

#include "fakekube/cel/syntax.hpp"

namespace bestgres::fakekube::cel {
namespace {

bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

bool is_name_start(char byte) {
    return std::isalpha(static_cast<unsigned char>(byte)) != 0 || byte == '_';
}

bool is_name_part(char byte) {
    return is_name_start(byte) || is_digit(byte);
}

void append_utf8(std::string& text, unsigned long code) {
    const auto push = [&text](unsigned long byte) { text += static_cast<char>(byte); };
    if (code < 0x80) {
        push(code);
    } else if (code < 0x800) {
        push(0xC0 | (code >> 6));
        push(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        push(0xE0 | (code >> 12));
        push(0x80 | ((code >> 6) & 0x3F));
        push(0x80 | (code & 0x3F));
    } else {
        push(0xF0 | (code >> 18));
        push(0x80 | ((code >> 12) & 0x3F));
        push(0x80 | ((code >> 6) & 0x3F));
        push(0x80 | (code & 0x3F));
    }
}

class Lexer {
public:
    explicit Lexer(std::string_view text) : text_(text) {}

    Result<std::vector<Token>, SyntaxError> run() {
        while (true) {
            skip_blank();
            if (at_ >= text_.size()) {
                tokens_.push_back(
                    Token{.type = TokenType::end, .text = "", .value = {}, .at = at_});
                return std::move(tokens_);
            }
            if (std::optional<SyntaxError> error = next()) {
                return *std::move(error);
            }
        }
    }

private:
    char look(std::size_t ahead) const {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
    }
    bool starts_with(std::string_view prefix) const {
        return text_.substr(at_, prefix.size()) == prefix;
    }

    void skip_blank() {
        while (at_ < text_.size()) {
            if (starts_with("//")) {
                while (at_ < text_.size() && text_[at_] != '\n') {
                    ++at_;
                }
            } else if (std::isspace(static_cast<unsigned char>(text_[at_])) != 0) {
                ++at_;
            } else {
                return;
            }
        }
    }

    std::optional<SyntaxError> next() {
        const std::size_t prefix = string_prefix();
        const char first = look(prefix);
        if (first == '"' || first == '\'') {
            return read_string(prefix);
        }
        if (is_digit(look(0)) || (look(0) == '.' && is_digit(look(1)))) {
            return read_number();
        }
        if (is_name_start(look(0))) {
            const std::size_t begin = at_;
            while (is_name_part(look(0))) {
                ++at_;
            }
            push_word(begin);
            return std::nullopt;
        }
        return read_symbol();
    }

    // How many letters (r, b, br, rb) stand before a quote here.
    std::size_t string_prefix() const {
        std::size_t count = 0;
        while (count < 2 &&
               (std::tolower(look(count)) == 'r' || std::tolower(look(count)) == 'b')) {
            ++count;
        }
        return look(count) == '"' || look(count) == '\'' ? count : 0;
    }

    void push_word(std::size_t begin) {
        const std::string word(text_.substr(begin, at_ - begin));
        Token token{.type = TokenType::literal, .text = word, .value = {}, .at = begin};
        if (word == "true" || word == "false") {
            token.value = Value{word == "true"};
        } else if (word != "null") {
            token.type = word == "in" ? TokenType::symbol : TokenType::identifier;
        }
        tokens_.push_back(std::move(token));
    }

    std::optional<SyntaxError> read_number() {
        const std::size_t begin = at_;
        const bool is_hex = starts_with("0x") || starts_with("0X");
        bool is_real = false;
        at_ += is_hex ? 2 : 0;
        while (true) {
            const char byte = look(0);
            const bool is_exponent = !is_hex && (byte == 'e' || byte == 'E');
            if (is_exponent || (byte == '.' && is_digit(look(1)))) {
                is_real = true;
                at_ += is_exponent && (look(1) == '-' || look(1) == '+') ? 2 : 1;
            } else if (is_digit(byte) ||
                       (is_hex && std::isxdigit(static_cast<unsigned char>(byte)) != 0)) {
                ++at_;
            } else {
                break;
            }
        }
        const std::string digits(text_.substr(begin, at_ - begin));
        const bool is_natural = look(0) == 'u' || look(0) == 'U';
        at_ += is_natural ? 1 : 0;
        Token token{.type = TokenType::literal, .text = "", .value = {}, .at = begin};
        if (is_real) {
            token.value = Value{std::strtod(digits.c_str(), nullptr)};
            tokens_.push_back(std::move(token));
            return std::nullopt;
        }
        std::uint64_t number = 0;
        const char* start = digits.c_str() + (is_hex ? 2 : 0);
        const auto parsed =
            std::from_chars(start, digits.c_str() + digits.size(), number, is_hex ? 16 : 10);
        // One more than the greatest int is allowed for the sake of its negation.
        if (parsed.ec != std::errc() || (!is_natural && number > (std::uint64_t{1} << 63U))) {
            return SyntaxError{.at = begin, .message = "invalid int literal"};
        }
        token.value = is_natural ? Value{number} : Value{static_cast<std::int64_t>(number)};
        tokens_.push_back(std::move(token));
        return std::nullopt;
    }

    std::optional<SyntaxError> read_string(std::size_t prefix) {
        const std::size_t begin = at_;
        bool is_raw = false;
        bool is_bytes = false;
        for (std::size_t index = 0; index < prefix; ++index) {
            is_raw = is_raw || std::tolower(look(index)) == 'r';
            is_bytes = is_bytes || std::tolower(look(index)) == 'b';
        }
        at_ += prefix;
        const std::string triple(3, look(0));
        const std::string end = starts_with(triple) ? triple : std::string(1, look(0));
        at_ += end.size();
        std::string content;
        while (!starts_with(end)) {
            if (at_ >= text_.size() || (end.size() == 1 && look(0) == '\n')) {
                return SyntaxError{.at = begin, .message = "Syntax error: token recognition error"};
            }
            if (look(0) == '\\' && !is_raw) {
                if (!read_escape(content)) {
                    return SyntaxError{.at = at_, .message = "invalid escape sequence"};
                }
                continue;
            }
            content += look(0);
            ++at_;
        }
        at_ += end.size();
        tokens_.push_back(Token{.type = TokenType::literal,
                                .text = "",
                                .value = is_bytes ? Value{Bytes{.bytes = content}} : Value{content},
                                .at = begin});
        return std::nullopt;
    }

    bool read_escape(std::string& content) {
        constexpr std::string_view from = "abfnrtv\\'\"`?";
        constexpr std::string_view to = "\a\b\f\n\r\t\v\\'\"`?";
        const char letter = look(1);
        if (const std::size_t found = from.find(letter); found != std::string_view::npos) {
            content += to[found];
            at_ += 2;
            return true;
        }
        struct Form {
            std::size_t skip;
            std::size_t digits;
            int base;
        };
        Form form{.skip = 1, .digits = 3, .base = 8};
        if (letter == 'x' || letter == 'X') {
            form = Form{.skip = 2, .digits = 2, .base = 16};
        } else if (letter == 'u') {
            form = Form{.skip = 2, .digits = 4, .base = 16};
        } else if (letter == 'U') {
            form = Form{.skip = 2, .digits = 8, .base = 16};
        }
        const std::string_view digits = text_.substr(at_ + form.skip, form.digits);
        unsigned long code = 0;
        const auto parsed =
            std::from_chars(digits.data(), digits.data() + digits.size(), code, form.base);
        if (digits.size() != form.digits || parsed.ptr != digits.data() + digits.size() ||
            code > 0x10FFFF) {
            return false;
        }
        append_utf8(content, code);
        at_ += form.skip + form.digits;
        return true;
    }

    std::optional<SyntaxError> read_symbol() {
        for (const std::string_view symbol :
             {"&&", "||", "==", "!=", "<=", ">=", ".?", "[?", "<", ">", "+", "-", "*",
              "/",  "%",  "!",  "?",  ":",  ".",  ",",  "(",  ")", "[", "]", "{", "}"}) {
            if (starts_with(symbol)) {
                tokens_.push_back(Token{.type = TokenType::symbol,
                                        .text = std::string(symbol),
                                        .value = {},
                                        .at = at_});
                at_ += symbol.size();
                return std::nullopt;
            }
        }
        return SyntaxError{
            .at = at_,
            .message = fmt::format("Syntax error: token recognition error at: '{}'", look(0))};
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::vector<Token> tokens_;
};

}  // namespace

Result<std::vector<Token>, SyntaxError> tokenize(std::string_view expression) {
    return Lexer(expression).run();
}

}  // namespace bestgres::fakekube::cel
