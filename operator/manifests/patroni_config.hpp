// Patroni's configuration as made from the spec: the dynamic part, which lives in the DCS and is
// changed through Patroni's REST API, and the file, which needs a new pod.
#pragma once

#include "operator/manifests/input.hpp"

namespace bestgres::manifests {

// The dynamic configuration: bootstrap.dcs of a new cluster, and the goal of later PATCHes.
Json patroni_dynamic_config(const api::ClusterSpec& spec);

// The body of `PATCH /config` that leads from what the DCS holds to `desired`; an empty object when
// there is nothing to do. PostgreSQL parameters that nobody asks for any more are removed when
// `remove_unknown_parameters`; other foreign keys (pause, slots, ...) are left alone.
Json patroni_config_patch(const Json& current, const Json& desired, bool remove_unknown_parameters);
// Spilo writes parameters of its own into the DCS: those must stay.
bool owns_all_parameters(const api::ClusterSpec& spec);

std::string patroni_scope(const Identity& identity);
// The file for flavour patroni: a template that the agent completes in the pod.
Json patroni_file(const Identity& identity, const api::ClusterSpec& spec);
// What SPILO_CONFIGURATION says, for flavour spilo. $(PATRONI_RESTAPI_PASSWORD) stands for the
// password: the kubelet expands it.
Json spilo_configuration(const Identity& identity, const api::ClusterSpec& spec);

}  // namespace bestgres::manifests
