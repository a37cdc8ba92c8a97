// What every write goes through, whatever its verb: versions, uids, the watch log and the finishing
// of objects. The functions of the verbs are in create.cpp, update.cpp, remove.cpp and list.cpp.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakekube/context.hpp"
#include "fakekube/resource.hpp"
#include "fakekube/server_state.hpp"
#include "fakekube/status.hpp"
#include "lib/kube/object.hpp"

namespace bestgres::fakekube {

// --- the last step of a write; each raises the version by one.
kube::Object commit_created(ServerState& state, const Resource& resource, Json object);
kube::Object commit_updated(ServerState& state, const Resource& resource,
                            const kube::Object& before, Json object);
// The stored object goes; the event carries it with the version of the deletion.
kube::Object commit_deleted(ServerState& state, const Resource& resource, const kube::Object& last);

// "6ba7b810-9dad-41d1-80b4-00c04fd430c8".
std::string new_uid(ServerState& state);
// Five letters of those that make no words.
std::string new_suffix(ServerState& state);

// As the resource's version shows it: apiVersion and kind are those of the resource.
kube::Object served(const Resource& resource, const kube::Object& object);
Json stored_json(const Resource& resource, Json object);

// Reads a body into the kind's own type. Unknown fields are errors under Strict, else warnings.
// `stored` is what the body is to replace; null: nothing.
Outcome<std::vector<std::string>> decode_body(const RequestContext& context,
                                              const Resource& resource, Json& body,
                                              const Json* stored);

// --- the verbs
Outcome<kube::Object> get_object(const ServerState& state, const Resource& resource,
                                 const ObjectKey& key);
Outcome<ListResult> list_objects(const ServerState& state, const Resource& resource,
                                 std::string_view ns, const ListOptions& options);
Outcome<Written> create_object(ServerState& state, const RequestContext& context,
                               const Resource& resource, Json body);
// Server-side apply has seen to managedFields already.
Outcome<Written> create_applied(ServerState& state, const RequestContext& context,
                                const Resource& resource, Json body);
Outcome<Written> update_object(ServerState& state, const RequestContext& context,
                               const Resource& resource, Json body);
Outcome<Written> patch_object(ServerState& state, const RequestContext& context,
                              const Resource& resource, const ObjectPatch& asked);
Outcome<Deleted> remove_object(ServerState& state, const RequestContext& context,
                               const Resource& resource, const Removal& asked);
Outcome<std::vector<Deleted>> remove_objects(ServerState& state, const RequestContext& context,
                                             const Resource& resource,
                                             const CollectionRemoval& asked);
Outcome<Done> evict_pod(ServerState& state, const RequestContext& context, const ObjectKey& pod,
                        const DeleteOptions& options);
Outcome<Done> bind_pod(ServerState& state, const RequestContext& context, const ObjectKey& pod,
                       const Json& binding);

// Where the new state of an object differs from the old one in nothing that counts, a write is
// none. `now` has been decoded and defaulted; its version was checked.
struct Replacement {
    kube::Object before;
    Json now;
    // Patches keep the managedFields that the apply machinery wrote.
    bool managed_fields_done = false;
};
Outcome<Written> replace_object(ServerState& state, const RequestContext& context,
                                const Resource& resource, Replacement replacement);

// 422 where the options contradict each other or have unknown values.
Outcome<Done> check_delete_options(const DeleteOptions& options);

ResourcePtr find_resource(const ServerState& state, std::string_view group,
                          std::string_view version, std::string_view plural);
ResourcePtr find_kind(const ServerState& state, std::string_view api_version,
                      std::string_view kind);

// The object under a kind of the core, without a copy of the Resource; null where there is none.
const kube::Object* find_stored(const ServerState& state, std::string_view group_plural,
                                std::string_view ns, std::string_view name);

}  // namespace bestgres::fakekube
