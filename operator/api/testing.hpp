// Words for tests of the API: YAML read into specs, and what is wrong with it as text.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "lib/base/yaml.hpp"
#include "operator/api/cluster.hpp"

namespace bestgres::api::testing {

inline Json yaml(std::string_view text) {
    auto parsed = parse_yaml(text);
    EXPECT_TRUE(parsed.ok()) << text;
    return parsed.ok() ? *parsed : Json();
}

inline Parsed<ClusterSpec> read_spec(std::string_view text) {
    return parse_cluster_spec(yaml(text));
}

// The least spec, with more lines appended.
inline std::string least_spec(std::string_view more = "") {
    return "image: {tag: 'patroni:16'}\nvolumeSpec: {persistentVolumeSize: 1Gi}\n" +
           std::string(more);
}

inline ClusterSpec valid_spec(std::string_view more = "") {
    const auto spec = read_spec(least_spec(more));
    EXPECT_TRUE(spec.ok()) << (spec.ok() ? "" : to_string(spec.error()));
    return spec.ok() ? *spec : ClusterSpec{};
}

// All problems as one text; empty when there are none.
inline std::string problems_of(std::string_view spec) {
    const auto read = read_spec(spec);
    return read.ok() ? "" : to_string(read.error());
}

}  // namespace bestgres::api::testing
