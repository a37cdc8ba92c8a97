// Inputs for tests of manifests: specs written as a user writes them.
#pragma once

#include <string_view>

#include "operator/api/testing.hpp"
#include "operator/manifests/input.hpp"

namespace bestgres::manifests::testing {

// Cluster `db` in namespace `shop`, with more lines of spec appended to the least.
inline Input input(std::string_view more = "") {
    const api::ClusterSpec spec = api::testing::valid_spec(more);
    return Input{.identity = {.ns = "shop", .name = "db", .uid = "uid-of-db", .citus = spec.citus},
                 .spec = spec,
                 .operator_image = "bestgres-operator:test",
                 .restarted_at = "",
                 .existing_members = 0};
}

}  // namespace bestgres::manifests::testing
