// Text inside SQL: literals and identifiers, for the places where parameters cannot stand.
#pragma once

#include <string>
#include <string_view>

namespace bestgres::postgres {

// 'it''s'; with a backslash inside E'a\\b', which reads the same whatever
// standard_conforming_strings says. NUL bytes, which PostgreSQL cannot hold, are left out.
std::string quote_literal(std::string_view text);

// "weird ""name""".
std::string quote_identifier(std::string_view name);

}  // namespace bestgres::postgres
