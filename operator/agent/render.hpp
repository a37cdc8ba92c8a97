// patroni.yml from the cluster's template and this pod's own facts. The template holds no secret
// and no address: passwords reach Patroni through PATRONI_* variables, which win over the file.
#pragma once

#include "lib/base/json.hpp"
#include "operator/agent/environment.hpp"

namespace bestgres::agent {

// `bin_directory` is where initdb and postgres of the image are; empty leaves Patroni to its PATH.
Result<Json> render_patroni_config(const Json& config_template, const Environment& environment,
                                   const std::string& bin_directory);

// "127.64.1.2:5432,127.0.0.1:5432"'s address part: Postgres listens on the pod's address, and on
// 127.0.0.1 for port-forwarding, unless the pod's own address is in 127/8: there, pods of one
// machine would collide.
std::string listen_addresses(const std::string& pod_ip);

}  // namespace bestgres::agent
