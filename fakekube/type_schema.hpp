// The shape of a kind, one node per type: what decoding, defaulting, pruning, strategic merge patch
// and server-side apply need to know about a value. Nodes are immutable once built and shared.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/json.hpp"

namespace bestgres::fakekube {

struct TypeSchema;
using SchemaPtr = std::shared_ptr<const TypeSchema>;

// A node describes a value at one place: two fields of the same object type are two nodes that
// share the nodes below them. An `any` node (free JSON) matches everything and is atomic for apply.
struct TypeSchema {
    enum class Type {
        any,
        boolean,
        integer,
        number,
        string,
        object,         // a fixed set of `fields`
        map,            // any text key to `element`
        array,          // of `element`
        int_or_string,  // 8008 or "http"
        quantity,       // text or number on the way in, text on the way out
        time,           // RFC 3339, whole seconds
        micro_time,     // RFC 3339, exactly six fractional digits
        bytes,          // base64 text
    };
    // As in x-kubernetes-list-type: who may own what of a list under server-side apply.
    enum class ListType { atomic, set, map };

    Type type = Type::any;
    std::string name;  // of an object: the type, "PodSpec", as errors and OpenAPI name it
    std::map<std::string, SchemaPtr, std::less<>> fields;
    std::vector<std::string> order;  // of `fields`, as declared; empty: that of the alphabet
    SchemaPtr element;               // of maps and arrays; null means any

    ListType list_type = ListType::atomic;
    std::vector<std::string> list_keys;  // of ListType::map
    bool atomic_map = false;             // a map or object that apply owns as a whole

    // Strategic merge patch. A list without `patch_merges` is replaced; a list with it merges by
    // `patch_merge_key`, or as a set of primitives when the key is empty.
    bool patch_merges = false;
    std::string patch_merge_key;
    bool patch_replaces = false;  // a map or object that a patch replaces as a whole
    bool retain_keys = false;     // an object whose patches carry $retainKeys

    // How a value that is absent, null or empty is written by the kinds that are Go structs:
    // a pointer keeps {} / 0 / false / "" as given and drops null; a value without `omit_empty` is
    // always written, with its zero value if need be; objects that are no pointers are always
    // written.
    bool pointer = false;
    bool omit_empty = true;
    int bits = 64;  // of integers: 32 or 64

    bool required = false;                 // its parent is invalid without it (custom resources)
    bool nullable = false;                 // null is a value of its own (custom resources)
    bool preserve_unknown_fields = false;  // unlisted fields are kept
    bool embedded_resource = false;        // carries apiVersion, kind and metadata of its own
    std::optional<Json> default_value;  // written where the value is absent and its parent is not
};

// The node of a field of an object, or of a key of a map; null where it is not declared.
inline const TypeSchema* find_field(const TypeSchema& schema, std::string_view name) {
    if (schema.type == TypeSchema::Type::map) {
        return schema.element.get();
    }
    const auto found = schema.fields.find(name);
    return found == schema.fields.end() ? nullptr : found->second.get();
}

}  // namespace bestgres::fakekube
