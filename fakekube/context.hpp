// What comes with every request to the typed face: who asks, when, and how. The API server has no
// clock: `now` is the caller's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/json.hpp"
#include "lib/base/time.hpp"
#include "lib/kube/object.hpp"

namespace bestgres::fakekube {

struct User {
    std::string name = {};
    std::vector<std::string> groups = {};
    std::string uid = {};

    bool operator==(const User&) const = default;
};

struct WriteOptions {
    std::string field_manager = {};  // empty: "unknown"
    bool force = false;              // of server-side apply
    bool dry_run = false;
    std::string field_validation = {};  // "", Ignore, Warn or Strict

    bool operator==(const WriteOptions&) const = default;
};

// What a write is about to make of an object, and what it was.
struct Change {
    Json& now;
    const Json& before;
};

struct RequestContext {
    Instant now = {};
    User user = {};
    WriteOptions options = {};
    std::string subresource = {};  // "", "status" or "scale"

    bool operator==(const RequestContext&) const = default;
};

// `ns` is empty for cluster-scoped resources.
struct ObjectKey {
    std::string ns = {};
    std::string name = {};

    auto operator<=>(const ObjectKey&) const = default;
};

struct ListOptions {
    std::string label_selector = {};
    std::string field_selector = {};
    std::int64_t limit = 0;  // 0: everything
    std::string continue_token = {};
    std::string resource_version = {};        // "": quorum, "0": any, else not older than
    std::string resource_version_match = {};  // "", Exact or NotOlderThan
};

struct ListResult {
    std::vector<kube::Object> items = {};
    std::uint64_t version = 0;
    std::string continue_token = {};
    std::optional<std::int64_t> remaining = {};  // told only without selectors
};

// The object as it now is, and whether it is new (201 rather than 200).
struct Written {
    kube::Object object = {};
    bool created = false;
    std::vector<std::string> warnings;  // texts of Warning headers
};

enum class PatchType { json, merge, strategic, apply };

struct PatchRequest {
    PatchType type = PatchType::merge;
    Json body;
};

// A patch of one object.
struct ObjectPatch {
    const ObjectKey& key;
    const PatchRequest& patch;
};

struct DeleteOptions {
    std::optional<std::string> uid;  // preconditions
    std::optional<std::string> resource_version;
    std::optional<std::int64_t> grace_period_seconds;
    std::string propagation_policy;  // "", Background, Foreground or Orphan
    std::optional<bool> orphan_dependents = {};
};

// Which objects deletecollection removes, and how.
struct DeleteCollection {
    std::string label_selector = {};
    std::string field_selector = {};
    std::int64_t limit = 0;
    DeleteOptions options = {};
};

// The removal of one object.
struct Removal {
    const ObjectKey& key;
    const DeleteOptions& options;
};

// The removal of many.
struct CollectionRemoval {
    std::string_view ns;
    const DeleteCollection& what;
};

// `object` is the last state; it `stays` while finalizers or the grace period hold it.
struct Deleted {
    kube::Object object = {};
    bool stays = false;
};

}  // namespace bestgres::fakekube
