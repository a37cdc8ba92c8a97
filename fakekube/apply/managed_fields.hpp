// metadata.managedFields as a value: which writer owns which fields, with the bookkeeping rules of
// the API server (order, time stamps, the cap on updaters).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "fakekube/apply/field_set.hpp"
#include "lib/base/json.hpp"
#include "lib/base/result.hpp"
#include "lib/base/time.hpp"

namespace bestgres::fakekube {

// A writer: one entry of the list. Appliers are one writer whatever version they use.
struct Manager {
    std::string name;
    bool applies = false;
    std::string api_version;  // of appliers: empty here, see ManagedEntry
    std::string subresource;

    auto operator<=>(const Manager&) const = default;
};

struct ManagedEntry {
    std::string api_version;
    FieldSet fields;
    std::optional<Instant> time;

    bool operator==(const ManagedEntry&) const = default;
};

using Managed = std::map<Manager, ManagedEntry>;

// Of the list as stored or given; an error where it is not understood.
Result<Managed> parse_managed_fields(const Json& list);
// Appliers first, then by time (whole seconds), name, version and subresource.
Json managed_fields_json(const Managed& managed);
// As kubectl and people name it in conflicts: `"x" using v1`, `"ctl" with subresource "status"`.
std::string print_manager(const Manager& manager);

// [{}] and [] ask for forgetting all owners.
bool asks_for_reset(const Json& list);

// The fields that have no owners: names, versions, times and managedFields themselves.
FieldSet unowned_fields();

// At most ten updaters keep an entry of their own; the oldest ones are joined.
void cap_updaters(Managed& managed);

}  // namespace bestgres::fakekube
