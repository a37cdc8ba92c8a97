#include "operator/agent/environment.hpp"

#include <fmt/format.h>

namespace bestgres::agent {
namespace {

Result<Flavour> parse_flavour(const std::string& text) {
    if (text == "patroni") {
        return Flavour::patroni;
    }
    if (text == "spilo") {
        return Flavour::spilo;
    }
    return Error{fmt::format("BESTGRES_FLAVOUR is \"{}\"; it must be patroni or spilo", text)};
}

}  // namespace

Result<Environment> read_environment(const Lookup& lookup) {
    Environment environment;
    const Result<Flavour> flavour = parse_flavour(lookup("BESTGRES_FLAVOUR").value_or("patroni"));
    BG_TRY(flavour);
    environment.flavour = *flavour;
    struct Required {
        const char* name;
        std::string* value;
    };
    for (const Required& required : {Required{"BESTGRES_SCOPE", &environment.scope},
                                     Required{"POD_NAME", &environment.pod_name},
                                     Required{"POD_NAMESPACE", &environment.pod_namespace},
                                     Required{"POD_IP", &environment.pod_ip}}) {
        const auto value = lookup(required.name);
        if (!value || value->empty()) {
            return Error{
                fmt::format("{} is not set: the pod template must define it", required.name)};
        }
        *required.value = *value;
    }
    environment.config_template = lookup("BESTGRES_CONFIG").value_or(environment.config_template);
    environment.rendered_config =
        lookup("BESTGRES_RENDERED_CONFIG").value_or(environment.rendered_config);
    environment.data_directory = lookup("PGDATA").value_or(environment.data_directory);
    environment.socket_directory =
        lookup("BESTGRES_SOCKET_DIR").value_or(environment.socket_directory);
    environment.bin_directory = lookup("BESTGRES_BIN_DIR");
    environment.postgres_version = lookup("BESTGRES_POSTGRES_VERSION").value_or("");
    environment.watchdog = lookup("BESTGRES_WATCHDOG").value_or("on") != "off";
    return environment;
}

}  // namespace bestgres::agent
