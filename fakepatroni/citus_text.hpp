// The statements about Citus that the model knows by their text: calls of Citus' functions, and
// reads of its tables.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "fakepatroni/citus_operation.hpp"

namespace bestgres::fakepatroni {

// SELECT [pg_catalog.]function(arguments): absent where it is none that changes something.
std::optional<CitusOperation> citus_operation_in(std::string_view text);
// What a statement reads; absent: it reads nothing of Citus.
std::optional<std::vector<postgres::Row>> citus_rows_for(const postgres::Statement& statement,
                                                         const CitusTables& tables);

}  // namespace bestgres::fakepatroni
