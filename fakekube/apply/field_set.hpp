// A set of field paths in the shape of FieldsV1: who owns what of an object under server-side
// apply. Path elements are kept in their canonical text ("f:name", "k:{...}", "v:...", "i:0"), so
// that sets are plain values and the round trip to JSON is exact.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/json.hpp"
#include "lib/base/result.hpp"

namespace bestgres::fakekube {

// "f:replicas".
std::string field_element(std::string_view name);
// The key of an item of a list of ListType::map; `keys` holds the key fields alone.
std::string key_element(const Json& keys);
// The item of a list of ListType::set.
std::string value_element(const Json& value);
// ".replicas", "[name=\"pg\"]", "[=\"x\"]": the element as conflict messages print paths.
std::string print_element(std::string_view element);

// One node of the tree: `is_member` says that the path up to here belongs to the set. The root is
// never a member. Nodes below that are no members and have no children do not exist.
struct FieldSet {
    bool is_member = false;
    std::map<std::string, FieldSet, std::less<>> children;

    bool operator==(const FieldSet&) const = default;

    bool empty() const { return !is_member && children.empty(); }
    const FieldSet* find(std::string_view element) const;
    // Adds the path; an empty path makes the root a member, which callers avoid.
    void insert(const std::vector<std::string>& path);
    bool has(const std::vector<std::string>& path) const;
};

// In place, at the cost of the right side alone: `left` is often large and `right` small.
void add_to(FieldSet& left, const FieldSet& right);
void remove_from(FieldSet& left, const FieldSet& right);

FieldSet unite(const FieldSet& left, const FieldSet& right);
FieldSet intersect(const FieldSet& left, const FieldSet& right);
// The paths of `left` that are not in `right`.
FieldSet subtract(const FieldSet& left, const FieldSet& right);
// The paths of `left` that are neither in `right` nor below a path of `right`.
FieldSet subtract_trees(const FieldSet& left, const FieldSet& right);

// FieldsV1. A member without children is {}, a member with children carries ".".
Json to_fields_v1(const FieldSet& set);
Result<FieldSet> parse_fields_v1(const Json& json);

// ".data.k1" for every path of the set, in order.
std::vector<std::string> print_paths(const FieldSet& set);

}  // namespace bestgres::fakekube
