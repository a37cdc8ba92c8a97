// Words for the tests of built-in kinds.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "fakekube/kinds/built_in.hpp"
#include "lib/base/yaml.hpp"

namespace bestgres::fakekube::testing {

// A built-in resource by kind, of the newest version.
inline Resource resource_of(std::string_view kind) {
    for (const Resource& resource : built_in_resources()) {
        if (resource.kind == kind) {
            return resource;
        }
    }
    ADD_FAILURE() << "no kind " << kind;
    return {};
}

inline Json yaml(std::string_view text) {
    const auto parsed = parse_yaml(text);
    EXPECT_TRUE(parsed.ok());
    return parsed ? *parsed : Json();
}

// As a create would store it, but for the registry's metadata.
inline Json stored(const Strategy& strategy, Json object) {
    const auto report = strategy.decode(object);
    EXPECT_TRUE(report.ok());
    strategy.set_defaults(object);
    strategy.prepare_create(object);
    return object;
}

inline Json stored(std::string_view kind, Json object) {
    return stored(*resource_of(kind).strategy, std::move(object));
}

inline std::vector<std::string> texts(const FieldErrors& errors) {
    std::vector<std::string> all;
    for (const FieldError& error : errors) {
        all.push_back(text(error));
    }
    return all;
}

// The errors of creating the object that this text describes.
inline std::vector<std::string> create_errors(std::string_view kind, std::string_view text) {
    return texts(resource_of(kind).strategy->validate_create(stored(kind, yaml(text))));
}

// The errors of changing a stored object by a merge patch.
inline std::vector<std::string> update_errors(std::string_view kind, const Json& before,
                                              std::string_view patch) {
    const auto strategy = resource_of(kind).strategy;
    Json now = before;
    merge_patch(now, yaml(patch));
    EXPECT_TRUE(strategy->decode(now).ok());
    strategy->set_defaults(now);
    strategy->prepare_update(now, before, "");
    return texts(strategy->validate_update(now, before, ""));
}

using Texts = std::vector<std::string>;

}  // namespace bestgres::fakekube::testing
