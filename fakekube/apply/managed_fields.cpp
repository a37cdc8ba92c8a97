#include "fakekube/apply/managed_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include "fakekube/field_error.hpp"

namespace bestgres::fakekube {
namespace {

constexpr std::size_t most_updaters = 10;

Result<std::pair<Manager, ManagedEntry>> parse_entry(const Json& entry) {
    const std::string operation = string_at(entry, {"operation"});
    if (operation != "Apply" && operation != "Update") {
        return Error{fmt::format("unknown operation {}", operation)};
    }
    Manager manager{.name = string_at(entry, {"manager"}),
                    .applies = operation == "Apply",
                    .api_version = "",
                    .subresource = string_at(entry, {"subresource"})};
    ManagedEntry value;
    value.api_version = string_at(entry, {"apiVersion"});
    if (!manager.applies) {
        manager.api_version = value.api_version;
    }
    if (const std::optional<std::string> text = find_string(entry, {"time"})) {
        const Result<Instant> time = parse_time(*text);
        BG_TRY(time);
        value.time = *time;
    }
    Result<FieldSet> fields = parse_fields_v1(object_at(entry, {"fieldsV1"}));
    BG_TRY(fields);
    value.fields = *std::move(fields);
    return std::pair(std::move(manager), std::move(value));
}

std::int64_t seconds_of(const ManagedEntry& entry) {
    return entry.time.has_value() ? entry.time->ns / 1'000'000'000 : 0;
}

}  // namespace

Result<Managed> parse_managed_fields(const Json& list) {
    Managed managed;
    if (list.is_null()) {
        return managed;
    }
    if (!list.is_array()) {
        return Error{"managedFields is not a list"};
    }
    for (const Json& entry : list) {
        Result<std::pair<Manager, ManagedEntry>> parsed = parse_entry(entry);
        BG_TRY(parsed);
        managed.insert_or_assign(std::move(parsed->first), std::move(parsed->second));
    }
    return managed;
}

Json managed_fields_json(const Managed& managed) {
    using Entry = Managed::value_type;
    std::vector<const Entry*> entries;
    for (const Entry& entry : managed) {
        if (!entry.second.fields.empty()) {
            entries.push_back(&entry);
        }
    }
    const auto order = [](const Entry* entry) {
        return std::tuple(!entry->first.applies, seconds_of(entry->second),
                          std::string_view(entry->first.name),
                          std::string_view(entry->second.api_version),
                          std::string_view(entry->first.subresource));
    };
    std::sort(entries.begin(), entries.end(), [&order](const Entry* left, const Entry* right) {
        return order(left) < order(right);
    });
    Json list = Json::array();
    for (const Entry* entry : entries) {
        Json json = {{"manager", entry->first.name},
                     {"operation", entry->first.applies ? "Apply" : "Update"},
                     {"apiVersion", entry->second.api_version},
                     {"fieldsType", "FieldsV1"},
                     {"fieldsV1", to_fields_v1(entry->second.fields)}};
        if (entry->second.time.has_value()) {
            json["time"] = format_seconds(*entry->second.time);
        }
        if (!entry->first.subresource.empty()) {
            json["subresource"] = entry->first.subresource;
        }
        list.push_back(std::move(json));
    }
    return list;
}

std::string print_manager(const Manager& manager) {
    std::string text = go_quote(manager.name);
    if (!manager.subresource.empty()) {
        text += fmt::format(" with subresource {}", go_quote(manager.subresource));
    }
    if (!manager.applies) {
        text += fmt::format(" using {}", manager.api_version);
    }
    return text;
}

bool asks_for_reset(const Json& list) {
    if (!list.is_array()) {
        return false;
    }
    return list.empty() || (list.size() == 1 && list[0].is_object() && list[0].empty());
}

FieldSet unowned_fields() {
    FieldSet set;
    set.insert({"f:apiVersion"});
    set.insert({"f:kind"});
    set.insert({"f:metadata"});
    FieldSet& metadata = set.children["f:metadata"];
    for (const char* name : {"name", "namespace", "creationTimestamp", "selfLink", "uid",
                             "clusterName", "generation", "managedFields", "resourceVersion"}) {
        metadata.insert({field_element(name)});
    }
    return set;
}

void cap_updaters(Managed& managed) {
    std::vector<std::pair<std::int64_t, Manager>> updaters;
    for (const auto& [manager, entry] : managed) {
        if (!manager.applies && manager.subresource.empty()) {
            updaters.emplace_back(seconds_of(entry), manager);
        }
    }
    if (updaters.size() <= most_updaters) {
        return;
    }
    std::sort(updaters.begin(), updaters.end());
    updaters.resize(updaters.size() - most_updaters + 1);
    for (const auto& [seconds, manager] : updaters) {
        const ManagedEntry entry = managed.at(manager);
        managed.erase(manager);
        const Manager joined{.name = "ancient-changes",
                             .applies = false,
                             .api_version = manager.api_version,
                             .subresource = ""};
        ManagedEntry& target = managed[joined];
        target.api_version = entry.api_version;
        target.fields = unite(target.fields, entry.fields);
        target.time = entry.time;
    }
}

}  // namespace bestgres::fakekube
