#include "lib/base/yaml.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace bestgres {
namespace {

constexpr std::array<std::string_view, 11> true_words = {
    "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y"};
constexpr std::array<std::string_view, 11> false_words = {
    "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "n", "N"};
constexpr std::array<std::string_view, 5> null_words = {"", "~", "null", "Null", "NULL"};

template <class Words>
bool contains(const Words& words, std::string_view text) {
    return std::find(words.begin(), words.end(), text) != words.end();
}

// Decimal, 0x, 0o and the 1.1 octal with a leading zero.
std::optional<Json> integer_of(std::string_view text) {
    const bool negative = text.front() == '-';
    std::string_view digits = text.front() == '-' || text.front() == '+' ? text.substr(1) : text;
    int base = 10;
    if (digits.size() > 2 && digits.front() == '0' && (digits[1] == 'x' || digits[1] == 'o')) {
        base = digits[1] == 'x' ? 16 : 8;
        digits.remove_prefix(2);
    } else if (digits.size() > 1 && digits.front() == '0') {
        base = 8;
    }
    std::uint64_t value = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (digits.empty() || error != std::errc() || end != digits.data() + digits.size()) {
        return std::nullopt;
    }
    if (value > static_cast<std::uint64_t>(INT64_MAX)) {
        return negative ? std::nullopt : std::optional<Json>(value);
    }
    const auto number = static_cast<std::int64_t>(value);
    return Json(negative ? -number : number);
}

std::optional<Json> float_of(std::string_view text) {
    const bool plausible = text.find_first_not_of("0123456789+-.eE") == std::string_view::npos &&
                           text.find_first_of("0123456789") != std::string_view::npos &&
                           text.find_first_of(".eE") != std::string_view::npos &&
                           text.find_first_of("eE") != 0;
    if (!plausible) {
        return std::nullopt;
    }
    const std::string_view digits = text.front() == '+' ? text.substr(1) : text;
    double value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size()) {
        return std::nullopt;
    }
    return Json(value);
}

Json plain_scalar(const std::string& text) {
    if (contains(null_words, text)) {
        return nullptr;
    }
    if (contains(true_words, text)) {
        return true;
    }
    if (contains(false_words, text)) {
        return false;
    }
    if (const auto integer = integer_of(text)) {
        return *integer;
    }
    if (const auto number = float_of(text)) {
        return *number;
    }
    return text;
}

Json to_json(const YAML::Node& node, int depth) {
    if (depth > 200) {
        throw YAML::Exception(node.Mark(), "nested deeper than 200 levels");
    }
    switch (node.Type()) {
        case YAML::NodeType::Undefined:
        case YAML::NodeType::Null:
            return nullptr;
        case YAML::NodeType::Scalar:
            // A quoted scalar has the tag "!", a plain one "?".
            return node.Tag() == "!" || node.Tag() == "tag:yaml.org,2002:str"
                       ? Json(node.Scalar())
                       : plain_scalar(node.Scalar());
        case YAML::NodeType::Sequence: {
            Json array = Json::array();
            for (const YAML::Node& element : node) {
                array.push_back(to_json(element, depth + 1));
            }
            return array;
        }
        case YAML::NodeType::Map: {
            Json object = Json::object();
            for (const auto& member : node) {
                const Json key = to_json(member.first, depth + 1);
                object[key.is_string() ? key.get<std::string>() : dump(key)] =
                    to_json(member.second, depth + 1);
            }
            return object;
        }
    }
    return nullptr;
}

bool reads_as_text(const std::string& text) {
    const bool looks_like_time = text.size() >= 10 && text[4] == '-' && text[7] == '-';
    // 12:30 is a base-60 integer in YAML 1.1.
    const bool sexagesimal = text.find_first_not_of("0123456789:_.+-") == std::string::npos;
    return plain_scalar(text).is_string() && !looks_like_time && !sexagesimal && text != "=" &&
           text != "<<";
}

bool needs_quotes(const std::string& text) {
    if (!reads_as_text(text) || text.front() == ' ' || text.back() == ' ') {
        return true;
    }
    if (std::string_view("!&*-?:|>@`\"'%#{}[],").find(text.front()) != std::string_view::npos) {
        return true;
    }
    const bool odd = std::any_of(text.begin(), text.end(), [](char letter) {
        return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f;
    });
    return odd || text.find(": ") != std::string::npos || text.back() == ':' ||
           text.find(" #") != std::string::npos;
}

void write_quoted_text(std::string& out, const std::string& text, std::size_t) {
    out += needs_quotes(text) ? dump(Json(text)) : text;
}

bool is_block_text(const std::string& text) {
    return text.find('\n') != std::string::npos && text.front() != ' ' && text.front() != '\n' &&
           std::all_of(text.begin(), text.end(), [](char letter) {
               return letter == '\n' ||
                      (static_cast<unsigned char>(letter) >= 0x20 && letter != 0x7f);
           });
}

class Writer {
public:
    explicit Writer(const YamlTextWriter& write_text) : write_text_(write_text) {}

