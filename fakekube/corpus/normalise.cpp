#include "fakekube/corpus/normalise.hpp"

#include <algorithm>
#include <cctype>
#include <functional>
#include <optional>

#include "fakekube/corpus/scan.hpp"

namespace bestgres::fakekube::corpus {
namespace {

constexpr std::size_t shortest_substituted = 5;
constexpr std::size_t longest_plain_token = 600;

bool is_ipv4(std::string_view text) {
    return std::count(text.begin(), text.end(), '.') == 3 &&
           std::all_of(text.begin(), text.end(),
                       [](char byte) { return byte == '.' || (byte >= '0' && byte <= '9'); });
}

bool all_digits(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(),
                                        [](char byte) { return byte >= '0' && byte <= '9'; });
}

// "12s", "3m4s", "<unknown>".
bool is_age(std::string_view text) {
    if (text == "<invalid>" || text == "<unknown>") {
        return true;
    }
    bool digits = false;
    for (const char byte : text) {
        if (byte >= '0' && byte <= '9') {
            digits = true;
        } else if (digits && std::string_view("smhdy").find(byte) != std::string_view::npos) {
            digits = false;
        } else {
            return false;
        }
    }
    return !text.empty() && !digits;
}

bool is_age_column(const Json& column) {
    const std::string name = string_at(column, {"name"});
    return name == "Age" || name == "Last Seen" || name == "First Seen" || name == "Duration" ||
           string_at(column, {"type"}) == "date";
}

Json with_ages(const Json& table) {
    Json result = table;
    const Json& columns = array_at(table, {"columnDefinitions"});
    if (!result.contains("rows") || !result["rows"].is_array()) {
        return result;
    }
    for (Json& row : result["rows"]) {
        for (std::size_t i = 0; i < columns.size() && i < array_at(row, {"cells"}).size(); ++i) {
            Json& cell = row["cells"][i];
            if (is_age_column(columns[i]) && cell.is_string() &&
                is_age(cell.get_ref<const std::string&>())) {
                cell = "<age>";
            }
        }
    }
    return result;
}

std::string sort_key(const Json& entry) {
    std::string key;
    for (const char* name : {"manager", "operation", "apiVersion", "subresource"}) {
        key += string_at(entry, {name}, "None") + '\x01';
    }
    return key;
}

}  // namespace

bool is_uuid(std::string_view text) {
    return text.size() == 36 && uuid_at(text, 0);
}

void Normaliser::set_variables(const std::map<std::string, std::string>& variables) {
    substitutions_.clear();
    for (const auto& [name, value] : variables) {
        if (value.size() >= shortest_substituted && !all_digits(value) && !is_uuid(value) &&
            !value.starts_with("eyJ") && name != "rand") {
            substitutions_.emplace_back(value, "${" + name + "}");
        }
    }
    std::stable_sort(
        substitutions_.begin(), substitutions_.end(),
        [](const auto& left, const auto& right) { return left.first.size() > right.first.size(); });
}

void Normaliser::add_literals(const Json& body) {
    if (body.is_structured()) {
        for (const Json& element : body) {
            add_literals(element);
        }
    } else if (body.is_string()) {
        if (body.get_ref<const std::string&>().find("${") == std::string::npos) {
            literals_.insert(body.get<std::string>());
        }
    } else if (body.is_number_integer()) {
        numbers_.insert(body.get<std::int64_t>());
    }
}

std::string Normaliser::substituted(std::string_view text) const {
    std::string result(text);
    for (const auto& [value, name] : substitutions_) {
        for (std::size_t at = result.find(value); at != std::string::npos;
             at = result.find(value, at + name.size())) {
            result.replace(at, value.size(), name);
        }
    }
    return result;
}

std::string Normaliser::text(std::string_view raw) const {
    std::string text = substituted(raw);
    if (is_literal(text)) {
        return text;
    }
    if (is_time(text)) {
        return "<time>";
    }
    if (is_micro_time(text)) {
        return "<microtime>";
    }
    text = mark_uuids(text, [this](const std::string& uuid) { return !is_literal(uuid); });
    text = replace_times(text);
    text = replace_numbers(text);
    text = replace_generated_names(text);
    if (text.size() > longest_plain_token && text.starts_with("eyJ") &&
        std::count(text.begin(), text.end(), '.') == 2) {
        return "<jwt>";
    }
    if (text.find("-----BEGIN CERTIFICATE-----") != std::string::npos) {
        return "<pem>";
    }
    return text;
}

Json Normaliser::value(const Json& json, const std::string& key) const {
    return walk(json, {.key = key, .parent = nullptr, .grandparent = nullptr});
}

Json Normaliser::walk_object(const Json& json, const Place& place) const {
    const bool is_table =
        string_at(json, {"kind"}) == "Table" && json.contains("columnDefinitions");
    const Json aged = is_table ? with_ages(json) : Json();
    const Json& object = is_table ? aged : json;
    Json result = Json::object();
    for (const auto& [name, member] : object.items()) {
        result[mark_uuids(substituted(name), [](const std::string&) { return true; })] =
            walk(member, {.key = name, .parent = &object, .grandparent = place.parent});
    }
    return result;
}

Json Normaliser::walk_string(const Json& json, const Place& place) const {
    const std::string& text = json.get_ref<const std::string&>();
    if (place.key == "resourceVersion" && !text.empty() && text != "0") {
        const bool of_list =
            place.grandparent != nullptr && place.grandparent->is_object() &&
            (place.grandparent->contains("items") || place.grandparent->contains("rows")) &&
            place.grandparent->contains("metadata") &&
            (*place.grandparent)["metadata"] == *place.parent;
        return of_list ? std::string("<rv:list>") : "<rv=" + text + ">";
    }
    if (place.key == "continue" && !text.empty()) {
        return "<continue>";
    }
    if ((place.key == "clusterIP" || place.key == "clusterIPs") && is_ipv4(text) &&
        !is_literal(text)) {
        return "<clusterIP=" + text + ">";
    }
    return this->text(text);
}

Json Normaliser::walk(const Json& json, const Place& place) const {
    if (json.is_object()) {
        return walk_object(json, place);
    }
    if (json.is_array()) {
        std::vector<Json> elements(json.begin(), json.end());
        if (place.key == "managedFields") {
            std::stable_sort(elements.begin(), elements.end(),
                             [](const Json& left, const Json& right) {
                                 return sort_key(left) < sort_key(right);
                             });
        }
        Json result = Json::array();
        for (const Json& element : elements) {
            result.push_back(walk(element, place));
        }
        return result;
    }
    if (json.is_string()) {
        return walk_string(json, place);
    }
    if (json.is_number_integer() && json != 0 &&
        (place.key == "nodePort" || place.key == "healthCheckNodePort") &&
        numbers_.count(json.get<std::int64_t>()) == 0) {
        return "<nodePort=" + dump(json) + ">";
    }
    return json;
}

}  // namespace bestgres::fakekube::corpus
