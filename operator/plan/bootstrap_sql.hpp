// Bootstrap SQL as statements. A ledger table in database `postgres` says what has been done: a
// statement and its row are one transaction, so that it takes effect exactly once whatever crashes.
// What cannot run in a transaction (CREATE DATABASE and its like) gets a row before and a mark
// after it; a crash in between runs it again, and "exists already" then counts as done.
#pragma once

#include <string_view>
#include <vector>

#include "lib/postgres/sql.hpp"

namespace bestgres::plan {

inline constexpr std::string_view ledger_make_id = "ledger.make";
inline constexpr std::string_view ledger_read_id = "ledger.read";

// Makes the ledger where it is missing and reads it: rows of (position, finished).
std::vector<postgres::Statement> read_ledger();
// Runs the statement at `position` unless the ledger says that it is done, then reads the ledger.
std::vector<postgres::Statement> run_once(std::int64_t position, std::string_view sql);
// Marks a statement as done that was found done.
std::vector<postgres::Statement> mark_done(std::int64_t position);

bool needs_no_transaction(std::string_view sql);
// SQLSTATEs that say: what the statement makes exists already.
bool says_exists(std::string_view sqlstate);

}  // namespace bestgres::plan
