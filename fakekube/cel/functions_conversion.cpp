#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <optional>

#include "fakekube/cel/functions.hpp"

namespace bestgres::fakekube::cel {
namespace {

template <class T>
std::optional<T> parse_whole(std::string_view content) {
    T number = 0;
    const auto parsed = std::from_chars(content.data(), content.data() + content.size(), number);
    if (parsed.ec != std::errc() || parsed.ptr != content.data() + content.size()) {
        return std::nullopt;
    }
    return number;
}

Result<Value> to_int(const Values& arguments) {
    const Value& value = arguments[0];
    if (value.get<std::int64_t>() != nullptr) {
        return value;
    }
    if (const auto* natural = value.get<std::uint64_t>()) {
        if (*natural > static_cast<std::uint64_t>(INT64_MAX)) {
            return Error{"integer overflow"};
        }
        return Value{static_cast<std::int64_t>(*natural)};
    }
    if (const auto* real = value.get<double>()) {
        if (!(std::abs(*real) < 9.2e18)) {
            return Error{"integer overflow"};
        }
        return Value{static_cast<std::int64_t>(*real)};
    }
    if (const auto* at = value.get<Instant>()) {
        return Value{at->ns / 1'000'000'000};
    }
    if (const auto* content = value.get<std::string>()) {
        if (const std::optional<std::int64_t> number = parse_whole<std::int64_t>(*content)) {
            return Value{*number};
        }
        return Error{fmt::format("strconv.ParseInt: parsing \"{}\": invalid syntax", *content)};
    }
    return no_overload();
}

Result<Value> to_uint(const Values& arguments) {
    if (arguments[0].get<std::uint64_t>() != nullptr) {
        return arguments[0];
    }
    const Result<Value> number = to_int(arguments);
    BG_TRY(number);
    const std::int64_t whole = *number->get<std::int64_t>();
    if (whole < 0) {
        return Error{"unsigned integer overflow"};
    }
    return Value{static_cast<std::uint64_t>(whole)};
}

Result<Value> to_double(const Values& arguments) {
    const Value& value = arguments[0];
    if (const auto* integer = value.get<std::int64_t>()) {
        return Value{static_cast<double>(*integer)};
    }
    if (const auto* natural = value.get<std::uint64_t>()) {
        return Value{static_cast<double>(*natural)};
    }
    if (value.get<double>() != nullptr) {
        return value;
    }
    if (const auto* content = value.get<std::string>()) {
        char* end = nullptr;
        const double real = std::strtod(content->c_str(), &end);
        if (content->empty() || *end != '\0') {
            return Error{
                fmt::format("strconv.ParseFloat: parsing \"{}\": invalid syntax", *content)};
        }
        return Value{real};
    }
    return no_overload();
}

// "3600s", "1.5s": how protobuf prints durations.
std::string duration_text(Duration span) {
    const double seconds = static_cast<double>(span.count()) / 1e9;
    return fmt::format("{}s", seconds);
}

Result<Value> to_text(const Values& arguments) {
    const Value& value = arguments[0];
    if (value.get<std::string>() != nullptr) {
        return value;
    }
    if (const auto* truth = value.get<bool>()) {
        return text(*truth ? "true" : "false");
    }
    if (const auto* integer = value.get<std::int64_t>()) {
        return text(std::to_string(*integer));
    }
    if (const auto* natural = value.get<std::uint64_t>()) {
        return text(std::to_string(*natural));
    }
    if (const auto* real = value.get<double>()) {
        return text(fmt::format("{}", *real));
    }
    if (const auto* bytes = value.get<Bytes>()) {
        return text(bytes->bytes);
    }
    if (const auto* span = value.get<Duration>()) {
        return text(duration_text(*span));
    }
    if (const auto* at = value.get<Instant>()) {
        return text(at->ns % 1'000'000'000 == 0 ? format_seconds(*at) : format_micros(*at));
    }
    if (const auto* amount = value.get<kube::Quantity>()) {
        return text(amount->text());
    }
    return no_overload();
}

Result<Value> to_bytes(const Values& arguments) {
    if (const auto* content = arguments[0].get<std::string>()) {
        return Value{Bytes{.bytes = *content}};
    }
    if (arguments[0].get<Bytes>() != nullptr) {
        return arguments[0];
    }
    return no_overload();
}

Result<Value> to_bool(const Values& arguments) {
    if (arguments[0].get<bool>() != nullptr) {
        return arguments[0];
    }
    const auto* content = arguments[0].get<std::string>();
    if (content == nullptr) {
        return no_overload();
    }
    if (*content == "true" || *content == "1" || *content == "t" || *content == "TRUE") {
        return Value{true};
    }
    if (*content == "false" || *content == "0" || *content == "f" || *content == "FALSE") {
        return Value{false};
    }
    return Error{fmt::format("strconv.ParseBool: parsing \"{}\": invalid syntax", *content)};
}

Result<Value> to_duration(const Values& arguments) {
    if (arguments[0].get<Duration>() != nullptr) {
        return arguments[0];
    }
    const auto* content = arguments[0].get<std::string>();
    if (content == nullptr) {
        return no_overload();
    }
    std::string_view span = *content;
    const bool is_negative = span.substr(0, 1) == "-";
    if (is_negative || span.substr(0, 1) == "+") {
        span.remove_prefix(1);
    }
    // Go knows neither days nor weeks, but a bare zero.
    const Result<Duration> parsed =
        span == "0" ? Result<Duration>(Duration{0}) : parse_duration(span);
    if (!parsed.ok() || span.find_first_of("dw") != std::string_view::npos) {
        return Error{fmt::format("time: invalid duration \"{}\"", *content)};
    }
    return Value{is_negative ? -*parsed : *parsed};
}

Result<Value> to_timestamp(const Values& arguments) {
    if (arguments[0].get<Instant>() != nullptr) {
        return arguments[0];
    }
    if (const auto* seconds = arguments[0].get<std::int64_t>()) {
        return Value{Instant{.ns = *seconds * 1'000'000'000}};
    }
    const auto* content = arguments[0].get<std::string>();
    if (content == nullptr) {
        return no_overload();
    }
    const Result<Instant> at = parse_time(*content);
    if (!at.ok()) {
        return Error{fmt::format("parsing time \"{}\": invalid", *content)};
    }
    return Value{*at};
}

Result<Value> type_name(const Values& arguments) {
    return Value{TypeName{.name = type_of(arguments[0])}};
}

Result<Value> same(const Values& arguments) {
    return arguments[0];
}

}  // namespace

std::vector<Function> conversion_functions() {
    return {{"int", false, 1, 1, to_int},           {"uint", false, 1, 1, to_uint},
            {"double", false, 1, 1, to_double},     {"string", false, 1, 1, to_text},
            {"bytes", false, 1, 1, to_bytes},       {"bool", false, 1, 1, to_bool},
            {"duration", false, 1, 1, to_duration}, {"timestamp", false, 1, 1, to_timestamp},
            {"type", false, 1, 1, type_name},       {"dyn", false, 1, 1, same}};
}

}  // namespace bestgres::fakekube::cel
