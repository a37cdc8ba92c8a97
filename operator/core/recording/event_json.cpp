#include "operator/core/recording/event_json.hpp"

#include <algorithm>
#include <iterator>

#include "lib/base/encoding.hpp"
#include "lib/base/overloaded.hpp"

namespace bestgres::core {
namespace {

template <class E>
struct Word {
    E value;
    std::string_view word;
};

constexpr Word<kube::ErrorCode> error_codes[] = {
    {kube::ErrorCode::not_found, "not_found"},
    {kube::ErrorCode::already_exists, "already_exists"},
    {kube::ErrorCode::conflict, "conflict"},
    {kube::ErrorCode::gone, "gone"},
    {kube::ErrorCode::invalid, "invalid"},
    {kube::ErrorCode::forbidden, "forbidden"},
    {kube::ErrorCode::unauthorized, "unauthorized"},
    {kube::ErrorCode::throttled, "throttled"},
    {kube::ErrorCode::unavailable, "unavailable"},
    {kube::ErrorCode::timeout, "timeout"}};
constexpr Word<kube::Applied> applied_words[] = {
    {kube::Applied::no, "no"}, {kube::Applied::yes, "yes"}, {kube::Applied::unknown, "unknown"}};
constexpr Word<kube::WatchEventType> watch_types[] = {
    {kube::WatchEventType::added, "added"},     {kube::WatchEventType::modified, "modified"},
    {kube::WatchEventType::deleted, "deleted"}, {kube::WatchEventType::bookmark, "bookmark"},
    {kube::WatchEventType::gone, "gone"},       {kube::WatchEventType::closed, "closed"}};

template <class E, std::size_t N>
std::string word_of(const Word<E> (&words)[N], E value) {
    const auto* const found = std::ranges::find(words, value, &Word<E>::value);
    BG_CHECK(found != std::end(words), "a value without a word");
    return std::string(found->word);
}

template <class E, std::size_t N>
Result<E> value_of(const Word<E> (&words)[N], const std::string& word) {
    const auto* const found = std::ranges::find(words, word, &Word<E>::word);
    if (found == std::end(words)) {
        return Error{"unknown word: " + word};
    }
    return found->value;
}

Json to_json(const kube::Error& error) {
    Json json = {{"code", word_of(error_codes, error.code)},
                 {"applied", word_of(applied_words, error.applied)},
                 {"message", error.message},
                 {"fields", error.fields}};
    if (error.retry_after) {
        json["retryAfterNs"] = error.retry_after->count();
    }
    return json;
}

Json outcome_json(const kube::Outcome& outcome) {
    return std::visit(
        Overloaded{
            [](const kube::Object& object) {
                return Json{{"object", object.json()}};
            },
            [](const kube::Listing& listing) {
                Json items = Json::array();
                for (const kube::Object& item : listing.items) {
                    items.push_back(item.json());
                }
                return Json{{"items", std::move(items)}, {"version", listing.resource_version}};
            },
            [](const Done&) {
                return Json{{"done", true}};
            }},
        outcome);
}

Json rows_json(const postgres::Rows& rows) {
    Json statements = Json::array();
    for (const auto& statement : rows.of_statement) {
        Json lines = Json::array();
        for (const postgres::Row& row : statement) {
            Json line = Json::array();
            for (const std::optional<std::string>& cell : row) {
                line.push_back(cell ? Json(*cell) : Json());
            }
            lines.push_back(std::move(line));
        }
        statements.push_back(std::move(lines));
    }
    return {{"rows", std::move(statements)}};
}

Json failure_json(const postgres::Failure& failure) {
    Json json = {
        {"sqlstate", failure.sqlstate}, {"message", failure.message}, {"unknown", failure.unknown}};
    if (failure.index) {
        json["index"] = *failure.index;
    }
    return {{"failure", std::move(json)}};
}

Result<kube::Error> parse_error(const Json& json) {
    kube::Error error;
    const auto code = value_of(error_codes, string_at(json, {"code"}));
    BG_TRY(code);
    error.code = *code;
    const auto applied = value_of(applied_words, string_at(json, {"applied"}));
    BG_TRY(applied);
    error.applied = *applied;
    error.message = string_at(json, {"message"});
    if (const auto after = find_int(json, {"retryAfterNs"})) {
        error.retry_after = Duration(*after);
    }
    for (const Json& field : array_at(json, {"fields"})) {
        error.fields.push_back(field.is_string() ? field.get<std::string>() : "");
    }
    return error;
}

Result<Event> parse_kube(const Json& json) {
    kube::CallId id = static_cast<kube::CallId>(find_int(json, {"id"}).value_or(0));
    if (const Json* error = find(json, {"error"})) {
        Result<kube::Error> parsed = parse_error(*error);
        BG_TRY(parsed);
        return Event(kube::Answer{id, *std::move(parsed)});
    }
    if (const Json* object = find(json, {"object"})) {
        return Event(kube::Answer{id, kube::Outcome(kube::Object(*object))});
    }
    if (find(json, {"items"}) != nullptr) {
        kube::Listing listing;
        listing.resource_version = string_at(json, {"version"});
        for (const Json& item : array_at(json, {"items"})) {
            listing.items.emplace_back(item);
        }
        return Event(kube::Answer{id, kube::Outcome(std::move(listing))});
    }
    if (find(json, {"done"}) != nullptr) {
        return Event(kube::Answer{id, kube::Outcome(Done{})});
    }
    return Error{"an answer without error, object, items or done"};
}

Result<Event> parse_watch(const Json& json) {
    kube::WatchEvent event;
    event.id = static_cast<kube::WatchId>(find_int(json, {"id"}).value_or(0));
    const auto type = value_of(watch_types, string_at(json, {"type"}));
    BG_TRY(type);
    event.type = *type;
    event.message = string_at(json, {"message"});
    const Json& object = object_at(json, {"object"});
    event.object = object.empty() ? kube::Object() : kube::Object(object);
    return Event(std::move(event));
}

Event parse_patroni(const Json& json) {
    const auto id = static_cast<patroni::CallId>(find_int(json, {"id"}).value_or(0));
    if (const Json* failure = find(json, {"failure"})) {
        return patroni::Answer{
            id, patroni::Failure{.sent = find_bool(*failure, {"sent"}).value_or(true),
                                 .message = string_at(*failure, {"message"})}};
    }
    return patroni::Answer{
        id, patroni::Reply{.status = static_cast<int>(find_int(json, {"status"}).value_or(0)),
                           .body = string_at(json, {"body"})}};
}

postgres::Rows parse_rows(const Json& json) {
    postgres::Rows rows;
    for (const Json& statement : array_at(json, {"rows"})) {
        auto& lines = rows.of_statement.emplace_back();
        for (const Json& line : statement) {
            postgres::Row& row = lines.emplace_back();
            for (const Json& cell : line) {
                row.push_back(cell.is_string() ? std::optional(cell.get<std::string>())
                                               : std::nullopt);
            }
        }
    }
    return rows;
}

Event parse_sql(const Json& json) {
    const auto id = static_cast<postgres::CallId>(find_int(json, {"id"}).value_or(0));
    const Json* const failure = find(json, {"failure"});
    if (failure == nullptr) {
        return postgres::Answer{id, parse_rows(json)};
    }
    postgres::Failure parsed;
    if (const auto index = find_int(*failure, {"index"})) {
        parsed.index = static_cast<std::size_t>(*index);
    }
    parsed.sqlstate = string_at(*failure, {"sqlstate"});
    parsed.message = string_at(*failure, {"message"});
    parsed.unknown = find_bool(*failure, {"unknown"}).value_or(true);
    return postgres::Answer{id, std::move(parsed)};
}

Json with_id(std::uint64_t id, Json json) {
    json["id"] = id;
    return json;
}

}  // namespace

Json to_json(const Event& event) {
    return std::visit(
        Overloaded{
            [](const Tick&) {
                return Json{{"tick", Json::object()}};
            },
            [](const Entropy& entropy) {
                return Json{{"entropy", encode_base64(entropy.bytes)}};
            },
            [](const Shutdown&) {
                return Json{{"shutdown", Json::object()}};
            },
            [](const kube::Answer& answer) {
                Json json = answer.outcome.ok() ? outcome_json(*answer.outcome)
                                                : Json{{"error", to_json(answer.outcome.error())}};
                return Json{{"kube", with_id(answer.id, std::move(json))}};
            },
            [](const kube::WatchEvent& seen) {
                return Json{{"watch", with_id(seen.id, {{"type", word_of(watch_types, seen.type)},
                                                        {"object", seen.object.json()},
                                                        {"message", seen.message}})}};
            },
            [](const patroni::Answer& answer) {
                Json json;
                if (answer.outcome.ok()) {
                    json = {{"status", answer.outcome->status}, {"body", answer.outcome->body}};
                } else {
                    json = {{"failure",
                             {{"sent", answer.outcome.error().sent},
                              {"message", answer.outcome.error().message}}}};
                }
                return Json{{"patroni", with_id(answer.id, std::move(json))}};
            },
            [](const postgres::Answer& answer) {
                return Json{
                    {"sql", with_id(answer.id, answer.outcome.ok()
                                                   ? rows_json(*answer.outcome)
                                                   : failure_json(answer.outcome.error()))}};
            }},
        event);
}

Result<Event> parse_event(const Json& json) {
    if (find(json, {"tick"}) != nullptr) {
        return Event(Tick{});
    }
    if (const auto entropy = find_string(json, {"entropy"})) {
        Result<std::string> bytes = decode_base64(*entropy);
        BG_TRY(bytes);
        return Event(Entropy{*std::move(bytes)});
    }
    if (find(json, {"shutdown"}) != nullptr) {
        return Event(Shutdown{});
    }
    if (const Json* kube = find(json, {"kube"})) {
        return parse_kube(*kube);
    }
    if (const Json* watch = find(json, {"watch"})) {
        return parse_watch(*watch);
    }
    if (const Json* patroni = find(json, {"patroni"})) {
        return parse_patroni(*patroni);
    }
    if (const Json* sql = find(json, {"sql"})) {
        return parse_sql(*sql);
    }
    return Error{"no event that this program knows"};
}

}  // namespace bestgres::core
