// One description of a struct's fields serves reading and writing. Reading is strict: what is
// unknown or of another type is a problem that names its path. Writing leaves out what has its
// default, so that a line says only what is particular.
#pragma once

#include <concepts>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "lib/base/json.hpp"
#include "lib/base/time.hpp"
#include "scenarios/replay/words.hpp"

namespace bestgres::scenarios {

template <class Self, class Struct>
concept Is = std::same_as<std::remove_const_t<Self>, Struct>;

// Where a value stands, and where to say what is wrong with it.
struct FieldPlace {
    std::string path;
    std::vector<std::string>* problems;

    void wrong(std::string_view what) const;
    FieldPlace in(std::string_view name) const;
};

void read_value(const Json& json, std::string& value, const FieldPlace& place);
void read_value(const Json& json, bool& value, const FieldPlace& place);
void read_value(const Json& json, std::int64_t& value, const FieldPlace& place);
void read_value(const Json& json, std::uint64_t& value, const FieldPlace& place);
void read_value(const Json& json, Duration& value, const FieldPlace& place);
void read_value(const Json& json, Json& value, const FieldPlace& place);
// Kinds stand under their name alone: "StatefulSet".
void read_value(const Json& json, kube::Kind& value, const FieldPlace& place);

template <class Element>
void read_value(const Json& json, std::vector<Element>& list, const FieldPlace& place) {
    if (!json.is_array()) {
        place.wrong("is a list");
        return;
    }
    for (std::size_t at = 0; at < json.size(); ++at) {
        read_value(json[at], list.emplace_back(), place.in(std::to_string(at)));
    }
}

template <HasWords Enum>
void read_value(const Json& json, Enum& value, const FieldPlace& place) {
    const std::optional<Enum> found =
        json.is_string() ? find_word<Enum>(json.get<std::string>()) : std::nullopt;
    if (!found) {
        place.wrong("is one of " + choices<Enum>());
        return;
    }
    value = *found;
}

class FieldReader {
public:
    FieldReader(const Json& json, FieldPlace place);

    bool has(std::string_view name) const { return json_->find(name) != json_->end(); }
    template <class Value>
    void operator()(std::string_view name, Value& value) {
        known_.insert(name);
        if (has(name)) {
            read_value(*json_->find(name), value, place_.in(name));
        }
    }
    // Says which fields nobody asked for.
    void finish() const;
    const FieldPlace& place() const { return place_; }

private:
    const Json* json_;
    FieldPlace place_;
    std::set<std::string_view> known_;
};

template <class Value>
concept Described = requires(Value& value, FieldReader& fields) {
    describe(value, fields);
};

template <Described Value>
void read_value(const Json& json, Value& value, const FieldPlace& place) {
    FieldReader fields(json, place);
    describe(value, fields);
    fields.finish();
}

Json written(const std::string& value);
Json written(bool value);
Json written(std::int64_t value);
Json written(std::uint64_t value);
Json written(Duration value);
Json written(const Json& value);
Json written(const kube::Kind& value);

template <Described Value>
Json written(const Value& value);

template <class Element>
Json written(const std::vector<Element>& list) {
    Json json = Json::array();
    for (const Element& element : list) {
        json.push_back(written(element));
    }
    return json;
}

template <HasWords Enum>
Json written(Enum value) {
    return std::string(word_of(value));
}

class FieldWriter {
public:
    template <class Value>
    void operator()(std::string_view name, const Value& value) {
        json_[std::string(name)] = written(value);
    }
    Json take() { return std::move(json_); }

private:
    Json json_ = Json::object();
};

// `json` without the fields that `defaults` has alike, but for the one called `kept`.
Json without_defaults(Json json, const Json& defaults, std::string_view kept);

template <class Value>
Json all_fields(const Value& value) {
    FieldWriter fields;
    describe(value, fields);
    return fields.take();
}

template <Described Value>
Json written(const Value& value) {
    return without_defaults(all_fields(value), all_fields(Value{}), "");
}

}  // namespace bestgres::scenarios
