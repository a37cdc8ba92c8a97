// Which addresses a Service leads to, as pure functions of the Service and its pods: the subsets of
// its Endpoints and the contents of its EndpointSlices.
// https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/
#pragma once

#include <string>
#include <vector>

#include "lib/kube/object.hpp"

namespace bestgres::fakekube::controllers {

struct ServiceView {
    kube::Object service;
    std::vector<kube::Object> pods;   // of its namespace; the selector is applied here
    std::vector<kube::Object> nodes;  // for the zone of an address
};

bool has_selector(const kube::Object& service);
bool is_headless(const kube::Object& service);

// As in Endpoints.subsets: ready and other addresses for each set of ports. Terminating pods are
// left out unless the Service publishes addresses that are not ready.
Json endpoint_subsets(const ServiceView& view);

// {addressType, endpoints, ports} of each slice, at least one. Terminating pods are listed with
// their conditions.
std::vector<Json> endpoint_slices(const ServiceView& view);

// Subsets without the pods' resourceVersions, which do not count as a difference.
Json without_versions(Json subsets);

// The slices that stand for Endpoints which nobody but a user maintains.
std::vector<Json> mirrored_slices(const kube::Object& endpoints);

}  // namespace bestgres::fakekube::controllers
