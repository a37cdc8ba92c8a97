// How server-side apply sees a value of a given type: as one whole, or as something whose parts
// have owners of their own. A null TypeSchema means "deduced": objects are granular maps, all else
// is atomic, as for unknown fields that a schema preserves.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakekube/type_schema.hpp"
#include "lib/base/json.hpp"

namespace bestgres::fakekube {

enum class Shape { leaf, record, list };

// `list` only for lists whose items all have a key (or are scalars of a set): a stored list that
// breaks its own type is one whole.
Shape shape_of(const TypeSchema* schema, const Json& value);

// The type of a field or map entry; null for deduced ones.
const TypeSchema* child_schema(const TypeSchema* schema, std::string_view name);

// Whether the field is a named one of an object type, rather than an entry of a map.
bool is_named_field(const TypeSchema* schema, std::string_view name);

// The path element of a list item ("k:{...}" or "v:..."); absent where the item has no key. Key
// fields that are left out count with their defaults.
std::optional<std::string> item_element(const TypeSchema& list, const Json& item);

// One item of a granular list with its element.
struct Item {
    std::string element;
    const Json* value;
};
// In order; of items with the same key only the first counts.
std::vector<Item> items_of(const TypeSchema& list, const Json& value);

bool is_empty_container(const Json& value);

}  // namespace bestgres::fakekube
