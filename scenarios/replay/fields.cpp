#include "scenarios/replay/fields.hpp"

#include <fmt/format.h>

namespace bestgres::scenarios {
namespace {

const Json& no_fields() {
    static const Json none = Json::object();
    return none;
}

}  // namespace

void FieldPlace::wrong(std::string_view what) const {
    problems->push_back(fmt::format("{} {}", path, what));
}

FieldPlace FieldPlace::in(std::string_view name) const {
    const char joint = path.back() == ':' ? ' ' : '.';
    return {.path = fmt::format("{}{}{}", path, joint, name), .problems = problems};
}

void read_value(const Json& json, std::string& value, const FieldPlace& place) {
    if (!json.is_string()) {
        place.wrong("is a text, not " + dump(json));
        return;
    }
    value = json.get<std::string>();
}

void read_value(const Json& json, bool& value, const FieldPlace& place) {
    if (!json.is_boolean()) {
        place.wrong("is true or false, not " + dump(json));
        return;
    }
    value = json.get<bool>();
}

void read_value(const Json& json, std::int64_t& value, const FieldPlace& place) {
    const bool fits = json.is_number_integer() &&
                      (!json.is_number_unsigned() || json.get<std::uint64_t>() <= INT64_MAX);
    if (!fits) {
        place.wrong("is a whole number, not " + dump(json));
        return;
    }
    value = json.get<std::int64_t>();
}

void read_value(const Json& json, std::uint64_t& value, const FieldPlace& place) {
    if (!json.is_number_unsigned()) {
        place.wrong("is a whole number that is not negative, not " + dump(json));
        return;
    }
    value = json.get<std::uint64_t>();
}

void read_value(const Json& json, Duration& value, const FieldPlace& place) {
    const Result<Duration> span =
        json.is_string() ? parse_duration(json.get<std::string>()) : Error{"not a text"};
    if (!span) {
        place.wrong("is a span of time such as \"1m30s\", not " + dump(json));
        return;
    }
    value = *span;
}

void read_value(const Json& json, Json& value, const FieldPlace& /*place*/) {
    value = json;
}

FieldReader::FieldReader(const Json& json, FieldPlace place)
    : json_(json.is_object() ? &json : &no_fields()), place_(std::move(place)) {
    if (!json.is_object()) {
        place_.wrong("is an object, not " + dump(json));
    }
}

void FieldReader::finish() const {
    for (const auto& [name, value] : json_->items()) {
        if (known_.count(name) == 0) {
            place_.wrong(fmt::format("has no field \"{}\"", name));
        }
    }
}

Json written(const std::string& value) {
    return value;
}
Json written(bool value) {
    return value;
}
Json written(std::int64_t value) {
    return value;
}
Json written(std::uint64_t value) {
    return value;
}
Json written(Duration value) {
    return format_duration(value);
}
Json written(const Json& value) {
    return value;
}

Json without_defaults(Json json, const Json& defaults, std::string_view kept) {
    for (const auto& [name, value] : defaults.items()) {
        if (name != kept && json.contains(name) && json[name] == value) {
            json.erase(name);
        }
    }
    return json;
}

}  // namespace bestgres::scenarios
