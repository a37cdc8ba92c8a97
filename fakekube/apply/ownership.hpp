// The rules of who owns what after a write: structured-merge-diff's update and prune, over values.
#pragma once

#include <map>
#include <string>

#include "fakekube/apply/managed_fields.hpp"
#include "fakekube/apply/typed_value.hpp"
#include "fakekube/type_schema.hpp"
#include "lib/base/json.hpp"
#include "lib/base/result.hpp"

namespace bestgres::fakekube {

// What each other manager would lose.
using Conflicts = std::map<Manager, FieldSet>;

Conflicts find_conflicts(const Managed& managed, const Manager& writer, const Comparison& change);

// Takes the fields that `writer` changed from all others, and removed fields from everybody.
void take_ownership(Managed& managed, const Manager& writer, const Comparison& change);

// After an Update: the writer owns what it added and modified, besides what it owned.
struct UpdateChange {
    const Manager& writer;
    std::string api_version;
    Comparison change;
    Instant now;
};
void own_update(Managed& managed, const UpdateChange& update);

// Whether a change of nothing but values leaves the stored list of managers as it is, because the
// writer alone owns them all. False also where only the full algebra can tell.
bool keeps_owners(const Json& managed_fields, const Manager& writer, const Comparison& change);

// `merged` without what the applier set last time (`last`) and no one claims any more.
Json prune(const Json& merged, const Managed& managed, const FieldSet& last,
           const TypeSchema& schema);

}  // namespace bestgres::fakekube
