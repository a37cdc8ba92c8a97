// A value of the Common Expression Language. Parts of the checked object are seen through views of
// its JSON, so that evaluating a rule copies nothing that it does not touch.
// https://github.com/google/cel-spec/blob/master/doc/langdef.md
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "fakekube/type_schema.hpp"
#include "lib/base/json.hpp"
#include "lib/base/result.hpp"
#include "lib/base/time.hpp"
#include "lib/kube/quantity.hpp"

namespace bestgres::fakekube::cel {

struct Value;
using Values = std::vector<Value>;
using Entries = std::vector<std::pair<Value, Value>>;

struct Null {};
struct Bytes {
    std::string bytes;
};
struct List {
    std::shared_ptr<const Values> items;
};
struct Map {
    std::shared_ptr<const Entries> entries;
};
// An array or object of the checked object; it must outlive the value. A null schema: untyped.
struct View {
    const Json* json;
    const TypeSchema* schema;
};
struct Optional {
    std::shared_ptr<const Value> value;  // null: none
};
struct TypeName {
    std::string name;
};

struct Value {
    std::variant<Null, bool, std::int64_t, std::uint64_t, double, std::string, Bytes, Duration,
                 Instant, List, Map, View, Optional, TypeName, kube::Quantity>
        as = Null{};

    template <class T>
    const T* get() const {
        return std::get_if<T>(&as);
    }
    bool is_list() const;
    bool is_map() const;
};

// The view of a JSON value of a type: dates become timestamps, numbers doubles where the type says
// so, texts and counts what they are.
Value view(const Json& json, const TypeSchema* schema);

Value text(std::string value);
Value list(Values items);
Value map(Entries entries);
Value some(Value value);

// The items of a list or the keys of a map: what macros walk over.
Values items_of(const Value& container);
std::size_t size_of(const Value& container);
// A field of an object or an entry of a map. Property names may be given in their CEL escape
// ("x__dot__y").
std::optional<Value> find_member(const Value& container, std::string_view name);
std::optional<Value> find_entry(const Value& container, const Value& key);

bool equal(const Value& left, const Value& right);
// Negative, zero or positive; an error where the types have no order.
Result<int> compare(const Value& left, const Value& right);

// "int", "string", "list", "google.protobuf.Timestamp": what type() answers.
std::string type_of(const Value& value);

// "x__dot__y" -> "x.y", "__in__" -> "in".
std::string unescape_name(std::string_view name);

}  // namespace bestgres::fakekube::cel
