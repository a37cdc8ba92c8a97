// What the agent is told by its pod template: read once, so that the rest of the agent is a
// function of values.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/result.hpp"
#include "lib/base/time.hpp"

namespace bestgres::agent {

enum class Flavour {
    patroni,  // the agent renders patroni.yml and runs patroni
    spilo,    // the image's own launcher configures Patroni from SPILO_CONFIGURATION
};

struct Environment {
    Flavour flavour = Flavour::patroni;
    std::string scope;
    std::string pod_name;
    std::string pod_namespace;
    std::string pod_ip;
    std::string config_template = "/etc/bestgres/patroni.yml";
    std::string rendered_config = "/run/bestgres/patroni.yml";
    std::string data_directory = "/var/lib/postgresql/pgdata/data";
    std::string socket_directory = "/run/postgresql";
    std::string pgpass = "/run/bestgres/pgpass";
    std::optional<std::string> bin_directory;  // found in the image when absent
    std::string postgres_version;              // "16": taken where the image holds several
    Duration checkpoint_deadline = std::chrono::seconds(30);
    bool watchdog =
        true;  // BESTGRES_WATCHDOG=off leaves a hung Patroni's Postgres running: for tests only

    bool operator==(const Environment&) const = default;
};

using Lookup = std::function<std::optional<std::string>(std::string_view name)>;

// Errors name the variable and what the pod template should set.
Result<Environment> read_environment(const Lookup& lookup);

}  // namespace bestgres::agent
