// What is wrong with one field of a request, in the words of Kubernetes' field.Error: clients and
// people search for these texts, so they are copied exactly.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/base/json.hpp"

namespace bestgres::fakekube {

enum class FieldErrorType {
    required,
    invalid,
    not_supported,
    forbidden,
    duplicate,
    not_found,
    too_long,
    too_many,
    type_invalid,
    internal,
};

struct FieldError {
    FieldErrorType type = FieldErrorType::invalid;
    std::string field;
    // Unused by required, forbidden, too_long, too_many and internal. A binary value is shown as
    // it is, without quotes.
    Json bad_value;
    std::string detail;  // what follows the value; may be empty

    bool operator==(const FieldError&) const = default;
};

using FieldErrors = std::vector<FieldError>;

// "FieldValueRequired": the reason of a Status cause.
std::string_view cause_reason(FieldErrorType type);
// "Invalid value: \"x\": must be y": the text without the field, as Status causes carry it.
std::string body_text(const FieldError& error);
// "spec.x: Invalid value: \"x\": must be y".
std::string text(const FieldError& error);

FieldError required(std::string field, std::string detail = "");
FieldError invalid(std::string field, Json bad_value, std::string detail);
FieldError forbidden(std::string field, std::string detail);
FieldError duplicate(std::string field, Json bad_value);
FieldError not_found(std::string field, Json bad_value);
// "Unsupported value: \"x\": supported values: \"a\", \"b\"": the values are sorted as given.
FieldError not_supported(std::string field, Json bad_value,
                         const std::vector<std::string>& supported);
// "Too long: must have at most 63 bytes".
FieldError too_long(std::string field, std::size_t most_bytes);
// "Too many: 3: must have at most 2 items".
FieldError too_many(std::string field, std::size_t actual, std::size_t most);

// A bad value that messages print as it stands, for those that show Go's %#v of a struct.
Json go_value(std::string_view printed);

void append(FieldErrors& errors, FieldErrors more);

// Go's strconv.Quote: what %q prints.
std::string go_quote(std::string_view text);

}  // namespace bestgres::fakekube
