// The files of configMap, secret, downwardAPI and projected volumes, as values. Pure.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "fakekube/node/environment.hpp"

namespace bestgres::fakekube::node {

struct VolumeFile {
    std::string bytes;
    int mode = 0644;
    bool operator==(const VolumeFile&) const = default;
};
using VolumeFiles = std::map<std::string, VolumeFile>;  // by path in the volume

// A service-account token of a projected volume.
struct TokenRequest {
    std::string audience;  // empty: the API server's
    std::int64_t expiration_seconds = 3600;
    auto operator<=>(const TokenRequest&) const = default;
};

struct VolumeRequest {
    const PodFacts& facts;
    const Lookup& lookup;
    // Nothing: not there yet.
    std::function<std::optional<std::string>(const TokenRequest&)> token;
};

bool is_file_volume(const Json& volume);
// The error is the kubelet's for FailedMount.
Result<VolumeFiles> volume_files(const Json& volume, const VolumeRequest& request);
std::vector<TokenRequest> tokens_of(const kube::Object& pod);

}  // namespace bestgres::fakekube::node
