// Prints a described struct as JSON. What is absent or empty is left out; everything else is
// written, defaults too, so that the text means the same to a later version.
#pragma once

#include <map>
#include <string>
#include <type_traits>
#include <vector>

#include "lib/base/time.hpp"
#include "operator/api/field.hpp"

namespace bestgres::api {

class Printer {
public:
    template <class T>
    static Json print(const T& value) {
        Printer printer;
        T copy = value;  // descriptions take the struct as something to be read into
        describe(printer, copy);
        return std::move(printer.json_);
    }

    template <class T>
    void operator()(std::string_view name, const T& value, const Field& field) {
        if (field.no_default && value == T{}) {
            return;
        }
        Json json = to_json(value);
        const bool empty = json.is_null() || (json.is_structured() && json.empty()) ||
                           (json.is_string() && json.get_ref<const std::string&>().empty());
        if (!empty) {
            json_[std::string(name)] = std::move(json);
        }
    }

    void rule(const Rule&) {}

private:
    static Json to_json(const std::string& value) { return value; }
    static Json to_json(std::int64_t value) { return value; }
    static Json to_json(bool value) { return value; }
    static Json to_json(const Json& value) { return value; }
    static Json to_json(const std::map<std::string, std::string>& value) { return value; }
    static Json to_json(Instant value) {
        return value == Instant{} ? Json() : Json(format_seconds(value));
    }
    template <class T>
    static Json to_json(const std::optional<T>& value) {
        return value ? to_json(*value) : Json();
    }
    template <class T>
    static Json to_json(const std::vector<T>& value) {
        Json list = Json::array();
        for (const T& element : value) {
            list.push_back(to_json(element));
        }
        return list;
    }
    template <class T>
    static Json to_json(const T& value) {
        if constexpr (std::is_enum_v<T>) {
            return word(value);
        } else {
            return print(value);
        }
    }

    Json json_ = Json::object();
};

}  // namespace bestgres::api
