// One served resource: its names, and the strategy that knows its rules. A Resource is a value;
// strategies are stateless, immutable and shared.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakekube/field_error.hpp"
#include "fakekube/type_schema.hpp"
#include "lib/base/json.hpp"
#include "lib/base/time.hpp"
#include "lib/kube/kind.hpp"

namespace bestgres::fakekube {

// A column of the Table output; `type` is integer, number, string, boolean or date.
struct TableColumn {
    std::string name = {};
    std::string type = "string";
    std::string format = {};
    std::string description = {};
    std::int64_t priority = 0;  // above 0 only with `kubectl get -o wide`

    bool operator==(const TableColumn&) const = default;
};

// Where the scale subresource finds its numbers, as dotted paths (".spec.replicas").
struct ScalePaths {
    std::string spec_replicas = ".spec.replicas";
    std::string status_replicas = ".status.replicas";
    // A text, or a LabelSelector object; empty: the scale tells no selector.
    std::string selector = ".spec.selector";

    bool operator==(const ScalePaths&) const = default;
};

// Which names objects of a kind may have.
enum class NameRule { dns_subdomain, dns_label, dns_1035_label, path_segment };

// What reading a body into the kind's own type found on the way.
struct DecodeReport {
    std::vector<std::string> unknown_fields;  // "spec.template.speck": dropped from the object

    bool operator==(const DecodeReport&) const = default;
};

// The rules of a kind. The order of a write is: decode, set_defaults, prepare_*, (admission,)
// metadata validation by the registry, validate_*. The registry itself cares for metadata
// (versions, uids, finalizers, generation) and for the split between object and status.
class Strategy {
public:
    virtual ~Strategy() = default;

    virtual const TypeSchema& schema() const = 0;

    // Drops what the type does not know and brings values into the form that the type gives them.
    // The error is the text after "... cannot be handled as a Pod: ".
    virtual Result<DecodeReport> decode(Json& object) const;
    virtual void set_defaults(Json& object) const;
    // Both for an object that is to replace `stored`, which has been through them: the same result
    // for less work where most of it is as it was.
    virtual Result<DecodeReport> decode_update(Json& object, const Json& stored) const;
    virtual void set_update_defaults(Json& object, const Json& stored) const;
    // On create: `status` is already gone where there is a status subresource.
    virtual void prepare_create(Json& object) const;
    // On update: `status` (or everything else, for the status subresource) is already that of
    // `before`. `subresource` is "", "status", "scale" or another one of the kind.
    virtual void prepare_update(Json& now, const Json& before, std::string_view subresource) const;
    // Both without the checks of object metadata, which the registry makes.
    virtual FieldErrors validate_create(const Json& object) const;
    virtual FieldErrors validate_update(const Json& now, const Json& before,
                                        std::string_view subresource) const;

    virtual NameRule name_rule() const { return NameRule::dns_subdomain; }
    // Whether PUT works without resourceVersion, and on objects that do not exist.
    virtual bool unconditional_update() const { return true; }
    virtual bool create_on_update() const { return false; }
    // Whether DELETE answers the object rather than a Status.
    virtual bool returns_deleted_object() const { return false; }
    virtual bool manages_generation() const { return false; }
    // Whether an update raises metadata.generation: by default any change but to metadata and
    // status.
    virtual bool changes_generation(const Json& now, const Json& before) const;
    // Whether writes to /status take labels, annotations and finalizers (built-in kinds do).
    virtual bool status_takes_metadata() const { return true; }
    // Whether DELETE without options orphans the dependents.
    virtual bool orphans_by_default() const { return false; }
    // The grace period of a delete, in seconds; absent: this kind has no graceful deletion.
    virtual std::optional<std::int64_t> graceful_seconds(
        const Json& object, std::optional<std::int64_t> requested) const;
    // Whether lists carry apiVersion and kind in their items, and `continue` always: custom
    // resources do.
    virtual bool is_custom() const { return false; }

    // Field selectors, besides metadata.name and metadata.namespace: label ("spec.nodeName") to
    // what reads as its value; absent values read as "".
    virtual std::vector<std::string> selectable_fields() const { return {}; }
    virtual std::string field_value(const Json& object, std::string_view field) const;

    virtual std::optional<ScalePaths> scale_paths() const { return std::nullopt; }

    // Table output without `object`. One cell a column, in order.
    virtual std::vector<TableColumn> table_columns() const;
    virtual std::vector<Json> table_cells(const Json& object, Instant now) const;
};

struct Resource {
    std::string group = {};    // "" for the core group
    std::string version = {};  // "v1"
    std::string kind = {};     // "StatefulSet"
    std::string list_kind = {};
    std::string plural = {};
    std::string singular = {};
    std::vector<std::string> short_names = {};
    std::vector<std::string> categories = {};
    std::vector<std::string> verbs = {};  // empty: all eight
    bool namespaced = true;
    // "status", "scale", "eviction": discovery lists them, requests reach only them.
    std::vector<std::string> subresources = {};
    // The group under which the objects are stored, where two groups serve the same ones.
    std::optional<std::string> storage_group = {};
    std::shared_ptr<const Strategy> strategy = {};

    // "v1" or "apps/v1".
    std::string api_version() const;
    // "pods" or "statefulsets.apps": how messages name a resource.
    std::string qualified_plural() const;
    // "Pod" or "StatefulSet.apps".
    std::string qualified_kind() const;
    bool has_subresource(std::string_view name) const;
    bool has_verb(std::string_view verb) const;
    bool is(const kube::Kind& other) const;
};

using ResourcePtr = std::shared_ptr<const Resource>;

}  // namespace bestgres::fakekube
