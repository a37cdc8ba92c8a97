// The API server as one copyable value: no clock, no sockets, no threads. A copy shares everything
// that no later write touches. The typed face is for controllers and simulations and asks no
// permission; the text face answers HTTP-like requests as a real kube-apiserver does.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fakekube/authentication.hpp"
#include "fakekube/context.hpp"
#include "fakekube/request.hpp"
#include "fakekube/resource.hpp"
#include "fakekube/selection.hpp"
#include "fakekube/server_state.hpp"
#include "fakekube/status.hpp"
#include "fakekube/stored_event.hpp"
#include "lib/kube/kind.hpp"
#include "lib/kube/object.hpp"

namespace bestgres::fakekube {

class ApiServer {
public:
    // Serves the built-in resources; the namespaces default, kube-system, kube-public and
    // kube-node-lease and the default roles exist.
    explicit ApiServer(ServerOptions options);
    // Serves these instead: tests need few, and forks of a world share the strategies.
    ApiServer(ServerOptions options, std::vector<Resource> resources);

    // --- resources; null where none is served. A ResourcePtr stays valid over changes.
    ResourcePtr find_resource(std::string_view group, std::string_view version,
                              std::string_view plural) const;
    ResourcePtr find_kind(std::string_view api_version, std::string_view kind) const;
    // A built-in resource. The reference lives as long as this server or any copy of it.
    const Resource& resource(const kube::Kind& kind) const;
    // In discovery order.
    std::vector<ResourcePtr> resources() const;

    // --- typed face. The namespace of a body is its metadata.namespace.
    Outcome<kube::Object> get(const Resource& resource, const ObjectKey& key) const;
    Outcome<ListResult> list(const Resource& resource, std::string_view ns,
                             const ListOptions& options) const;
    Outcome<Written> create(const RequestContext& context, const Resource& resource, Json body);
    // PUT: replaces the object, or its status or scale if the context names that subresource.
    Outcome<Written> update(const RequestContext& context, const Resource& resource, Json body);
    Outcome<Written> patch(const RequestContext& context, const Resource& resource,
                           const ObjectKey& key, const PatchRequest& patch);
    Outcome<Deleted> remove(const RequestContext& context, const Resource& resource,
                            const ObjectKey& key, const DeleteOptions& options);
    Outcome<std::vector<Deleted>> remove_collection(const RequestContext& context,
                                                    const Resource& resource, std::string_view ns,
                                                    const DeleteCollection& what);
    // pods/eviction: 429 while a PodDisruptionBudget forbids it.
    Outcome<Done> evict(const RequestContext& context, const ObjectKey& pod,
                        const DeleteOptions& options);
    // pods/binding: what a scheduler does.
    Outcome<Done> bind(const RequestContext& context, const ObjectKey& pod, std::string_view node);

    // --- watch log: one global sequence, watchers are cursors.
    std::uint64_t version() const { return state_.version; }
    // At most `limit` events with versions above `after`, in order; 410 when compacted.
    Outcome<std::vector<StoredEvent>> events_after(std::uint64_t after, std::size_t limit) const;
    // The event of one version; null where it is compacted. Good until the next write.
    const StoredEvent* find_event(std::uint64_t version) const;
    // Forgets events up to and including `version`: watches and pages from before it get 410.
    void compact(std::uint64_t version);

    // --- text face.
    Response handle(const Request& request, Instant now);
    // What a watcher has not been told yet.
    WatchChunk poll(WatchStream& stream, Instant now) const;

    // --- authentication and authorisation, for faces beside handle().
    Outcome<User> authenticate(const Request& request, Instant now) const;
    bool is_allowed(const User& user, const Attributes& attributes) const;
    // What a token controller writes into Secrets.
    std::string sign_token(const TokenClaims& claims) const;
    // Every distinct decision so far, as JSON lines would show it: bounded.
    Json audit() const;

    // --- persistence: everything that a restart must keep.
    Image image() const;
    void restore(const Image& image);

    const ServerOptions& options() const { return state_.options; }

private:
    ServerState state_;
};

}  // namespace bestgres::fakekube
