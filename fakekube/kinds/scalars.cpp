#include "fakekube/kinds/scalars.hpp"

#include <fmt/format.h>

#include <cctype>
#include <limits>

#include "lib/base/time.hpp"
#include "lib/kube/quantity.hpp"

namespace bestgres::fakekube {
namespace {

using Type = TypeSchema::Type;

constexpr std::string_view quantity_sentence =
    "quantities must match the regular expression "
    "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

bool is_integer_of(const Json& value, int bits) {
    if (!value.is_number_integer()) {
        return false;
    }
    if (value.is_number_unsigned() &&
        value.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX)) {
        return false;
    }
    const auto number = value.get<std::int64_t>();
    return bits == 64 || (number >= std::numeric_limits<std::int32_t>::min() &&
                          number <= std::numeric_limits<std::int32_t>::max());
}

Result<std::string> canonical_quantity(const Json& value) {
    const auto quantity =
        kube::Quantity::parse(value.is_string() ? value.get<std::string>() : dump(value));
    return quantity ? Result<std::string>(quantity->text())
                    : Result<std::string>(Error{std::string(quantity_sentence)});
}

// The leading digits and separators of "2006-01-02T15:04:05" that `text` has.
std::size_t matched_prefix(std::string_view text) {
    constexpr std::string_view layout = "dddd-dd-ddTdd:dd:dd";
    std::size_t length = 0;
    while (length < layout.size() && length < text.size() &&
           (layout[length] == 'd' ? std::isdigit(static_cast<unsigned char>(text[length])) != 0
                                  : layout[length] == text[length])) {
        ++length;
    }
    return length;
}

Error bad_time(std::string_view text, bool micro) {
    constexpr std::string_view pieces[] = {"2006", "-", "01", "-", "02", "T",
                                           "15",   ":", "04", ":", "05"};
    constexpr std::size_t starts[] = {0, 4, 5, 7, 8, 10, 11, 13, 14, 16, 17, 19};
    const std::size_t matched = matched_prefix(text);
    std::string_view piece = micro ? ".000000" : "Z07:00";
    // Go has already stepped over the fraction when it finds that it has too few digits.
    const bool long_enough = micro && text.size() >= 26;
    std::size_t from = long_enough ? 26 : std::min<std::size_t>(19, text.size());
    for (std::size_t i = 0; i < std::size(pieces); ++i) {
        if (matched < starts[i + 1]) {
            piece = pieces[i];
            from = starts[i];
            break;
        }
    }
    return Error{
        fmt::format("parsing time \"{}\" as \"2006-01-02T15:04:05{}Z07:00\": cannot parse "
                    "\"{}\" as \"{}\"",
                    text, micro ? ".000000" : "", text.substr(std::min(from, text.size())), piece)};
}

// A dot and exactly six digits behind the seconds.
bool has_six_digits(std::string_view text) {
    if (text.size() < 27 || text[19] != '.') {
        return false;
    }
    for (std::size_t i = 20; i < 26; ++i) {
        if (std::isdigit(static_cast<unsigned char>(text[i])) == 0) {
            return false;
        }
    }
    return std::isdigit(static_cast<unsigned char>(text[26])) == 0;
}

Result<std::string> canonical_time(const std::string& text, bool micro) {
    const auto at = parse_time(text);
    if (!at || matched_prefix(text) < 19 || (micro && !has_six_digits(text))) {
        return bad_time(text, micro);
    }
    return micro ? format_micros(*at) : format_seconds(*at);
}

bool is_base64_byte(char byte) {
    return std::isalnum(static_cast<unsigned char>(byte)) != 0 || byte == '+' || byte == '/';
}

// Standard alphabet with padding; line ends are ignored and not stored.
Result<std::string> canonical_bytes(const std::string& text) {
    std::string kept;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\n' || text[i] == '\r') {
            continue;
        }
        const bool padding = text[i] == '=' && kept.size() % 4 >= 2;
        const bool after_padding = !kept.empty() && kept.back() == '=';
        if (!(padding || (is_base64_byte(text[i]) && !after_padding))) {
            return Error{fmt::format("illegal base64 data at input byte {}", i)};
        }
        kept.push_back(text[i]);
    }
    if (kept.size() % 4 != 0) {
        return Error{fmt::format("illegal base64 data at input byte {}", text.size())};
    }
    return kept;
}

}  // namespace

bool is_scalar_of(const Json& value, const TypeSchema& schema) {
    switch (schema.type) {
        case Type::boolean:
            return value.is_boolean();
        case Type::integer:
            return is_integer_of(value, schema.bits);
        case Type::number:
            return value.is_number();
        case Type::string:
            return value.is_string();
        case Type::int_or_string:
            return value.is_string() || is_integer_of(value, 32);
        case Type::any:
        case Type::object:
        case Type::map:
        case Type::array:
        case Type::quantity:
        case Type::time:
        case Type::micro_time:
        case Type::bytes:
            return true;
    }
    return true;
}

Result<std::string> canonical_text(const Json& value, TypeSchema::Type type) {
    if (type == Type::quantity) {
        return canonical_quantity(value);
    }
    const auto& text = value.get_ref<const std::string&>();
    if (type == Type::bytes) {
        return canonical_bytes(text);
    }
    return canonical_time(text, type == Type::micro_time);
}

bool is_empty_value(const Json& value) {
    switch (value.type()) {
        case Json::value_t::null:
            return true;
        case Json::value_t::boolean:
            return !value.get<bool>();
        case Json::value_t::number_integer:
        case Json::value_t::number_unsigned:
            return value == 0;
        case Json::value_t::number_float:
            return value == 0.0;
        case Json::value_t::string:
        case Json::value_t::array:
        case Json::value_t::object:
            return value.empty() || value == "";
        case Json::value_t::binary:
        case Json::value_t::discarded:
            return false;
    }
    return false;
}

bool always_written(const TypeSchema& schema) {
    if (schema.pointer) {
        return !schema.omit_empty;
    }
    const bool is_struct = schema.type == Type::object || schema.type == Type::time ||
                           schema.type == Type::micro_time || schema.type == Type::int_or_string;
    return !schema.omit_empty || is_struct;
}

Json zero_value(const TypeSchema& schema) {
    if (schema.pointer) {
        return nullptr;
    }
    switch (schema.type) {
        case Type::boolean:
            return false;
        case Type::integer:
        case Type::number:
        case Type::int_or_string:
            return 0;
        case Type::string:
            return "";
        case Type::quantity:
            return "0";
        case Type::object:
            return Json::object();
        case Type::any:
        case Type::map:
        case Type::array:
        case Type::time:
        case Type::micro_time:
        case Type::bytes:
            return nullptr;
    }
    return nullptr;
}

}  // namespace bestgres::fakekube
