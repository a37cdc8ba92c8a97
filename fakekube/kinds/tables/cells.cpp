#include "fakekube/kinds/tables/cells.hpp"

#include <algorithm>

#include "fakekube/kinds/tables/tables.hpp"
#include "lib/kube/selector.hpp"

namespace bestgres::fakekube {
namespace {

TableColumn column_of(std::string_view word) {
    std::size_t colon = word.find(':');
    TableColumn column{.name = std::string(word.substr(0, colon))};
    std::replace(column.name.begin(), column.name.end(), '_', ' ');
    while (colon != std::string_view::npos) {
        word.remove_prefix(colon + 1);
        colon = word.find(':');
        const std::string_view trait = word.substr(0, colon);
        if (trait == "name") {
            column.format = "name";
        } else if (trait == "wide") {
            column.priority = 1;
        } else {
            column.type = std::string(trait);
        }
    }
    return column;
}

std::string joined(const Json& list, std::string_view field) {
    std::vector<std::string> parts;
    for (const Json& element : list) {
        parts.push_back(string_at(element, {field}));
    }
    return join(parts, ",");
}

}  // namespace

std::vector<TableColumn> columns_of(std::string_view text) {
    std::vector<TableColumn> columns;
    while (!text.empty()) {
        const std::size_t space = text.find(' ');
        columns.push_back(column_of(text.substr(0, space)));
        text = space == std::string_view::npos ? "" : text.substr(space + 1);
    }
    return columns;
}

std::string name_cell(const Json& object) {
    return string_at(object, {"metadata", "name"});
}

std::string age_of(std::string_view time, Instant now) {
    const auto at = parse_time(time);
    return at ? format_age(std::max(now - *at, Duration(0))) : "<unknown>";
}

std::string age_cell(const Json& object, Instant now) {
    return age_of(string_at(object, {"metadata", "creationTimestamp"}), now);
}

std::string or_none(std::string text) {
    return text.empty() ? "<none>" : text;
}

std::string labels_cell(const Json& labels) {
    std::vector<std::string> parts;
    for (const auto& [key, value] : labels.items()) {
        parts.push_back(key + "=" + (value.is_string() ? value.get<std::string>() : dump(value)));
    }
    return or_none(join(parts, ","));
}

std::string selector_cell(const Json& selector) {
    const auto parsed = kube::label_selector_of(selector);
    return or_none(parsed ? kube::to_string(*parsed) : "");
}

std::string container_names_cell(const Json& pod_spec) {
    return joined(array_at(pod_spec, {"containers"}), "name");
}

std::string images_cell(const Json& pod_spec) {
    return joined(array_at(pod_spec, {"containers"}), "image");
}

std::string access_modes_cell(const Json& modes) {
    constexpr std::pair<std::string_view, std::string_view> known[] = {
        {"ReadWriteOnce", "RWO"},
        {"ReadOnlyMany", "ROX"},
        {"ReadWriteMany", "RWX"},
        {"ReadWriteOncePod", "RWOP"}};
    std::vector<std::string> parts;
    for (const auto& [mode, shown] : known) {
        if (std::find(modes.begin(), modes.end(), mode) != modes.end()) {
            parts.emplace_back(shown);
        }
    }
    return join(parts, ",");
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
    std::string text;
    for (const std::string& part : parts) {
        text += (text.empty() ? "" : std::string(separator)) + part;
    }
    return text;
}

std::vector<TableColumn> plain_columns() {
    return columns_of("Name:name Age");
}

std::vector<Json> plain_cells(const Json& object, Instant now) {
    return {name_cell(object), age_cell(object, now)};
}

}  // namespace bestgres::fakekube
