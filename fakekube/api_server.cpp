#include "fakekube/api_server.hpp"

#include <algorithm>
#include <utility>

#include "fakekube/bootstrap.hpp"
#include "fakekube/crd/custom_resources.hpp"
#include "fakekube/custom_definitions.hpp"
#include "fakekube/registry.hpp"

namespace bestgres::fakekube {

ApiServer::ApiServer(ServerOptions options, std::vector<Resource> resources) {
    state_.random = RandomStream(options.seed, "fakekube");
    state_.log = WatchLog(options.watch_log_events);
    state_.options = std::move(options);
    ResourceTable& table = state_.resources.write();
    for (Resource& resource : resources) {
        table.add(std::make_shared<const Resource>(std::move(resource)));
    }
    table.add(std::make_shared<const Resource>(custom_resource_definition()));
    create_default_objects(state_);
    compact(state_.version);
}

ResourcePtr ApiServer::find_resource(std::string_view group, std::string_view version,
                                     std::string_view plural) const {
    return fakekube::find_resource(state_, group, version, plural);
}

ResourcePtr ApiServer::find_kind(std::string_view api_version, std::string_view kind) const {
    return fakekube::find_kind(state_, api_version, kind);
}

const Resource& ApiServer::resource(const kube::Kind& kind) const {
    const ResourcePtr found = find_resource(kind.group, kind.version, kind.plural);
    BG_CHECK(found != nullptr, kind.plural);
    return *found;
}

std::vector<ResourcePtr> ApiServer::resources() const {
    return state_.resources->in_order;
}

Outcome<kube::Object> ApiServer::get(const Resource& resource, const ObjectKey& key) const {
    return get_object(state_, resource, key);
}

Outcome<ListResult> ApiServer::list(const Resource& resource, std::string_view ns,
                                    const ListOptions& options) const {
    return list_objects(state_, resource, ns, options);
}

Outcome<Written> ApiServer::create(const RequestContext& context, const Resource& resource,
                                   Json body) {
    return create_object(state_, context, resource, std::move(body));
}

Outcome<Written> ApiServer::update(const RequestContext& context, const Resource& resource,
                                   Json body) {
    return update_object(state_, context, resource, std::move(body));
}

Outcome<Written> ApiServer::patch(const RequestContext& context, const Resource& resource,
                                  const ObjectKey& key, const PatchRequest& patch) {
    return patch_object(state_, context, resource, {key, patch});
}

Outcome<Deleted> ApiServer::remove(const RequestContext& context, const Resource& resource,
                                   const ObjectKey& key, const DeleteOptions& options) {
    return remove_object(state_, context, resource, {key, options});
}

Outcome<std::vector<Deleted>> ApiServer::remove_collection(const RequestContext& context,
                                                           const Resource& resource,
                                                           std::string_view ns,
                                                           const DeleteCollection& what) {
    return remove_objects(state_, context, resource, {ns, what});
}

Outcome<Done> ApiServer::evict(const RequestContext& context, const ObjectKey& pod,
                               const DeleteOptions& options) {
    return evict_pod(state_, context, pod, options);
}

Outcome<Done> ApiServer::bind(const RequestContext& context, const ObjectKey& pod,
                              std::string_view node) {
    return bind_pod(state_, context, pod, {{"target", {{"kind", "Node"}, {"name", node}}}});
}

Outcome<std::vector<StoredEvent>> ApiServer::events_after(std::uint64_t after,
                                                          std::size_t limit) const {
    if (after < state_.log.compacted()) {
        return expired("too old resource version: " + std::to_string(after) + " (" +
                       std::to_string(state_.log.compacted() + 1) + ")");
    }
    std::vector<StoredEvent> events;
    const std::uint64_t last = std::min<std::uint64_t>(state_.log.last(), after + limit);
    for (std::uint64_t version = after + 1; version <= last; ++version) {
        events.push_back(state_.log.at(version));
    }
    return events;
}

const StoredEvent* ApiServer::find_event(std::uint64_t version) const {
    const bool is_kept = version > state_.log.compacted() && version <= state_.log.last();
    return is_kept ? &state_.log.at(version) : nullptr;
}

void ApiServer::compact(std::uint64_t version) {
    state_.log.compact(std::min(version, state_.version));
}

bool ApiServer::is_allowed(const User& user, const Attributes& attributes) const {
    return !state_.options.authorize || fakekube::is_allowed(state_.grants(), user, attributes);
}

Json ApiServer::audit() const {
    return state_.audit.json();
}

Image ApiServer::image() const {
    Image image{.version = state_.version, .objects = {}};
    state_.store.scan("", "", [&image](const Store::Entry& entry) {
        const std::size_t slash = entry.key.find('/');
        const std::size_t dot = entry.key.find('.');
        image.objects.push_back({.group = entry.key.substr(dot + 1, slash - dot - 1),
                                 .plural = entry.key.substr(0, dot),
                                 .object = entry.object});
        return true;
    });
    return image;
}

void ApiServer::restore(const Image& image) {
    state_.store = Store();
    state_.bindings = RoleBindings();
    state_.addresses = {};
    for (const ImageEntry& entry : image.objects) {
        std::string key = entry.plural + "." + entry.group + "/";
        if (!entry.object.ns().empty()) {
            key.append(entry.object.ns()).append(1, '/');
        }
        state_.put(key.append(entry.object.name()), entry.object);
    }
    state_.version = std::max(state_.version, image.version);
    state_.log.compact(state_.version);
    serve_stored_definitions(state_);
    // Two lives of a server must not give the same uid twice.
    state_.random = RandomStream(state_.options.seed ^ state_.version, "fakekube");
}

std::string ApiServer::sign_token(const TokenClaims& claims) const {
    return fakekube::sign_token(state_, claims);
}

}  // namespace bestgres::fakekube
