#include "fakekube/cel/value.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <type_traits>

#include "lib/base/overloaded.hpp"

namespace bestgres::fakekube::cel {
namespace {

// Numbers compare by value whatever their type.
std::optional<long double> number_of(const Value& value) {
    if (const auto* integer = value.get<std::int64_t>()) {
        return static_cast<long double>(*integer);
    }
    if (const auto* natural = value.get<std::uint64_t>()) {
        return static_cast<long double>(*natural);
    }
    if (const auto* real = value.get<double>()) {
        return static_cast<long double>(*real);
    }
    return std::nullopt;
}

template <class T>
int order(const T& left, const T& right) {
    if (left < right) {
        return -1;
    }
    return right < left ? 1 : 0;
}

bool equal_lists(const Value& left, const Value& right) {
    const Values ours = items_of(left);
    const Values theirs = items_of(right);
    return ours.size() == theirs.size() &&
           std::equal(ours.begin(), ours.end(), theirs.begin(), equal);
}

bool equal_maps(const Value& left, const Value& right) {
    if (size_of(left) != size_of(right)) {
        return false;
    }
    for (const Value& key : items_of(left)) {
        const std::optional<Value> ours = find_entry(left, key);
        const std::optional<Value> theirs = find_entry(right, key);
        if (!ours.has_value() || !theirs.has_value() || !equal(*ours, *theirs)) {
            return false;
        }
    }
    return true;
}

Value view_number(const Json& json, const TypeSchema* schema) {
    const bool is_real = schema != nullptr && schema->type == TypeSchema::Type::number;
    if (json.is_number_float() || is_real) {
        return Value{json.get<double>()};
    }
    return Value{json.get<std::int64_t>()};
}

Value view_text(const Json& json, const TypeSchema* schema) {
    const auto& content = json.get_ref<const std::string&>();
    if (schema != nullptr && schema->type == TypeSchema::Type::time) {
        if (const Result<Instant> at = parse_time(content); at.ok()) {
            return Value{*at};
        }
    }
    return Value{content};
}

struct Escape {
    std::string_view from;
    std::string_view to;
};
constexpr std::array<Escape, 4> escapes = {Escape{"__underscores__", "__"}, Escape{"__dot__", "."},
                                           Escape{"__dash__", "-"}, Escape{"__slash__", "/"}};
constexpr std::array<std::string_view, 22> keywords = {
    "true",      "false",  "null",     "in",   "as",     "break", "const", "continue",
    "else",      "for",    "function", "if",   "import", "let",   "loop",  "package",
    "namespace", "return", "var",      "void", "while",  "__"};

}  // namespace

bool Value::is_list() const {
    const View* seen = get<View>();
    return get<List>() != nullptr || (seen != nullptr && seen->json->is_array());
}

bool Value::is_map() const {
    const View* seen = get<View>();
    return get<Map>() != nullptr || (seen != nullptr && seen->json->is_object());
}

Value view(const Json& json, const TypeSchema* schema) {
    switch (json.type()) {
        case Json::value_t::boolean:
            return Value{json.get<bool>()};
        case Json::value_t::number_integer:
        case Json::value_t::number_unsigned:
        case Json::value_t::number_float:
            return view_number(json, schema);
        case Json::value_t::string:
            return view_text(json, schema);
        case Json::value_t::array:
        case Json::value_t::object:
            return Value{View{.json = &json, .schema = schema}};
        case Json::value_t::null:
        case Json::value_t::binary:
        case Json::value_t::discarded:
            break;
    }
    return Value{};
}

Value text(std::string value) {
    return Value{std::move(value)};
}

Value list(Values items) {
    return Value{List{.items = std::make_shared<const Values>(std::move(items))}};
}

Value map(Entries entries) {
    return Value{Map{.entries = std::make_shared<const Entries>(std::move(entries))}};
}

Value some(Value value) {
    return Value{Optional{.value = std::make_shared<const Value>(std::move(value))}};
}

Values items_of(const Value& container) {
    if (const List* items = container.get<List>()) {
        return *items->items;
    }
    Values found;
    if (const Map* entries = container.get<Map>()) {
        for (const auto& entry : *entries->entries) {
            found.push_back(entry.first);
        }
        return found;
    }
    const View* seen = container.get<View>();
    if (seen == nullptr) {
        return found;
    }
    if (seen->json->is_array()) {
        const TypeSchema* element = seen->schema == nullptr ? nullptr : seen->schema->element.get();
        for (const Json& item : *seen->json) {
            found.push_back(view(item, element));
        }
        return found;
    }
    for (const auto& entry : seen->json->items()) {
        found.push_back(text(entry.key()));
    }
    return found;
}

std::size_t size_of(const Value& container) {
    if (const List* items = container.get<List>()) {
        return items->items->size();
    }
    if (const Map* entries = container.get<Map>()) {
        return entries->entries->size();
    }
    const View* seen = container.get<View>();
    return seen == nullptr ? 0 : seen->json->size();
}

std::optional<Value> find_member(const Value& container, std::string_view name) {
    const View* seen = container.get<View>();
    if (seen == nullptr) {
        return find_entry(container, text(std::string(name)));
    }
    if (!seen->json->is_object()) {
        return std::nullopt;
    }
    auto found = seen->json->find(name);
    std::string real(name);
    if (found == seen->json->end()) {
        real = unescape_name(name);
        found = seen->json->find(real);
    }
    if (found == seen->json->end()) {
        return std::nullopt;
    }
    const TypeSchema* known = seen->schema == nullptr ? nullptr : find_field(*seen->schema, real);
    return view(*found, known);
}

std::optional<Value> find_entry(const Value& container, const Value& key) {
    if (const Map* entries = container.get<Map>()) {
        for (const auto& entry : *entries->entries) {
            if (equal(entry.first, key)) {
                return entry.second;
            }
        }
        return std::nullopt;
    }
    const std::string* name = key.get<std::string>();
    return name == nullptr ? std::nullopt : find_member(container, *name);
}

bool equal(const Value& left, const Value& right) {
    if (left.is_list() || right.is_list()) {
        return left.is_list() && right.is_list() && equal_lists(left, right);
    }
    if (left.is_map() || right.is_map()) {
        return left.is_map() && right.is_map() && equal_maps(left, right);
    }
    if (left.get<Null>() != nullptr || right.get<Null>() != nullptr) {
        return left.as.index() == right.as.index();
    }
    if (const Optional* ours = left.get<Optional>()) {
        const Optional* theirs = right.get<Optional>();
        if (theirs == nullptr || (ours->value == nullptr) != (theirs->value == nullptr)) {
            return false;
        }
        return ours->value == nullptr || equal(*ours->value, *theirs->value);
    }
    if (const TypeName* ours = left.get<TypeName>()) {
        const TypeName* theirs = right.get<TypeName>();
        return theirs != nullptr && ours->name == theirs->name;
    }
    const Result<int> result = compare(left, right);
    return result.ok() && *result == 0;
}

Result<int> compare(const Value& left, const Value& right) {
    const std::optional<long double> ours = number_of(left);
    const std::optional<long double> theirs = number_of(right);
    if (ours.has_value() && theirs.has_value()) {
        return order(*ours, *theirs);
    }
    if (left.as.index() != right.as.index()) {
        return Error{"no such overload"};
    }
    return std::visit(
        [&right](const auto& mine) -> Result<int> {
            using T = std::decay_t<decltype(mine)>;
            if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, std::string> ||
                          std::is_same_v<T, Duration> || std::is_same_v<T, Instant> ||
                          std::is_same_v<T, kube::Quantity>) {
                return order(mine, *right.get<T>());
            } else if constexpr (std::is_same_v<T, Bytes>) {
                return order(mine.bytes, right.get<Bytes>()->bytes);
            } else {
                return Error{"no such overload"};
            }
        },
        left.as);
}

