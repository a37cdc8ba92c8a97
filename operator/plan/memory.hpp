// What earlier readings of a cluster made of inputs that seldom change, each beside the input that
// it was made from. It saves work and decides nothing: with any memory or none, a view and its plan
// are the same. Parts never change and are shared between passes and copies.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/kube/object.hpp"
#include "lib/patroni/member.hpp"
#include "operator/api/cluster.hpp"
#include "operator/manifests/input.hpp"
#include "operator/manifests/objects.hpp"

namespace bestgres::plan {

struct ReadResource {
    kube::Object resource;
    api::Parsed<api::ClusterSpec> asked;
    api::ClusterStatus status;
};

struct ReadAccepted {
    kube::Object config_map;
    std::optional<manifests::AcceptedSpec> spec;
};

struct ReadConfig {
    kube::Object config_map;
    patroni::ConfigState config;
};

struct Rendered {
    manifests::Input input;
    std::string template_hash;
};

// Every object that was wanted stood as wanted.
struct Checked {
    std::shared_ptr<const Rendered> rendered;
    std::int64_t replicas = 0;
    std::vector<std::pair<kube::Ref, kube::Object>> live;
};

struct Memory {
    std::shared_ptr<const ReadResource> resource = {};
    std::shared_ptr<const ReadAccepted> accepted = {};
    std::shared_ptr<const ReadConfig> config = {};
    std::shared_ptr<const Rendered> rendered = {};
    std::shared_ptr<const Checked> checked = {};
};

}  // namespace bestgres::plan
