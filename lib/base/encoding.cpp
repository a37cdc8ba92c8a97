#include "lib/base/encoding.hpp"

#include <fmt/format.h>

#include <cctype>
#include <cstdint>

namespace bestgres {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int hex_digit(char letter) {
    const std::string_view digits = "0123456789abcdef";
    const std::size_t at =
        digits.find(static_cast<char>(std::tolower(static_cast<unsigned char>(letter))));
    return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

}  // namespace

std::string encode_base64(std::string_view bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
        std::uint32_t word = 0;
        for (std::size_t i = 0; i < 3; ++i) {
            word = word << 8U | (i < count ? static_cast<unsigned char>(bytes[at + i]) : 0U);
        }
        for (std::size_t i = 0; i < 4; ++i) {
            text += i <= count ? alphabet[word >> (18 - 6 * i) & 63U] : '=';
        }
    }
    return text;
}

Result<std::string> decode_base64(std::string_view text) {
    std::string bytes;
    std::uint32_t word = 0;
    unsigned bits = 0;
    for (const char letter : text) {
        if (letter == '=' || std::isspace(static_cast<unsigned char>(letter)) != 0) {
            continue;
        }
        const std::size_t value = alphabet.find(letter);
        if (value == std::string_view::npos) {
            return Error{fmt::format("not base64: unexpected character '{}'", letter)};
        }
        word = word << 6U | static_cast<std::uint32_t>(value);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes += static_cast<char>(word >> bits & 255U);
        }
    }
    return bytes;
}

std::string encode_percent(std::string_view text) {
    std::string out;
    for (const char letter : text) {
        const bool unreserved = std::isalnum(static_cast<unsigned char>(letter)) != 0 ||
                                std::string_view("-._~").find(letter) < 4;
        out += unreserved ? std::string(1, letter)
                          : fmt::format("%{:02X}", static_cast<unsigned char>(letter));
    }
    return out;
}

Result<std::string> decode_percent(std::string_view text, bool plus_is_space) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '+' && plus_is_space) {
            out += ' ';
        } else if (text[at] != '%') {
            out += text[at];
        } else {
            const bool complete = text.size() - at > 2;
            const int high = complete ? hex_digit(text[at + 1]) : -1;
            const int low = complete ? hex_digit(text[at + 2]) : -1;
            if (high < 0 || low < 0) {
                return Error{fmt::format("not percent-encoded: \"{}\"", text)};
            }
            out += static_cast<char>(high * 16 + low);
            at += 2;
        }
    }
    return out;
}

}  // namespace bestgres
