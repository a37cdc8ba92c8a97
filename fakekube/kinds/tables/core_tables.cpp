#include <fmt/format.h>

#include <algorithm>

#include "fakekube/kinds/tables/cells.hpp"
#include "fakekube/kinds/tables/tables.hpp"

namespace bestgres::fakekube {
namespace {

// "Ready,SchedulingDisabled", "NotReady", "Unknown".
std::string node_status(const Json& node) {
    std::string status = "Unknown";
    for (const Json& condition : array_at(node, {"status", "conditions"})) {
        if (string_at(condition, {"type"}) == "Ready") {
            status = string_at(condition, {"status"}) == "True" ? "Ready" : "NotReady";
        }
    }
    if (find_bool(node, {"spec", "unschedulable"}).value_or(false)) {
        status += ",SchedulingDisabled";
    }
    return status;
}

std::string node_roles(const Json& node) {
    constexpr std::string_view prefix = "node-role.kubernetes.io/";
    std::vector<std::string> roles;
    for (const auto& [key, value] : object_at(node, {"metadata", "labels"}).items()) {
        if (key.starts_with(prefix) && key.size() > prefix.size()) {
            roles.push_back(key.substr(prefix.size()));
        } else if (key == "kubernetes.io/role" && value.is_string()) {
            roles.push_back(value.get<std::string>());
        }
    }
    return or_none(join(roles, ","));
}

std::string node_address(const Json& node, std::string_view type) {
    for (const Json& address : array_at(node, {"status", "addresses"})) {
        if (string_at(address, {"type"}) == type) {
            return string_at(address, {"address"});
        }
    }
    return "<none>";
}

std::string unknown_if_empty(std::string text) {
    return text.empty() ? "<unknown>" : text;
}

// The first field that is set, of the older or the newer form of events.
std::string first_of(const Json& event, std::initializer_list<std::string_view> fields) {
    for (const std::string_view field : fields) {
        std::string text = string_at(event, {field});
        if (!text.empty()) {
            return text;
        }
    }
    return "";
}

std::string object_cell(const Json& reference) {
    std::string kind = string_at(reference, {"kind"});
    std::transform(kind.begin(), kind.end(), kind.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
    });
    const std::string name = string_at(reference, {"name"});
    return name.empty() ? kind : kind + "/" + name;
}

}  // namespace

std::vector<TableColumn> config_map_columns() {
    return columns_of("Name:name Data Age");
}

std::vector<Json> config_map_cells(const Json& object, Instant now) {
    return {name_cell(object),
            object_at(object, {"data"}).size() + object_at(object, {"binaryData"}).size(),
            age_cell(object, now)};
}

std::vector<TableColumn> secret_columns() {
    return columns_of("Name:name Type Data Age");
}

std::vector<Json> secret_cells(const Json& object, Instant now) {
    return {name_cell(object), string_at(object, {"type"}), object_at(object, {"data"}).size(),
            age_cell(object, now)};
}

std::vector<TableColumn> service_account_columns() {
    return columns_of("Name:name Secrets Age");
}

std::vector<Json> service_account_cells(const Json& object, Instant now) {
    return {name_cell(object), array_at(object, {"secrets"}).size(), age_cell(object, now)};
}

std::vector<TableColumn> namespace_columns() {
    return columns_of("Name:name Status Age");
}

std::vector<Json> namespace_cells(const Json& object, Instant now) {
    return {name_cell(object), string_at(object, {"status", "phase"}), age_cell(object, now)};
}

std::vector<TableColumn> node_columns() {
    return columns_of(
        "Name:name Status Roles Age Version Internal-IP:wide External-IP:wide OS-Image:wide "
        "Kernel-Version:wide Container-Runtime:wide");
}

std::vector<Json> node_cells(const Json& object, Instant now) {
    const Json& info = object_at(object, {"status", "nodeInfo"});
    return {name_cell(object),
            node_status(object),
            node_roles(object),
            age_cell(object, now),
            string_at(info, {"kubeletVersion"}),
            node_address(object, "InternalIP"),
            node_address(object, "ExternalIP"),
            unknown_if_empty(string_at(info, {"osImage"})),
            unknown_if_empty(string_at(info, {"kernelVersion"})),
            unknown_if_empty(string_at(info, {"containerRuntimeVersion"}))};
}

std::vector<TableColumn> event_columns() {
    return columns_of(
        "Last_Seen Type Reason Object Subobject:wide Source:wide Message First_Seen:wide "
        "Count:wide Name:wide:name");
}

std::vector<Json> event_cells(const Json& object, Instant now) {
    const std::string first =
        first_of(object, {"firstTimestamp", "deprecatedFirstTimestamp", "eventTime"});
    std::string last = first_of(object, {"lastTimestamp", "deprecatedLastTimestamp"});
    const std::string observed = string_at(object, {"series", "lastObservedTime"});
    last = !observed.empty() ? observed : last.empty() ? first : last;
    const Json& reference = object.contains("regarding") ? object_at(object, {"regarding"})
                                                         : object_at(object, {"involvedObject"});
    const Json& source = object.contains("deprecatedSource")
                             ? object_at(object, {"deprecatedSource"})
                             : object_at(object, {"source"});
    std::string component = string_at(source, {"component"});
    if (component.empty()) {
        component = first_of(object, {"reportingComponent", "reportingController"});
    }
    const std::string host = string_at(source, {"host"});
    const auto count = find_int(object, {"count"});
    return {age_of(last, now),
            string_at(object, {"type"}),
            string_at(object, {"reason"}),
            object_cell(reference),
            string_at(reference, {"fieldPath"}),
            host.empty() ? component : component + ", " + host,
            first_of(object, {"message", "note"}),
            age_of(first, now),
            count.value_or(find_int(object, {"series", "count"}).value_or(1)),
            name_cell(object)};
}

}  // namespace bestgres::fakekube
