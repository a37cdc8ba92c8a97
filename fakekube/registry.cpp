#include "fakekube/registry.hpp"

#include <fmt/format.h>

#include <utility>

#include "fakekube/kinds/event_forms.hpp"

namespace bestgres::fakekube {
namespace {

std::shared_ptr<const StorageKind> storage_kind(const ServerState& state,
                                                const Resource& resource) {
    const auto found = state.resources->storage_kinds.find(storage_prefix(resource));
    BG_CHECK(found != state.resources->storage_kinds.end(), "a write to an unserved resource");
    return found->second;
}

void log_event(ServerState& state, StoredEvent event) {
    event.version = state.version;
    state.log.append(std::move(event));
}

bool is_told_by_annotations(std::string_view name_in_metadata) {
    return name_in_metadata == "annotations" || name_in_metadata == "managedFields" ||
           name_in_metadata == "resourceVersion";
}

// Whether a member that is not skipped is only in `one`, or different in `other`.
template <class Skips>
bool has_more(const Json& one, const Json& other, Skips skips) {
    for (const auto& [name, value] : one.items()) {
        const auto found = other.find(name);
        if (!skips(name) && (found == other.end() || *found != value)) {
            return true;
        }
    }
    return false;
}

template <class Skips>
bool lacks_some(const Json& one, const Json& other, Skips skips) {
    for (const auto& [name, value] : other.items()) {
        if (!skips(name) && !one.contains(name)) {
            return true;
        }
    }
    return false;
}

// The versions of an object always differ, so that these two do.
bool differ_in_annotations_alone(const Json& before, const Json& now) {
    const auto differ = [](const Json& left, const Json& right, auto skips) {
        return has_more(left, right, skips) || lacks_some(left, right, skips);
    };
    return !differ(object_at(before, {"metadata"}), object_at(now, {"metadata"}),
                   is_told_by_annotations) &&
           !differ(before, now, [](std::string_view name) { return name == "metadata"; });
}

std::string key_of(const Resource& resource, const kube::Object& object) {
    return storage_key(resource, object.ns(), object.name());
}

kube::Object with_next_version(ServerState& state, Json object) {
    ++state.version;
    object["metadata"]["resourceVersion"] = std::to_string(state.version);
    return kube::Object(std::move(object));
}

}  // namespace

kube::Object commit_created(ServerState& state, const Resource& resource, Json object) {
    kube::Object created = with_next_version(state, std::move(object));
    state.put(key_of(resource, created), created);
    log_event(state, {.version = 0,
                      .type = EventType::added,
                      .kind = storage_kind(state, resource),
                      .before = {},
                      .object = created});
    return created;
}

kube::Object commit_updated(ServerState& state, const Resource& resource,
                            const kube::Object& before, Json object) {
    kube::Object updated = with_next_version(state, std::move(object));
    state.put(key_of(resource, updated), updated);
    log_event(state,
              {.version = 0,
               .type = EventType::modified,
               .kind = storage_kind(state, resource),
               .before = before,
               .object = updated,
               .only_annotations = differ_in_annotations_alone(before.json(), updated.json())});
    return updated;
}

kube::Object commit_deleted(ServerState& state, const Resource& resource,
                            const kube::Object& last) {
    kube::Object gone = with_next_version(state, last.json());
    state.erase(key_of(resource, last));
    log_event(state, {.version = 0,
                      .type = EventType::deleted,
                      .kind = storage_kind(state, resource),
                      .before = last,
                      .object = gone});
    return gone;
}

std::string new_uid(ServerState& state) {
    const std::uint64_t high = state.random.next();
    const std::uint64_t low = state.random.next();
    return fmt::format("{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}", high >> 32U, (high >> 16U) & 0xffffU,
                       high & 0xfffU, 0x8000U | ((low >> 48U) & 0x3fffU), low & 0xffffffffffffU);
}

std::string new_suffix(ServerState& state) {
    constexpr std::string_view letters = "bcdfghjklmnpqrstvwxz2456789";
    std::string suffix;
    for (int i = 0; i < 5; ++i) {
        suffix += letters[state.random.below(letters.size())];
    }
    return suffix;
}

kube::Object served(const Resource& resource, const kube::Object& object) {
    if (object.api_version() == resource.api_version()) {
        return object;
    }
    Json json = object.json();
    if (resource.plural == "events") {
        json =
            resource.group.empty() ? core_event(std::move(json)) : events_v1_event(std::move(json));
    }
    json["apiVersion"] = resource.api_version();
    json["kind"] = resource.kind;
    return kube::Object(std::move(json));
}

Outcome<std::vector<std::string>> decode_body(const RequestContext& context,
                                              const Resource& resource, Json& body,
                                              const Json* stored) {
    const Result<DecodeReport> report = stored == nullptr
                                            ? resource.strategy->decode(body)
                                            : resource.strategy->decode_update(body, *stored);
    if (!report.ok()) {
        return bad_request(fmt::format("{} in version \"{}\" cannot be handled as a {}: {}",
                                       resource.kind, resource.version, resource.kind,
                                       report.error().message));
    }
    std::vector<std::string> warnings;
    if (context.options.field_validation == "Ignore") {
        return warnings;
    }
    for (const std::string& field : report->unknown_fields) {
        warnings.push_back(fmt::format("unknown field \"{}\"", field));
    }
    if (context.options.field_validation == "Strict" && !warnings.empty()) {
        return bad_request(
            fmt::format("{} in version \"{}\" cannot be handled as a {}: strict decoding error: {}",
                        resource.kind, resource.version, resource.kind, fmt::join(warnings, ", ")));
    }
    return warnings;
}

Outcome<kube::Object> get_object(const ServerState& state, const Resource& resource,
                                 const ObjectKey& key) {
    const kube::Object* found = state.store.find(storage_key(resource, key.ns, key.name));
    if (found == nullptr) {
        return not_found(resource, key.name);
    }
    return served(resource, *found);
}

ResourcePtr find_resource(const ServerState& state, std::string_view group,
                          std::string_view version, std::string_view plural) {
    const auto found =
        state.resources->by_path.find(fmt::format("{}/{}/{}", group, version, plural));
    return found == state.resources->by_path.end() ? nullptr : found->second;
}

ResourcePtr find_kind(const ServerState& state, std::string_view api_version,
                      std::string_view kind) {
    const auto found = state.resources->by_kind.find(fmt::format("{}/{}", api_version, kind));
    return found == state.resources->by_kind.end() ? nullptr : found->second;
}

const kube::Object* find_stored(const ServerState& state, std::string_view group_plural,
                                std::string_view ns, std::string_view name) {
    std::string key(group_plural);
    key += '/';
    if (!ns.empty()) {
        key.append(ns).append(1, '/');
    }
    return state.store.find(key.append(name));
}

}  // namespace bestgres::fakekube
