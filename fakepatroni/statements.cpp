#include "fakepatroni/statements.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "fakepatroni/citus_text.hpp"

namespace bestgres::fakepatroni {
namespace {

using Effect = Result<StatementEffect, StatementFailure>;

constexpr std::string_view ledger = "table bestgres.bootstrap_ledger";

// Undoes lib/postgres/quote.hpp: reads one literal off the front of `text`.
std::optional<std::string> take_literal(std::string_view& text) {
    const bool escapes = text.starts_with("E'");
    if (!escapes && !text.starts_with('\'')) {
        return std::nullopt;
    }
    text.remove_prefix(escapes ? 2 : 1);
    std::string content;
    while (!text.empty()) {
        const char letter = text.front();
        text.remove_prefix(1);
        const bool doubled = !text.empty() && text.front() == letter;
        if (letter == '\'' && !doubled) {
            return content;
        }
        if (letter == '\'' || (escapes && letter == '\\')) {
            text.remove_prefix(std::min<std::size_t>(text.size(), 1));
        }
        content += letter;
    }
    return std::nullopt;
}

std::string take_digits(std::string_view& text) {
    std::string digits;
    while (!text.empty() && digits.size() < 18 &&
           std::isdigit(static_cast<unsigned char>(text.front())) != 0) {
        digits += text.front();
        text.remove_prefix(1);
    }
    return digits;
}

// Matches a text with holes: "%n" is a number, "%q" a quoted literal. The holes' contents, or
// nothing.
std::optional<std::vector<std::string>> match(std::string_view text, std::string_view pattern) {
    std::vector<std::string> holes;
    while (!pattern.empty()) {
        if (pattern.starts_with("%n")) {
            holes.push_back(take_digits(text));
            if (holes.back().empty()) {
                return std::nullopt;
            }
            pattern.remove_prefix(2);
        } else if (pattern.starts_with("%q")) {
            std::optional<std::string> literal = take_literal(text);
            if (!literal) {
                return std::nullopt;
            }
            holes.push_back(*std::move(literal));
            pattern.remove_prefix(2);
        } else if (!text.empty() && text.front() == pattern.front()) {
            text.remove_prefix(1);
            pattern.remove_prefix(1);
        } else {
            return std::nullopt;
        }
    }
    return text.empty() ? std::optional(holes) : std::nullopt;
}

StatementFailure no_ledger() {
    return {"42P01", "relation \"bestgres.bootstrap_ledger\" does not exist"};
}

Change ledger_change(const std::string& position, bool finished) {
    return {Change::Kind::ledger_row, position, finished ? "finished" : "started"};
}

bool has_row(const Catalogue& catalogue, const std::string& position) {
    return catalogue.ledger.contains(std::stoll(position));
}

// CREATE kind [IF NOT EXISTS] name: the object, and the SQLSTATE where it is there already.
struct Creation {
    std::string object;
    std::string sqlstate;
    bool if_not_exists = false;
};

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    std::string word;
    for (const char letter : text) {
        if (std::isspace(static_cast<unsigned char>(letter)) != 0 || letter == ';' ||
            letter == '(') {
            if (!word.empty()) {
                words.push_back(std::exchange(word, {}));
            }
            if (letter == '(') {
                break;
            }
        } else {
            word += letter;
        }
    }
    if (!word.empty()) {
        words.push_back(word);
    }
    return words;
}

bool is_word(const std::vector<std::string>& words, std::size_t index, std::string_view wanted) {
    return index < words.size() &&
           std::ranges::equal(words[index], wanted, [](char left, char right) {
               return std::toupper(static_cast<unsigned char>(left)) == right;
           });
}

std::optional<Creation> creation_in(std::string_view text) {
    struct Kind {
        std::string_view word;
        std::string_view object;
        std::string_view sqlstate;
    };
    static constexpr std::array<Kind, 6> kinds{{{"DATABASE", "database ", "42P04"},
                                                {"SCHEMA", "schema ", "42P06"},
                                                {"TABLE", "table ", "42P07"},
                                                {"ROLE", "role ", "42710"},
                                                {"USER", "role ", "42710"},
                                                {"EXTENSION", "extension ", "42710"}}};
    const std::vector<std::string> words = words_of(text);
    const auto kind = std::ranges::find_if(
        kinds, [&](const Kind& candidate) { return is_word(words, 1, candidate.word); });
    if (!is_word(words, 0, "CREATE") || kind == kinds.end()) {
        return std::nullopt;
    }
    Creation creation;
    creation.if_not_exists =
        is_word(words, 2, "IF") && is_word(words, 3, "NOT") && is_word(words, 4, "EXISTS");
    const std::size_t name = creation.if_not_exists ? 5 : 2;
    if (name >= words.size()) {
        return std::nullopt;
    }
    creation.object = std::string(kind->object) + words[name];
    creation.sqlstate = kind->sqlstate;
    return creation;
}

Effect effect_of_known(const KnownStatement& known, Changes done, const Catalogue& catalogue) {
    if (!known.sqlstate.empty()) {
        return StatementFailure{known.sqlstate, "the statement fails, as the scenario says"};
    }
    if (!known.makes.empty()) {
        if (catalogue.objects.contains(known.makes)) {
            return StatementFailure{"42710", known.makes + " already exists"};
        }
        done.push_back({Change::Kind::make_object, known.makes, ""});
    }
    return StatementEffect{.changes = std::move(done), .rows = {}};
}

// A statement of the user's own.
Effect effect_of_user_text(const std::string& text, const Catalogue& catalogue,
                           const StatementBook& book) {
    Changes done{{Change::Kind::ran, digest_of_statement(text), ""}};
    if (const auto known = book.find(text); known != book.end()) {
        return effect_of_known(known->second, std::move(done), catalogue);
    }
    const std::optional<Creation> creation = creation_in(text);
    if (!creation) {
        return StatementFailure{"0A000", "this model does not know the statement: " + text};
    }
    const bool exists = catalogue.objects.contains(creation->object);
    if (exists && !creation->if_not_exists) {
        return StatementFailure{creation->sqlstate, creation->object + " already exists"};
    }
    if (!exists) {
        done.push_back({Change::Kind::make_object, creation->object, ""});
    }
    return StatementEffect{.changes = std::move(done), .rows = {}};
}

Effect make_ledger(const Catalogue& catalogue) {
    StatementEffect effect;
    for (const std::string_view object : {std::string_view("schema bestgres"), ledger}) {
        if (!catalogue.objects.contains(std::string(object))) {
            effect.changes.push_back({Change::Kind::make_object, std::string(object), ""});
        }
    }
    return effect;
}

Effect read_ledger(const Catalogue& catalogue) {
    StatementEffect effect;
    for (const auto& [position, finished] : catalogue.ledger) {
        effect.rows.push_back({std::to_string(position), finished ? "t" : "f"});
    }
    return effect;
}

Effect run_block(const std::vector<std::string>& holes, const Catalogue& catalogue,
                 const StatementBook& book) {
    if (has_row(catalogue, holes[0])) {
        return StatementEffect{};
    }
    Effect effect = effect_of_user_text(holes[3], catalogue, book);
    if (effect.ok()) {
        effect->changes.push_back(ledger_change(holes[1], true));
    }
    return effect;
}

constexpr std::string_view make_text =
    "CREATE SCHEMA IF NOT EXISTS bestgres; CREATE TABLE IF NOT EXISTS bestgres.bootstrap_ledger "
    "(position int PRIMARY KEY, digest text NOT NULL, started timestamptz NOT NULL DEFAULT now(), "
    "finished timestamptz)";
constexpr std::string_view read_text =
    "SELECT position, finished IS NOT NULL FROM bestgres.bootstrap_ledger ORDER BY position";
constexpr std::string_view start_text =
    "INSERT INTO bestgres.bootstrap_ledger (position, digest) VALUES (%n, %q) ON CONFLICT "
    "(position) DO NOTHING";
constexpr std::string_view finish_text =
    "UPDATE bestgres.bootstrap_ledger SET finished = now() WHERE position = %n";
constexpr std::string_view block_text =
    "BEGIN IF NOT EXISTS (SELECT FROM bestgres.bootstrap_ledger WHERE position = %n) THEN INSERT "
    "INTO bestgres.bootstrap_ledger (position, digest, finished) VALUES (%n, %q, now()); EXECUTE "
    "%q; END IF; END";

// The statements about the ledger, but for the one that makes it; absent: it is not about the
// ledger.
std::optional<Effect> effect_on_ledger(const std::string& text, const Catalogue& catalogue,
                                       const StatementBook& book) {
    if (text == read_text) {
        return read_ledger(catalogue);
    }
    if (const auto holes = match(text, start_text)) {
        StatementEffect effect;
        if (!has_row(catalogue, holes->at(0))) {
            effect.changes = {ledger_change(holes->at(0), false)};
        }
        return effect;
    }
    if (const auto holes = match(text, finish_text)) {
        StatementEffect effect;
        if (has_row(catalogue, holes->at(0))) {
            effect.changes = {ledger_change(holes->at(0), true)};
        }
        return effect;
    }
    const auto block = match(text, "DO %q");
    const auto holes = block ? match(block->at(0), block_text) : std::nullopt;
    if (holes) {
        return run_block(*holes, catalogue, book);
    }
    return std::nullopt;
}

}  // namespace

Effect effect_of(const postgres::Statement& statement, const Catalogue& catalogue,
                 const StatementBook& book) {
    if (statement.text == make_text) {
        return make_ledger(catalogue);
    }
    // How long the session waits for locks and answers; and the end of idle transactions, which is
    // the server's affair.
    if (statement.id == "session.limits" || statement.id == "citus.release") {
        return StatementEffect{};
    }
    if (auto rows = citus_rows_for(statement, catalogue.citus)) {
        if (!catalogue.citus.extension) {
            return StatementFailure{"42P01", "relation \"pg_catalog.pg_dist_node\" does not exist"};
        }
        return StatementEffect{.changes = {}, .rows = *std::move(rows)};
    }
    const std::optional<Effect> on_ledger = effect_on_ledger(statement.text, catalogue, book);
    if (on_ledger) {
        return catalogue.objects.contains(std::string(ledger)) ? *on_ledger : Effect(no_ledger());
    }
    return effect_of_user_text(statement.text, catalogue, book);
}

std::string digest_of_password(std::string_view password) {
    return to_hex(hash_text("password " + std::string(password)));
}

std::string digest_of_statement(std::string_view text) {
    return to_hex(hash_text(text));
}

}  // namespace bestgres::fakepatroni
