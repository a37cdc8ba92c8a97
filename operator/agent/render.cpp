#include "operator/agent/render.hpp"

#include <fmt/format.h>

namespace bestgres::agent {
namespace {

// An address in a URL or host:port pair: IPv6 needs brackets.
std::string host_of(const std::string& address) {
    return address.find(':') == std::string::npos ? address : "[" + address + "]";
}

}  // namespace

std::string listen_addresses(const std::string& pod_ip) {
    const bool is_loopback = pod_ip.rfind("127.", 0) == 0;
    return is_loopback ? pod_ip : pod_ip + ",127.0.0.1";
}

Result<Json> render_patroni_config(const Json& config_template, const Environment& environment,
                                   const std::string& bin_directory) {
    if (!config_template.is_object()) {
        return Error{fmt::format("{} is not a mapping", environment.config_template)};
    }
    Json config = config_template;
    const std::string host = host_of(environment.pod_ip);
    config["scope"] = environment.scope;
    config["name"] = environment.pod_name;
    config["kubernetes"]["namespace"] = environment.pod_namespace;
    config["kubernetes"]["pod_ip"] = environment.pod_ip;
    config["restapi"]["listen"] = host + ":8008";
    config["restapi"]["connect_address"] = host + ":8008";
    Json& postgresql = config["postgresql"];
    postgresql["listen"] = listen_addresses(environment.pod_ip) + ":5432";
    postgresql["connect_address"] = host + ":5432";
    postgresql["data_dir"] = environment.data_directory;
    postgresql["pgpass"] = environment.pgpass;
    Json& parameters = postgresql["parameters"];
    parameters["unix_socket_directories"] = environment.socket_directory;
    if (parameters.contains("citus.local_hostname")) {
        parameters["citus.local_hostname"] = environment.socket_directory;
    }
    if (!bin_directory.empty()) {
        postgresql["bin_dir"] = bin_directory;
    }
    return config;
}

}  // namespace bestgres::agent
