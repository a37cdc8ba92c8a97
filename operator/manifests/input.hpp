// What the objects of a cluster are made from. Everything that is decided is decided before:
// nothing here reads a clock, a random number or another object.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "operator/api/cluster.hpp"

namespace bestgres::manifests {

// The BGCluster that objects belong to.
struct Identity {
    std::string ns;
    std::string name;
    std::string uid;
    std::optional<api::CitusSpec> citus = std::nullopt;  // that of the accepted spec

    bool operator==(const Identity&) const = default;
};

struct Input {
    Identity identity;
    api::ClusterSpec spec;       // the accepted one
    std::string operator_image;  // where the agent is copied from
    std::string restarted_at;    // value of bestgres.io/restartedAt, or empty
    // One more than the highest ordinal of a pod that exists: while scaling in, members that must
    // go keep their rights.
    std::int64_t existing_members = 0;

    bool operator==(const Input&) const = default;
};

// Made once by the core from its source of randomness; letters and digits only.
struct Passwords {
    std::string superuser;
    std::string replication;
    std::string rewind;
    std::string restapi;
    std::string admin;

    bool operator==(const Passwords&) const = default;
};

}  // namespace bestgres::manifests
