// A Kubernetes object: immutable JSON behind a shared handle, so that caches, stores, watch logs
// and copies of whole worlds share it. A copy costs a reference count; a change makes a new object.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/json.hpp"
#include "lib/base/time.hpp"
#include "lib/kube/kind.hpp"

namespace bestgres::kube {

// What identifies an object for a client. `ns` is empty for cluster-scoped kinds.
struct Ref {
    Kind kind;
    std::string ns;
    std::string name;

    auto operator<=>(const Ref&) const = default;
};

// "StatefulSet shop/db": how messages name an object.
std::string to_string(const Ref& ref);

struct OwnerReference {
    std::string api_version;
    std::string kind;
    std::string name;
    std::string uid;
    bool controller = false;
    bool block_owner_deletion = false;

    bool operator==(const OwnerReference&) const = default;
};

class Object {
public:
    // An empty object: all reads find nothing.
    Object();
    explicit Object(Json json);

    const Json& json() const { return data_->json; }
    // Computed once an object, stable over platforms.
    std::uint64_t hash() const;

    std::string_view name() const { return text_at({"metadata", "name"}); }
    std::string_view ns() const { return text_at({"metadata", "namespace"}); }
    std::string_view uid() const { return text_at({"metadata", "uid"}); }
    std::string_view resource_version() const { return text_at({"metadata", "resourceVersion"}); }
    std::string_view kind() const { return text_at({"kind"}); }
    std::string_view api_version() const { return text_at({"apiVersion"}); }
    std::int64_t generation() const;

    // Empty text where absent.
    std::string_view label(std::string_view key) const {
        return text_at({"metadata", "labels", key});
    }
    std::string_view annotation(std::string_view key) const {
        return text_at({"metadata", "annotations", key});
    }
    bool has_finalizer(std::string_view finalizer) const;
    std::vector<OwnerReference> owner_references() const;
    // The owner whose `controller` is true, if any.
    std::optional<OwnerReference> controller() const;

    bool being_deleted() const { return !text_at({"metadata", "deletionTimestamp"}).empty(); }
    std::optional<Instant> deletion_timestamp() const {
        return time_at({"metadata", "deletionTimestamp"});
    }
    std::optional<Instant> creation_timestamp() const {
        return time_at({"metadata", "creationTimestamp"});
    }

    // The text at a path, or an empty view. The view lives as long as any copy of this object.
    std::string_view text_at(std::initializer_list<std::string_view> path) const;
    std::optional<Instant> time_at(std::initializer_list<std::string_view> path) const;

    bool operator==(const Object& other) const {
        return data_ == other.data_ || json() == other.json();
    }

private:
    struct Data {
        Json json;
        mutable std::optional<std::uint64_t> hash;  // a cache: never part of the value
    };

    std::shared_ptr<const Data> data_;
};

}  // namespace bestgres::kube
