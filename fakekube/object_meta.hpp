// The rules of metadata that hold for every kind: what a client may say on create, and what it may
// change.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fakekube/field_error.hpp"
#include "fakekube/resource.hpp"
#include "lib/base/json.hpp"

namespace bestgres::fakekube {

// Names, labels, annotations, owners and finalizers.
FieldErrors validate_object_meta(const Json& object, const Resource& resource);
// Before this, take_old_metadata has filled in what clients may leave out.
FieldErrors validate_object_meta_update(const Json& now, const Json& before,
                                        const Resource& resource);

// A PUT may leave out uid, creationTimestamp and the deletion fields; a deletion cannot be undone.
void take_old_metadata(Json& now, const Json& before);

// Duplicate owners (by uid) are dropped; answers the uids that came twice, in order.
std::vector<std::string> drop_duplicate_owners(Json& object);

}  // namespace bestgres::fakekube
