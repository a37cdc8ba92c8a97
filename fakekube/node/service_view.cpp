#include "fakekube/node/service_view.hpp"

#include <algorithm>
#include <cctype>

namespace bestgres::fakekube::node {
namespace {

constexpr std::string_view cluster_domain = ".svc.cluster.local";

bool is_headless(const std::string& cluster_ip) {
    return cluster_ip.empty() || cluster_ip == "None";
}

int port_named(const Json& slice, const std::string& name) {
    for (const Json& port : array_at(slice, {"ports"})) {
        if (string_at(port, {"name"}) == name) {
            return static_cast<int>(find_int(port, {"port"}).value_or(0));
        }
    }
    return 0;
}

// Absent counts as ready, as the API's documentation asks.
bool is_ready(const Json& endpoint) {
    return find_bool(endpoint, {"conditions", "ready"}).value_or(true);
}

bool serves_until_it_stops(const Json& endpoint) {
    return find_bool(endpoint, {"conditions", "serving"}).value_or(false) &&
           find_bool(endpoint, {"conditions", "terminating"}).value_or(false);
}

std::vector<Endpoint> backends_of(const std::vector<const Json*>& slices, const std::string& port,
                                  bool (*counts)(const Json& endpoint)) {
    std::vector<Endpoint> backends;
    for (const Json* slice : slices) {
        const int target = port_named(*slice, port);
        for (const Json& endpoint : array_at(*slice, {"endpoints"})) {
            for (const Json& address : array_at(endpoint, {"addresses"})) {
                if (target != 0 && counts(endpoint) && address.is_string()) {
                    backends.push_back({address.get<std::string>(), target});
                }
            }
        }
    }
    std::sort(backends.begin(), backends.end());
    backends.erase(std::unique(backends.begin(), backends.end()), backends.end());
    return backends;
}

void add_forwards(ServiceView& view, const kube::Object& service,
                  const std::vector<const Json*>& slices) {
    const std::string cluster_ip = string_at(service.json(), {"spec", "clusterIP"});
    for (const Json& port : array_at(service.json(), {"spec", "ports"})) {
        if (string_at(port, {"protocol"}, "TCP") != "TCP") {
            continue;
        }
        const Endpoint front{cluster_ip, static_cast<int>(find_int(port, {"port"}).value_or(0))};
        const std::string name = string_at(port, {"name"});
        view.forwards[front] = backends_of(slices, name, is_ready);
        if (view.forwards[front].empty()) {
            // As kube-proxy does since Kubernetes 1.28: a primary that was told to stop takes
            // writes until it hands over.
            view.forwards[front] = backends_of(slices, name, serves_until_it_stops);
        }
    }
}

void add_headless_hosts(ServiceView& view, const kube::Object& service,
                        const std::vector<const Json*>& slices) {
    const std::string name(service.name());
    const std::string ns(service.ns());
    for (const Json* slice : slices) {
        for (const Json& endpoint : array_at(*slice, {"endpoints"})) {
            const Json& addresses = array_at(endpoint, {"addresses"});
            if (!is_ready(endpoint) || addresses.empty() || !addresses[0].is_string()) {
                continue;
            }
            const std::string ip = addresses[0].get<std::string>();
            view.hosts.push_back({ip, name, ns});
            if (const std::string host = string_at(endpoint, {"hostname"}); !host.empty()) {
                view.hosts.push_back({ip, host + "." + name, ns});
            }
        }
    }
}

std::string variable_name(std::string_view name) {
    std::string result(name);
    std::transform(result.begin(), result.end(), result.begin(), [](unsigned char letter) {
        return letter == '-' ? '_' : static_cast<char>(std::toupper(letter));
    });
    return result;
}

void add_variables(Environment& environment, const std::string& name, const Json& spec) {
    const std::string host = string_at(spec, {"clusterIP"});
    bool first = true;
    environment[name + "_SERVICE_HOST"] = host;
    for (const Json& port : array_at(spec, {"ports"})) {
        const std::string number = std::to_string(find_int(port, {"port"}).value_or(0));
        const std::string protocol = string_at(port, {"protocol"}, "TCP");
        const std::string lower = protocol == "UDP" ? "udp" : "tcp";
        const std::string url = lower + "://" + host + ":" + number;
        const std::string prefix = name + "_PORT_" + number + "_" + protocol;
        if (first) {
            environment[name + "_SERVICE_PORT"] = number;
            environment[name + "_PORT"] = url;
            first = false;
        }
        if (const std::string port_name = string_at(port, {"name"}); !port_name.empty()) {
            environment[name + "_SERVICE_PORT_" + variable_name(port_name)] = number;
        }
        environment[prefix] = url;
        environment[prefix + "_PROTO"] = lower;
        environment[prefix + "_PORT"] = number;
        environment[prefix + "_ADDR"] = host;
    }
}

}  // namespace

ServiceView make_service_view(const std::vector<kube::Object>& services,
                              const std::vector<kube::Object>& slices) {
    std::map<std::pair<std::string, std::string>, std::vector<const Json*>> by_service;
    for (const kube::Object& slice : slices) {
        by_service[{std::string(slice.ns()),
                    std::string(slice.label("kubernetes.io/service-name"))}]
            .push_back(&slice.json());
    }
    ServiceView view;
    for (const kube::Object& service : services) {
        const auto& own = by_service[{std::string(service.ns()), std::string(service.name())}];
        const std::string cluster_ip = string_at(service.json(), {"spec", "clusterIP"});
        if (string_at(service.json(), {"spec", "type"}) == "ExternalName") {
            continue;
        }
        if (is_headless(cluster_ip)) {
            add_headless_hosts(view, service, own);
        } else {
            add_forwards(view, service, own);
            view.hosts.push_back(
                {cluster_ip, std::string(service.name()), std::string(service.ns())});
        }
    }
    std::sort(view.hosts.begin(), view.hosts.end());
    return view;
}

std::string hosts_file(const ServiceView& view, const HostsRequest& request) {
    std::string text = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost\n";
    const std::string own = request.hostname + "." + request.subdomain + "." + request.ns;
    text += request.pod_ip + "\t" +
            (request.subdomain.empty() ? "" : own + std::string(cluster_domain) + " ") +
            request.hostname + "\n";
    for (const Json& alias : request.aliases) {
        text += string_at(alias, {"ip"});
        for (const Json& name : array_at(alias, {"hostnames"})) {
            text += "\t" + (name.is_string() ? name.get<std::string>() : "");
        }
        text += "\n";
    }
    for (const ServiceView::Host& host : view.hosts) {
        const std::string full = host.name + "." + host.ns;
        text += host.ip + "\t" + full + std::string(cluster_domain) + " " + full + ".svc " + full;
        text += host.ns == request.ns ? " " + host.name + "\n" : "\n";
    }
    return text;
}

Environment service_environment(const std::vector<kube::Object>& services, const std::string& ns,
                                const Endpoint& api_server) {
    Environment environment;
    for (const kube::Object& service : services) {
        const Json& spec = object_at(service.json(), {"spec"});
        if (service.ns() == ns && !is_headless(string_at(spec, {"clusterIP"}))) {
            add_variables(environment, variable_name(service.name()), spec);
        }
    }
    add_variables(environment, "KUBERNETES",
                  {{"clusterIP", api_server.ip},
                   {"ports", {{{"name", "https"}, {"port", api_server.port}}}}});
    return environment;
}

}  // namespace bestgres::fakekube::node