    void write(const Json& value, std::size_t indent) {
        if (value.is_object() && !value.empty()) {
            for (const auto& [key, member] : value.items()) {
                out += std::string(indent, ' ');
                write_text_(out, key, indent);
                out += ':';
                write_member(member, indent);
            }
            return;
        }
        if (value.is_array() && !value.empty()) {
            for (const Json& element : value) {
                write_element(element, indent);
            }
            return;
        }
        if (value.is_string()) {
            write_string(value.get_ref<const std::string&>(), indent);
            return;
        }
        out += dump(value) + "\n";
    }

    std::string out;

private:
    void write_member(const Json& value, std::size_t indent) {
        if (value.is_structured() && !value.empty()) {
            out += '\n';
            // Sequences stand at the indentation of their key, as kubectl prints them.
            write(value, value.is_array() ? indent : indent + 2);
            return;
        }
        out += ' ';
        write(value, indent + 2);
    }

    void write_element(const Json& element, std::size_t indent) {
        out += std::string(indent, ' ') + "- ";
        const std::size_t start = out.size();
        write(element, indent + 2);
        if (element.is_structured() && !element.empty()) {
            out.erase(start, indent + 2);  // its first line begins behind the dash
        }
    }

    void write_string(const std::string& text, std::size_t indent) {
        if (text.empty()) {
            out += "\"\"\n";
            return;
        }
        if (!is_block_text(text)) {
            write_text_(out, text, indent);
            out += '\n';
            return;
        }
        const bool ends_with_newline = text.back() == '\n';
        const bool ends_with_two =
            ends_with_newline && text.size() > 1 && text[text.size() - 2] == '\n';
        out += ends_with_two ? "|+\n" : (ends_with_newline ? "|\n" : "|-\n");
        std::size_t from = 0;
        while (from < text.size()) {
            const std::size_t newline = std::min(text.find('\n', from), text.size());
            if (newline > from) {
                out += std::string(indent, ' ') + text.substr(from, newline - from);
            }
            out += '\n';
            from = newline + 1;
        }
    }

    const YamlTextWriter& write_text_;
};

}  // namespace

Result<Json> parse_yaml(std::string_view text) {
    try {
        return to_json(YAML::Load(std::string(text)), 0);
    } catch (const YAML::Exception& exception) {
        return Error{exception.what()};
    }
}

Result<std::vector<Json>> parse_yaml_documents(std::string_view text) {
    try {
        std::vector<Json> documents;
        for (const YAML::Node& node : YAML::LoadAll(std::string(text))) {
            Json document = to_json(node, 0);
            if (!document.is_null()) {
                documents.push_back(std::move(document));
            }
        }
        return documents;
    } catch (const YAML::Exception& exception) {
        return Error{exception.what()};
    }
}

std::string to_yaml(const Json& value) {
    return to_yaml(value, write_quoted_text);
}

std::string to_yaml(const Json& value, const YamlTextWriter& write_text) {
    Writer writer(write_text);
    writer.write(value, 0);
    return std::move(writer.out);
}

bool is_plain_yaml_text(const std::string& text) {
    return reads_as_text(text);
}

}  // namespace bestgres
