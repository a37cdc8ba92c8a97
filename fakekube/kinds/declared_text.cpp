#include "fakekube/kinds/declared_text.hpp"

#include <algorithm>
#include <vector>

namespace bestgres::fakekube {
namespace {

std::vector<std::string> keys_in_order(const Json& object, const std::vector<std::string>& order) {
    std::vector<std::string> keys;
    for (const std::string& name : order) {
        if (object.contains(name)) {
            keys.push_back(name);
        }
    }
    const std::size_t declared = keys.size();
    for (const auto& [name, value] : object.items()) {
        const auto end = keys.begin() + static_cast<std::ptrdiff_t>(declared);
        if (std::find(keys.begin(), end, name) == end) {
            keys.push_back(name);
        }
    }
    return keys;
}

// Null: a value without a type, a place that no patch touched.
struct Place {
    const TypeSchema* schema = nullptr;
    const Json* touched = nullptr;
};

void write(std::string& text, const Json& value, const Place& place) {
    if (value.is_array()) {
        text += '[';
        for (const Json& element : value) {
            text += text.back() == '[' ? "" : ",";
            write(text, element,
                  {place.schema == nullptr ? nullptr : place.schema->element.get(), nullptr});
        }
        text += ']';
        return;
    }
    if (!value.is_object()) {
        text += dump(value);
        return;
    }
    const bool is_declared = place.schema != nullptr && place.touched == nullptr;
    text += '{';
    for (const std::string& key :
         keys_in_order(value, is_declared ? place.schema->order : std::vector<std::string>())) {
        text += (text.back() == '{' ? "" : ",") + dump(key) + ":";
        const Json* touched = place.touched == nullptr ? nullptr : find(*place.touched, {key});
        write(text, value[key],
              {place.schema == nullptr ? nullptr : find_field(*place.schema, key),
               touched != nullptr && touched->is_object() ? touched : nullptr});
    }
    text += '}';
}

}  // namespace

std::string declared_text(const Json& value, const TypeSchema& schema, const Json& touched) {
    std::string text;
    write(text, value, {&schema, &touched});
    return text;
}

}  // namespace bestgres::fakekube
