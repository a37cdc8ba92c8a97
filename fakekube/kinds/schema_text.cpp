#include "fakekube/kinds/schema_text.hpp"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "lib/base/check.hpp"

namespace bestgres::fakekube {
namespace {

using Type = TypeSchema::Type;

std::optional<TypeSchema> find_scalar(std::string_view name) {
    static constexpr std::pair<std::string_view, Type> scalars[] = {
        {"bool", Type::boolean},
        {"int64", Type::integer},
        {"number", Type::number},
        {"string", Type::string},
        {"quantity", Type::quantity},
        {"time", Type::time},
        {"microtime", Type::micro_time},
        {"bytes", Type::bytes},
        {"intorstring", Type::int_or_string},
        {"any", Type::any},
    };
    TypeSchema schema;
    if (name == "int32") {
        schema.type = Type::integer;
        schema.bits = 32;
        return schema;
    }
    for (const auto& [known, type] : scalars) {
        if (name == known) {
            schema.type = type;
            return schema;
        }
    }
    return std::nullopt;
}

TypeSchema parse_type(const Types& types, std::string_view text) {
    if (text.starts_with('*')) {
        TypeSchema schema = parse_type(types, text.substr(1));
        schema.pointer = true;
        return schema;
    }
    const bool is_array = text.starts_with("[]");
    if (is_array || text.starts_with("map[")) {
        const std::string_view inner = is_array ? text.substr(2) : text.substr(4, text.size() - 5);
        TypeSchema schema;
        schema.type = is_array ? Type::array : Type::map;
        schema.element = std::make_shared<const TypeSchema>(parse_type(types, inner));
        return schema;
    }
    if (auto scalar = find_scalar(text)) {
        return *std::move(scalar);
    }
    const auto found = types.find(text);
    BG_CHECK(found != types.end(), "unknown type " + std::string(text));
    return *found->second;
}

std::vector<std::string> split_keys(std::string_view text) {
    std::vector<std::string> keys;
    while (!text.empty()) {
        const std::size_t comma = text.find(',');
        keys.emplace_back(text.substr(0, comma));
        text = comma == std::string_view::npos ? "" : text.substr(comma + 1);
    }
    return keys;
}

// "merge(name)" -> "name".
std::string_view argument_of(std::string_view flag) {
    const std::size_t open = flag.find('(');
    return open == std::string_view::npos ? "" : flag.substr(open + 1, flag.size() - open - 2);
}

void apply_flag(TypeSchema& schema, std::string_view flag) {
    const std::string_view name = flag.substr(0, flag.find('('));
    if (name == "!") {
        schema.omit_empty = false;
    } else if (name == "set") {
        schema.list_type = TypeSchema::ListType::set;
    } else if (name == "map") {
        schema.list_type = TypeSchema::ListType::map;
        schema.list_keys = split_keys(argument_of(flag));
    } else if (name == "atomic" || name == "granular") {
        schema.atomic_map = name == "atomic";
    } else if (name == "merge") {
        schema.patch_merges = true;
        schema.list_keys = split_keys(argument_of(flag));
        schema.patch_merge_key = schema.list_keys.empty() ? "" : schema.list_keys.front();
        schema.list_type =
            schema.list_keys.empty() ? TypeSchema::ListType::set : TypeSchema::ListType::map;
    } else if (name == "replace") {
        schema.patch_replaces = true;
    } else {
        BG_CHECK(name == "retain", "unknown flag " + std::string(flag));
        schema.retain_keys = true;
    }
}

std::string_view next_word(std::string_view& rest) {
    const std::size_t start = rest.find_first_not_of(' ');
    if (start == std::string_view::npos) {
        rest = "";
        return "";
    }
    const std::size_t end = std::min(rest.find(' ', start), rest.size());
    const std::string_view word = rest.substr(start, end - start);
    rest = rest.substr(end);
    return word;
}

void parse_field(const Types& types, TypeSchema& owner, std::string_view line) {
    std::string_view rest = line;
    const std::string name(next_word(rest));
    if (name == "inline") {
        const auto found = types.find(next_word(rest));
        BG_CHECK(found != types.end(), "unknown type in " + std::string(line));
        const TypeSchema& inlined = *found->second;
        owner.fields.insert(inlined.fields.begin(), inlined.fields.end());
        owner.order.insert(owner.order.end(), inlined.order.begin(), inlined.order.end());
        return;
    }
    TypeSchema field = parse_type(types, next_word(rest));
    for (std::string_view word = next_word(rest); !word.empty(); word = next_word(rest)) {
        if (word == "=") {
            auto value = parse_json(rest);
            BG_CHECK(value.ok(), "default of " + std::string(line));
            field.default_value = *std::move(value);
            break;
        }
        apply_flag(field, word);
    }
    if (owner.fields.count(name) == 0) {
        owner.order.push_back(name);
    }
    owner.fields[name] = std::make_shared<const TypeSchema>(std::move(field));
}

constexpr std::string_view kind_fields[] = {"kind string", "apiVersion string",
                                            "metadata ObjectMeta"};

class Parser {
public:
    explicit Parser(Types& types) : types_(types) {}

    void line(std::string_view line) {
        const std::size_t start = line.find_first_not_of(' ');
        if (start == std::string_view::npos || line[start] == '#') {
            return;
        }
        if (start > 0) {
            parse_field(types_, current_, line);
            return;
        }
        finish();
        begin(line);
    }
    void finish() {
        if (!current_.name.empty()) {
            const std::string name = current_.name;
            types_[name] = std::make_shared<const TypeSchema>(std::move(current_));
        }
        current_ = TypeSchema{};
    }

private:
    void begin(std::string_view rest) {
        const std::string_view word = next_word(rest);
        BG_CHECK(word == "type" || word == "kind", "type or kind expected");
        current_.type = Type::object;
        current_.name = next_word(rest);
        if (word == "kind") {
            for (const std::string_view field : kind_fields) {
                parse_field(types_, current_, field);
            }
        }
        for (std::string_view flag = next_word(rest); !flag.empty(); flag = next_word(rest)) {
            apply_flag(current_, flag);
        }
    }

    Types& types_;
    TypeSchema current_;
};

}  // namespace

void add_types(Types& types, std::string_view text) {
    Parser parser(types);
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        parser.line(text.substr(0, end));
        text = end == text.size() ? "" : text.substr(end + 1);
    }
    parser.finish();
}

}  // namespace bestgres::fakekube
