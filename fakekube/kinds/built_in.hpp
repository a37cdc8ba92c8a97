// The resources that every API server serves.
#pragma once

#include <string_view>
#include <vector>

#include "fakekube/resource.hpp"

namespace bestgres::fakekube {

// What the kinds depend on besides themselves.
struct KindOptions {
    int kubernetes_minor = 32;  // 1.32
    // Endpoints and EndpointSlices may name 127.0.0.0/8.
    bool allow_loopback_endpoints = false;
};

// "v1.32.0" -> 32; the newest that this code knows for anything else.
int kubernetes_minor_of(std::string_view version);

// In discovery order: the core group first, then apps and the other groups by name; by plural
// within a group. CustomResourceDefinitions, reviews and bindings are not among them. Building them
// parses the schemas: keep the answer, its copies share the strategies.
std::vector<Resource> built_in_resources(const KindOptions& options = {});

}  // namespace bestgres::fakekube
