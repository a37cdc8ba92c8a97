#include "fakekube/server_state.hpp"

#include <algorithm>
#include <utility>

namespace bestgres::fakekube {
namespace {

// The fields of one CSV line; a field in quotes may hold commas.
std::vector<std::string> csv_fields(std::string_view line) {
    std::vector<std::string> fields(1);
    bool quoted = false;
    for (const char byte : line) {
        if (byte == '"') {
            quoted = !quoted;
        } else if (byte == ',' && !quoted) {
            fields.emplace_back();
        } else if (byte != '\r') {
            fields.back() += byte;
        }
    }
    return fields;
}

std::vector<std::string> split_groups(std::string_view text) {
    std::vector<std::string> groups;
    while (!text.empty()) {
        const std::size_t comma = text.find(',');
        if (comma != 0) {
            groups.emplace_back(text.substr(0, comma));
        }
        text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    }
    return groups;
}

}  // namespace

Result<std::vector<StaticToken>> parse_token_file(std::string_view csv) {
    std::vector<StaticToken> tokens;
    while (!csv.empty()) {
        const std::size_t end = csv.find('\n');
        const std::string_view line = csv.substr(0, end);
        csv = end == std::string_view::npos ? std::string_view() : csv.substr(end + 1);
        if (line.empty() || line == "\r") {
            continue;
        }
        const std::vector<std::string> fields = csv_fields(line);
        if (fields.size() < 3) {
            return Error{"token file: a line needs at least token, user and uid"};
        }
        tokens.push_back({.token = fields[0],
                          .user = {.name = fields[1],
                                   .groups = fields.size() > 3 ? split_groups(fields[3])
                                                               : std::vector<std::string>(),
                                   .uid = fields[2]}});
    }
    return tokens;
}

void ServerState::put(std::string key, const kube::Object& object) {
    derive(key, &object);
    store.put(std::move(key), object);
}

void ServerState::erase(const std::string& key) {
    derive(key, nullptr);
    store.erase(key);
}

void ServerState::derive(const std::string& key, const kube::Object* after) {
    if (is_binding_key(key)) {
        bindings.replace(key, store.find(key), after);
    }
    if (key.starts_with("services./")) {
        TakenAddresses& taken = addresses.write();
        if (const kube::Object* before = store.find(key)) {
            taken.remove(before->json());
        }
        if (after != nullptr) {
            taken.add(after->json());
        }
    }
}

void ResourceTable::add(ResourcePtr resource) {
    const std::string path = resource->group + "/" + resource->version + "/" + resource->plural;
    const auto found = by_path.find(path);
    if (found == by_path.end()) {
        in_order.push_back(resource);
    } else {
        std::replace(in_order.begin(), in_order.end(), found->second, resource);
    }
    storage_kinds.emplace(
        storage_prefix(*resource),
        std::make_shared<const StorageKind>(
            StorageKind{resource->storage_group.value_or(resource->group), resource->plural}));
    by_path[path] = resource;
    by_kind[resource->api_version() + "/" + resource->kind] = std::move(resource);
}

void ResourceTable::remove_group_resource(std::string_view group, std::string_view plural) {
    const auto is_removed = [group, plural](const ResourcePtr& resource) {
        return resource->group == group && resource->plural == plural;
    };
    std::erase_if(in_order, is_removed);
    std::erase_if(by_path, [&](const auto& entry) { return is_removed(entry.second); });
    std::erase_if(by_kind, [&](const auto& entry) { return is_removed(entry.second); });
}

}  // namespace bestgres::fakekube
