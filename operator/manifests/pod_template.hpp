// The pod of a member: what stateful_set.cpp puts into the StatefulSet, and what its hash is about.
#pragma once

#include "operator/manifests/input.hpp"

namespace bestgres::manifests {

// Without the annotation of its own hash.
Json pod_template(const Input& input);

// The variables of the database container, in order: the kubelet expands $(NAME) only from
// variables above.
Json container_environment(const Input& input);

// The same with everything left out that needs no new pod: what only a new cluster looks at, and
// the image that the agent is copied from. Members get a new agent with their next restart: an
// update of the operator alone disturbs no database.
Json canonical_pod_template(const Input& input);

// Where things are in the container; the two flavours differ.
struct Places {
    std::string volume;          // mount of the data volume
    std::string data_directory;  // PostgreSQL's, below it
    std::string socket_directory;
};
Places places(api::Flavour flavour);

}  // namespace bestgres::manifests
