// SQL by its text: which statements the model knows and what they change. There is no parser of
// SQL: a statement that is not known is an error that names it, never a silent success.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakepatroni/catalogue.hpp"
#include "lib/base/result.hpp"
#include "lib/postgres/sql.hpp"

namespace bestgres::fakepatroni {

// What a test says of a statement of its own, such as one of a user's bootstrap SQL.
struct KnownStatement {
    std::string makes = {};     // an object that must not be there yet
    std::string sqlstate = {};  // not empty: it fails with this

    bool operator==(const KnownStatement&) const = default;
};
using StatementBook = std::map<std::string, KnownStatement>;  // by text

struct StatementEffect {
    Changes changes = {};  // to be committed; empty: it only reads
    std::vector<postgres::Row> rows = {};
};
struct StatementFailure {
    std::string sqlstate;
    std::string message;
};

Result<StatementEffect, StatementFailure> effect_of(const postgres::Statement& statement,
                                                    const Catalogue& catalogue,
                                                    const StatementBook& book);

// What stands for a password in the model: it never keeps one.
std::string digest_of_password(std::string_view password);
std::string digest_of_statement(std::string_view text);

}  // namespace bestgres::fakepatroni
