// Everything that an API server is, in one copyable value; the functions that read and write it are
// spread over the files of this folder by concern.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fakekube/authorization.hpp"
#include "fakekube/copy_on_write.hpp"
#include "fakekube/kinds/service_addresses.hpp"
#include "fakekube/resource.hpp"
#include "fakekube/store.hpp"
#include "fakekube/stored_event.hpp"
#include "fakekube/watch_log.hpp"
#include "lib/base/random.hpp"
#include "lib/base/time.hpp"

namespace bestgres::fakekube {

// A line of kube-apiserver's token file.
struct StaticToken {
    std::string token = {};
    User user = {};
};

// "token,user,uid,\"group1,group2\"" lines; empty lines are skipped.
Result<std::vector<StaticToken>> parse_token_file(std::string_view csv);

struct ServerOptions {
    Instant started = {};    // the creation time of the objects that are there from the start
    std::uint64_t seed = 1;  // of uids and generated names
    std::string kubernetes_version = "v1.32.0";
    std::string service_cidr = "10.96.0.0/16";
    std::string advertise_address = "127.0.0.1:6443";
    bool allow_loopback_endpoints = false;
    bool track_managed_fields = true;
    std::size_t watch_log_events = 65536;
    std::vector<StaticToken> tokens;
    std::string token_key = "fakekube";  // signs service-account tokens
    bool authorize = true;               // false: every authenticated user may do everything
};

// The resources that are served, built-in and custom.
struct ResourceTable {
    std::vector<ResourcePtr> in_order;
    std::map<std::string, ResourcePtr, std::less<>> by_path;       // "apps/v1/statefulsets"
    std::map<std::string, ResourcePtr, std::less<>> by_kind = {};  // "apps/v1/StatefulSet"

    // By storage prefix; kept when a resource is removed, since the log still tells of it.
    std::map<std::string, std::shared_ptr<const StorageKind>, std::less<>> storage_kinds;

    // Replaces the resource with the same path.
    void add(ResourcePtr resource);
    void remove_group_resource(std::string_view group, std::string_view plural);
};

struct ServerState {
    ServerOptions options;
    CopyOnWrite<ResourceTable> resources;
    Store store;
    WatchLog log;
    std::uint64_t version = 0;
    RandomStream random{1, "fakekube"};
    AuditLog audit;
    // Of the store, which is not searched for each of them.
    RoleBindings bindings;
    CopyOnWrite<TakenAddresses> addresses;

    Grants grants() const { return {store, bindings}; }
    // Every change of the store goes this way: what is derived from it follows.
    void put(std::string key, const kube::Object& object);
    void erase(const std::string& key);

private:
    void derive(const std::string& key, const kube::Object* after);
};

// One object of an Image.
struct ImageEntry {
    std::string group = {};
    std::string plural = {};
    kube::Object object = {};
};

struct Image {
    std::uint64_t version = 0;
    std::vector<ImageEntry> objects = {};
};

}  // namespace bestgres::fakekube
