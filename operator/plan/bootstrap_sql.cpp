#include "operator/plan/bootstrap_sql.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include "lib/base/hash.hpp"
#include "lib/postgres/quote.hpp"
#include "operator/plan/compose.hpp"
#include "operator/plan/health.hpp"
#include "operator/plan/rules.hpp"
#include "operator/plan/wanted.hpp"

namespace bestgres::plan {
namespace {

using postgres::quote_literal;
using postgres::Statement;

// Upper case, runs of white space as one blank, leading comments left out.
std::string normalised_beginning(std::string_view sql) {
    std::string text;
    while (!sql.empty() && text.size() < 200) {
        if (sql.starts_with("--")) {
            sql.remove_prefix(std::min(sql.find('\n'), sql.size()));
            continue;
        }
        if (sql.starts_with("/*")) {
            const std::size_t end = sql.find("*/");
            sql.remove_prefix(end == std::string_view::npos ? sql.size() : end + 2);
            continue;
        }
        const auto letter = static_cast<unsigned char>(sql.front());
        sql.remove_prefix(1);
        if (std::isspace(letter) == 0) {
            text += static_cast<char>(std::toupper(letter));
        } else if (!text.empty() && text.back() != ' ') {
            text += ' ';
        }
    }
    return text;
}

Statement ledger_row(std::int64_t position, std::string_view sql) {
    return {.id = "ledger.start",
            .text = "INSERT INTO bestgres.bootstrap_ledger (position, digest) VALUES (" +
                    std::to_string(position) + ", " + quote_literal(to_hex(hash_text(sql))) +
                    ") ON CONFLICT (position) DO NOTHING",
            .parameters = {}};
}

Statement ledger_mark(std::int64_t position) {
    return {.id = "ledger.finish",
            .text = "UPDATE bestgres.bootstrap_ledger SET finished = now() WHERE position = " +
                    std::to_string(position),
            .parameters = {}};
}

Statement ledger_select() {
    return {.id = std::string(ledger_read_id),
            .text =
                "SELECT position, finished IS NOT NULL FROM bestgres.bootstrap_ledger "
                "ORDER BY position",
            .parameters = {}};
}

Statement in_one_transaction(std::int64_t position, std::string_view sql) {
    const std::string row = std::to_string(position);
    const std::string body =
        "BEGIN IF NOT EXISTS (SELECT FROM bestgres.bootstrap_ledger WHERE position = " + row +
        ") THEN INSERT INTO bestgres.bootstrap_ledger (position, digest, finished) VALUES (" + row +
        ", " + quote_literal(to_hex(hash_text(sql))) + ", now()); EXECUTE " + quote_literal(sql) +
        "; END IF; END";
    return {.id = "bootstrap.run", .text = "DO " + quote_literal(body), .parameters = {}};
}

}  // namespace

bool needs_no_transaction(std::string_view sql) {
    static constexpr std::array beginnings{"CREATE DATABASE",   "DROP DATABASE",   "ALTER SYSTEM",
                                           "CREATE TABLESPACE", "DROP TABLESPACE", "VACUUM"};
    const std::string text = normalised_beginning(sql);
    return text.find(" CONCURRENTLY ") != std::string::npos ||
           std::ranges::any_of(beginnings,
                               [&text](std::string_view begin) { return text.starts_with(begin); });
}

bool says_exists(std::string_view sqlstate) {
    static constexpr std::array<std::string_view, 4> states{"42P04", "42710", "42P07", "42P06"};
    return std::ranges::find(states, sqlstate) != states.end();
}

std::vector<Statement> read_ledger() {
    return {{.id = std::string(ledger_make_id),
             .text = "CREATE SCHEMA IF NOT EXISTS bestgres; "
                     "CREATE TABLE IF NOT EXISTS bestgres.bootstrap_ledger (position int PRIMARY "
                     "KEY, digest text NOT NULL, started timestamptz NOT NULL DEFAULT now(), "
                     "finished timestamptz)",
             .parameters = {}},
            ledger_select()};
}

std::vector<Statement> run_once(std::int64_t position, std::string_view sql) {
    if (!needs_no_transaction(sql)) {
        return {in_one_transaction(position, sql), ledger_select()};
    }
    return {ledger_row(position, sql),
            {.id = "bootstrap.run", .text = std::string(sql), .parameters = {}},
            ledger_mark(position),
            ledger_select()};
}

std::vector<Statement> mark_done(std::int64_t position) {
    return {ledger_mark(position), ledger_select()};
}

namespace {

Step run_on_leader(const Member& primary, std::vector<Statement> statements, std::string because) {
    return {.effect = RunSql{.leader = target_of(primary),
                             .purpose = "bootstrap SQL",
                             .statements = std::move(statements)},
            .rule = RuleId::run_bootstrap_sql,
            .because = std::move(because)};
}

Step next_statement(const ClusterView& view, const Member& primary, std::int64_t position) {
    const std::string& sql = api::bootstrap_sql(*view.spec)[static_cast<std::size_t>(position)];
    const std::string number = std::to_string(position + 1);
    const bool begun = view.facts.ledger->contains(position);
    if (begun && says_exists(view.facts.sqlstate)) {
        return run_on_leader(primary, mark_done(position),
                             "what statement " + number + " makes exists already");
    }
    return run_on_leader(primary, run_once(position, sql), "statement " + number + " is not done");
}

}  // namespace

Opinion run_bootstrap_sql(const ClusterView& view) {
    const std::vector<std::string>& sql = api::bootstrap_sql(*view.spec);
    const Member* const primary = view.primary();
    if (sql.empty() || view.bootstrap_sql_done || primary == nullptr ||
        !is_healthy(view, *primary)) {
        return {};
    }
    if (!view.facts.ledger) {
        return just(run_on_leader(*primary, read_ledger(), "the ledger says what is done"));
    }
    for (std::size_t index = 0; index < sql.size(); ++index) {
        const auto row = view.facts.ledger->find(static_cast<std::int64_t>(index));
        if (row == view.facts.ledger->end() || !row->second) {
            return just(next_statement(view, *primary, static_cast<std::int64_t>(index)));
        }
    }
    return just(Step{
        .effect = ApplyObject{.kind = kube::kinds::config_map, .object = accepted_spec(view, true)},
        .rule = RuleId::run_bootstrap_sql,
        .because = "the ledger says that all bootstrap SQL is done"});
}

}  // namespace bestgres::plan
