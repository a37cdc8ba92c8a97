#include "fakekube/go_yaml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "lib/base/yaml.hpp"

namespace bestgres::fakekube {
namespace {

constexpr std::size_t longest_line = 80;

bool is_printable(const std::string& text) {
    return std::none_of(text.begin(), text.end(), [](char letter) {
        return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f;
    });
}

// Whether the text, outside of [] and {}, means something else to a reader than itself.
bool has_indicators(const std::string& text) {
    if (text.starts_with("---") || text.starts_with("...") || text.front() == ' ' ||
        text.back() == ' ' || text.back() == ':') {
        return true;
    }
    const bool blank_follows = text.size() == 1 || text[1] == ' ';
    if (std::string_view("#,[]{}&*!|>'\"%@`").find(text.front()) != std::string_view::npos ||
        (blank_follows && std::string_view("?:-").find(text.front()) != std::string_view::npos)) {
        return true;
    }
    return text.find(": ") != std::string::npos || text.find(" #") != std::string::npos;
}

std::size_t column_of(const std::string& out) {
    const std::size_t line = out.rfind('\n');
    const auto start = out.begin() + (line == std::string::npos ? 0 : std::ptrdiff_t(line + 1));
    return static_cast<std::size_t>(std::count_if(start, out.end(), [](char byte) {
        return (static_cast<unsigned char>(byte) & 0xc0U) != 0x80U;
    }));
}

void write_folded(std::string& out, const std::string& text, std::size_t indent) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool single_space = text[at] == ' ' && at > 0 && at + 1 < text.size() &&
                                  text[at - 1] != ' ' && text[at + 1] != ' ';
        if (single_space && column_of(out) > longest_line) {
            out += '\n' + std::string(indent, ' ');
        } else {
            out += text[at];
        }
    }
}

std::string doubled_quotes(const std::string& text) {
    std::string result;
    for (const char letter : text) {
        result.append(letter == '\'' ? 2 : 1, letter);
    }
    return result;
}

void write_text(std::string& out, const std::string& text, std::size_t indent) {
    if (!is_plain_yaml_text(text) || !is_printable(text)) {
        out += dump(Json(text));
    } else if (has_indicators(text)) {
        out += '\'';
        write_folded(out, doubled_quotes(text), indent);
        out += '\'';
    } else {
        write_folded(out, text, indent);
    }
}

struct Sentence {
    std::string_view yaml_cpp;
    std::string_view go;
    int first_line;  // Go's parser counts lines from 0, its scanner from 1
};

constexpr Sentence sentences[] = {
    {"illegal flow end", "did not find expected node content", 0},
    {"end of map not found", "did not find expected key", 0},
    {"end of sequence not found", "did not find expected '-' indicator", 0},
    {"end of map flow not found", "did not find expected ',' or '}'", 0},
    {"end of sequence flow not found", "did not find expected ',' or ']'", 0},
    {"illegal map value", "mapping values are not allowed in this context", 1},
    {"illegal tab when looking for indentation", "found character that cannot start any token", 1},
    {"unknown token", "found character that cannot start any token", 1},
    {"illegal EOF in scalar", "found unexpected end of stream", 1},
};

}  // namespace

std::string go_yaml(const Json& value) {
    return to_yaml(value, write_text);
}

std::string go_yaml_error(std::string_view message) {
    constexpr std::string_view place = "error at line ";
    const std::size_t start = message.find(place);
    int line = 0;
    if (start != std::string_view::npos) {
        const std::string_view rest = message.substr(start + place.size());
        std::from_chars(rest.data(), rest.data() + rest.size(), line);
    }
    for (const Sentence& sentence : sentences) {
        if (line > 0 && message.ends_with(sentence.yaml_cpp)) {
            return fmt::format("line {}: {}", line - 1 + sentence.first_line, sentence.go);
        }
    }
    return std::string(message);
}

}  // namespace bestgres::fakekube
