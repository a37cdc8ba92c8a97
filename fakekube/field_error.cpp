#include "fakekube/field_error.hpp"

#include <fmt/format.h>

#include <iterator>
#include <utility>

namespace bestgres::fakekube {
namespace {

std::string_view type_text(FieldErrorType type) {
    switch (type) {
        case FieldErrorType::required:
            return "Required value";
        case FieldErrorType::invalid:
        case FieldErrorType::type_invalid:
            return "Invalid value";
        case FieldErrorType::not_supported:
            return "Unsupported value";
        case FieldErrorType::forbidden:
            return "Forbidden";
        case FieldErrorType::duplicate:
            return "Duplicate value";
        case FieldErrorType::not_found:
            return "Not found";
        case FieldErrorType::too_long:
            return "Too long";
        case FieldErrorType::too_many:
            return "Too many";
        case FieldErrorType::internal:
            return "Internal error";
    }
    return "";
}

bool shows_value(FieldErrorType type) {
    switch (type) {
        case FieldErrorType::required:
        case FieldErrorType::forbidden:
        case FieldErrorType::too_long:
        case FieldErrorType::internal:
            return false;
        case FieldErrorType::invalid:
        case FieldErrorType::not_supported:
        case FieldErrorType::duplicate:
        case FieldErrorType::not_found:
        case FieldErrorType::too_many:
        case FieldErrorType::type_invalid:
            return true;
    }
    return true;
}

std::string value_text(const Json& value) {
    if (value.is_string()) {
        return go_quote(value.get_ref<const std::string&>());
    }
    if (value.is_binary()) {  // what Go would print, already in its words
        const auto& bytes = value.get_binary();
        return {bytes.begin(), bytes.end()};
    }
    return dump(value);
}

}  // namespace

std::string_view cause_reason(FieldErrorType type) {
    switch (type) {
        case FieldErrorType::required:
            return "FieldValueRequired";
        case FieldErrorType::invalid:
            return "FieldValueInvalid";
        case FieldErrorType::not_supported:
            return "FieldValueNotSupported";
        case FieldErrorType::forbidden:
            return "FieldValueForbidden";
        case FieldErrorType::duplicate:
            return "FieldValueDuplicate";
        case FieldErrorType::not_found:
            return "FieldValueNotFound";
        case FieldErrorType::too_long:
            return "FieldValueTooLong";
        case FieldErrorType::too_many:
            return "FieldValueTooMany";
        case FieldErrorType::type_invalid:
            return "FieldValueTypeInvalid";
        case FieldErrorType::internal:
            return "InternalError";
    }
    return "";
}

std::string body_text(const FieldError& error) {
    std::string body(type_text(error.type));
    if (shows_value(error.type)) {
        body += ": " + value_text(error.bad_value);
    }
    if (!error.detail.empty()) {
        body += ": " + error.detail;
    }
    return body;
}

std::string text(const FieldError& error) {
    return error.field + ": " + body_text(error);
}

FieldError required(std::string field, std::string detail) {
    return {FieldErrorType::required, std::move(field), nullptr, std::move(detail)};
}

FieldError invalid(std::string field, Json bad_value, std::string detail) {
    return {FieldErrorType::invalid, std::move(field), std::move(bad_value), std::move(detail)};
}

FieldError forbidden(std::string field, std::string detail) {
    return {FieldErrorType::forbidden, std::move(field), nullptr, std::move(detail)};
}

FieldError duplicate(std::string field, Json bad_value) {
    return {FieldErrorType::duplicate, std::move(field), std::move(bad_value), ""};
}

FieldError not_found(std::string field, Json bad_value) {
    return {FieldErrorType::not_found, std::move(field), std::move(bad_value), ""};
}

FieldError not_supported(std::string field, Json bad_value,
                         const std::vector<std::string>& supported) {
    std::string detail;
    for (const std::string& value : supported) {
        detail += (detail.empty() ? "supported values: " : ", ") + go_quote(value);
    }
    return {FieldErrorType::not_supported, std::move(field), std::move(bad_value),
            std::move(detail)};
}

FieldError too_long(std::string field, std::size_t most_bytes) {
    return {FieldErrorType::too_long, std::move(field), nullptr,
            fmt::format("must have at most {} bytes", most_bytes)};
}

FieldError too_many(std::string field, std::size_t actual, std::size_t most) {
    return {FieldErrorType::too_many, std::move(field), actual,
            fmt::format("must have at most {} items", most)};
}

Json go_value(std::string_view printed) {
    return Json::binary({printed.begin(), printed.end()});
}

void append(FieldErrors& errors, FieldErrors more) {
    errors.insert(errors.end(), std::make_move_iterator(more.begin()),
                  std::make_move_iterator(more.end()));
}

std::string go_quote(std::string_view text) {
    std::string quoted = "\"";
    for (const char byte : text) {
        switch (byte) {
            case '"':
                quoted += "\\\"";
                break;
            case '\\':
                quoted += "\\\\";
                break;
            case '\a':
                quoted += "\\a";
                break;
            case '\b':
                quoted += "\\b";
                break;
            case '\f':
                quoted += "\\f";
                break;
            case '\n':
                quoted += "\\n";
                break;
            case '\r':
                quoted += "\\r";
                break;
            case '\t':
                quoted += "\\t";
                break;
            case '\v':
                quoted += "\\v";
                break;
            default:
                if (static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f) {
                    quoted += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
                } else {
                    quoted += byte;
                }
        }
    }
    return quoted + '"';
}

}  // namespace bestgres::fakekube
