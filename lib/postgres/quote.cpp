#include "lib/postgres/quote.hpp"

namespace bestgres::postgres {

std::string quote_literal(std::string_view text) {
    const bool escaped = text.find('\\') != std::string_view::npos;
    std::string quoted = escaped ? "E'" : "'";
    for (const char letter : text) {
        if (letter == '\0') {
            continue;
        }
        if (letter == '\'' || letter == '\\') {
            quoted += letter;
        }
        quoted += letter;
    }
    return quoted + "'";
}

std::string quote_identifier(std::string_view name) {
    std::string quoted = "\"";
    for (const char letter : name) {
        if (letter == '\0') {
            continue;
        }
        if (letter == '"') {
            quoted += letter;
        }
        quoted += letter;
    }
    return quoted + "\"";
}

}  // namespace bestgres::postgres
