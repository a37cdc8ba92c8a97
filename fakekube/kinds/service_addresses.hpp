// Which cluster addresses and node ports Services get. Pure: the caller tells what is taken; the
// same question always has the same answer.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "fakekube/field_error.hpp"
#include "lib/base/json.hpp"

namespace bestgres::fakekube {

struct TakenAddresses {
    std::set<std::string> cluster_ips;
    std::set<std::int64_t> node_ports;

    // What a stored Service holds.
    void add(const Json& service);
    void remove(const Json& service);
};

// Whether this write of a Service needs an address or port that `before` (null on create) did not
// have, so that `taken` counts.
bool needs_addresses(const Json& service, const Json& before);

// Gives `service` what its type needs and it does not have yet, and checks what it asks for.
// `taken` holds the addresses of all other Services; `before` is null on create. `cidr` is an IPv4
// range; its first address is that of the API server itself.
FieldErrors allocate_addresses(Json& service, const Json& before, const TakenAddresses& taken,
                               std::string_view cidr);

}  // namespace bestgres::fakekube
