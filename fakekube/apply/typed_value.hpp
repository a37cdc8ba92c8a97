// The algebra of server-side apply over values with a TypeSchema: which fields a value sets, how
// two values merge, how they differ, and what is left when fields are taken out.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fakekube/apply/field_set.hpp"
#include "fakekube/type_schema.hpp"
#include "lib/base/json.hpp"

namespace bestgres::fakekube {

// What keeps a configuration from being applied, in the words of Kubernetes:
// ".spec.bogus: field not declared in schema". Empty when it is fine.
std::vector<std::string> check_typed(const Json& value, const TypeSchema& schema);

// The fields that a configuration claims by naming them.
FieldSet fields_of(const Json& value, const TypeSchema& schema);

// `config` over `live`: granular parts merge, everything else is that of `config` where it is
// given. Lists keep the order of `config`, with the items of `live` at their places.
Json merge_typed(const Json& live, const Json& config, const TypeSchema& schema);

struct Comparison {
    FieldSet added;
    FieldSet modified;
    FieldSet removed;

    bool is_same() const { return added.empty() && modified.empty() && removed.empty(); }
};
Comparison compare_typed(const Json& before, const Json& now, const TypeSchema& schema);

// `value` without the fields of `set`. Containers that become empty that way vanish.
Json remove_fields(const Json& value, const FieldSet& set, const TypeSchema& schema);

// The set with every named field that has members below it as a member itself.
FieldSet with_named_parents(const FieldSet& set, const TypeSchema& schema);

// The set as the schema of today would have it: a field that is atomic now is owned as a whole.
FieldSet reconcile(const FieldSet& set, const TypeSchema& schema);

}  // namespace bestgres::fakekube