std::string type_of(const Value& value) {
    if (value.is_list()) {
        return "list";
    }
    if (value.is_map()) {
        return "map";
    }
    return std::visit(
        Overloaded{
            [](const Null&) { return "null_type"; }, [](bool) { return "bool"; },
            [](std::int64_t) { return "int"; }, [](std::uint64_t) { return "uint"; },
            [](double) { return "double"; }, [](const std::string&) { return "string"; },
            [](const Bytes&) { return "bytes"; },
            [](Duration) { return "google.protobuf.Duration"; },
            [](Instant) { return "google.protobuf.Timestamp"; }, [](const List&) { return "list"; },
            [](const Map&) { return "map"; }, [](const View&) { return "map"; },
            [](const Optional&) { return "optional_type"; }, [](const TypeName&) { return "type"; },
            [](const kube::Quantity&) { return "kubernetes.Quantity"; }},
        value.as);
}

std::string unescape_name(std::string_view name) {
    const bool is_framed =
        name.size() > 4 && name.substr(0, 2) == "__" && name.substr(name.size() - 2) == "__";
    if (is_framed) {
        const std::string_view inner = name.substr(2, name.size() - 4);
        if (std::find(keywords.begin(), keywords.end(), inner) != keywords.end()) {
            return std::string(inner);
        }
    }
    std::string result;
    while (!name.empty()) {
        const auto* const escape = std::find_if(
            escapes.begin(), escapes.end(),
            [name](const Escape& one) { return name.substr(0, one.from.size()) == one.from; });
        if (escape == escapes.end()) {
            result += name[0];
            name.remove_prefix(1);
            continue;
        }
        result += escape->to;
        name.remove_prefix(escape->from.size());
    }
    return result;
}

}  // namespace bestgres::fakekube::cel
