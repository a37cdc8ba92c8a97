#include "fakekube/node/pod_spec.hpp"

#include "lib/kube/quantity.hpp"

namespace bestgres::fakekube::node {
namespace {

Duration seconds_at(const Json& json, std::string_view field, std::int64_t fallback) {
    return std::chrono::seconds(find_int(json, {field}).value_or(fallback));
}

std::vector<std::string> texts(const Json& array) {
    std::vector<std::string> result;
    for (const Json& item : array) {
        if (item.is_string()) {
            result.push_back(item.get<std::string>());
        }
    }
    return result;
}

// A number, or the name of one of the container's ports; 0 where the name is unknown.
int port_of(const Json& handler, const Json& container) {
    const Json* port = find(handler, {"port"});
    if (port != nullptr && port->is_number_integer()) {
        return port->get<int>();
    }
    for (const Json& each : array_at(container, {"ports"})) {
        if (port != nullptr && port->is_string() && string_at(each, {"name"}) == *port) {
            return static_cast<int>(find_int(each, {"containerPort"}).value_or(0));
        }
    }
    return 0;
}

HttpGet read_http(const Json& json, const Json& container) {
    HttpGet http{.tls = string_at(json, {"scheme"}) == "HTTPS",
                 .host = string_at(json, {"host"}),
                 .port = port_of(json, container),
                 .path = string_at(json, {"path"}, "/"),
                 .headers = {}};
    for (const Json& header : array_at(json, {"httpHeaders"})) {
        http.headers.emplace_back(string_at(header, {"name"}), string_at(header, {"value"}));
    }
    return http;
}

std::optional<Handler> read_handler(const Json* json, const Json& container) {
    if (json == nullptr || !json->is_object()) {
        return std::nullopt;
    }
    if (const Json* exec = find(*json, {"exec"})) {
        return ExecCommand{texts(array_at(*exec, {"command"}))};
    }
    if (const Json* http = find(*json, {"httpGet"})) {
        return read_http(*http, container);
    }
    for (const char* kind : {"tcpSocket", "grpc"}) {
        if (const Json* tcp = find(*json, {kind})) {
            return TcpConnect{string_at(*tcp, {"host"}), port_of(*tcp, container)};
        }
    }
    if (const Json* sleep = find(*json, {"sleep"})) {
        return Sleep{seconds_at(*sleep, "seconds", 0)};
    }
    return std::nullopt;
}

std::optional<Probe> read_probe(const Json& container, std::string_view field) {
    const Json* json = find(container, {field});
    std::optional<Handler> handler = read_handler(json, container);
    if (!handler) {
        return std::nullopt;
    }
    Probe probe;
    probe.handler = std::move(*handler);
    probe.initial_delay = seconds_at(*json, "initialDelaySeconds", 0);
    probe.period = seconds_at(*json, "periodSeconds", 10);
    probe.timeout = seconds_at(*json, "timeoutSeconds", 1);
    probe.success_threshold = static_cast<int>(find_int(*json, {"successThreshold"}).value_or(1));
    probe.failure_threshold = static_cast<int>(find_int(*json, {"failureThreshold"}).value_or(3));
    if (const auto grace = find_int(*json, {"terminationGracePeriodSeconds"})) {
        probe.termination_grace = std::chrono::seconds(*grace);
    }
    return probe;
}

ContainerSpec read_container(const Json& json, bool is_init) {
    ContainerSpec container;
    container.name = string_at(json, {"name"});
    container.image = string_at(json, {"image"});
    container.is_init = is_init;
    if (!is_init) {
        container.startup = read_probe(json, "startupProbe");
        container.readiness = read_probe(json, "readinessProbe");
        container.liveness = read_probe(json, "livenessProbe");
        container.post_start = read_handler(find(json, {"lifecycle", "postStart"}), json);
        container.pre_stop = read_handler(find(json, {"lifecycle", "preStop"}), json);
    }
    container.termination_message_path =
        string_at(json, {"terminationMessagePath"}, "/dev/termination-log");
    container.falls_back_to_logs =
        string_at(json, {"terminationMessagePolicy"}) == "FallbackToLogsOnError";
    container.json = json;
    return container;
}

RestartPolicy restart_policy_of(const Json& spec) {
    const std::string text = string_at(spec, {"restartPolicy"}, "Always");
    return text == "Never"       ? RestartPolicy::never
           : text == "OnFailure" ? RestartPolicy::on_failure
                                 : RestartPolicy::always;
}

// The same amount, however it is written.
bool same_quantity(const Json& left, const Json& right) {
    const auto parse = [](const Json& json) {
        return kube::Quantity::parse(json.is_string() ? json.get<std::string>() : json.dump());
    };
    const auto a = parse(left);
    const auto b = parse(right);
    return a.ok() && b.ok() && *a == *b;
}

}  // namespace

PodSpec read_pod_spec(const kube::Object& pod) {
    const Json& spec = object_at(pod.json(), {"spec"});
    PodSpec result;
    result.ns = pod.ns();
    result.name = pod.name();
    result.uid = pod.uid();
    result.restart_policy = restart_policy_of(spec);
    for (const Json& container : array_at(spec, {"initContainers"})) {
        result.containers.push_back(read_container(container, true));
    }
    for (const Json& container : array_at(spec, {"containers"})) {
        result.containers.push_back(read_container(container, false));
    }
    result.grace = seconds_at(spec, "terminationGracePeriodSeconds", 30);
    if (const auto deadline = find_int(spec, {"activeDeadlineSeconds"})) {
        result.active_deadline = std::chrono::seconds(*deadline);
    }
    for (const Json& gate : array_at(spec, {"readinessGates"})) {
        result.readiness_gates.push_back(string_at(gate, {"conditionType"}));
    }
    result.qos_class = qos_class_of(spec);
    return result;
}

std::string qos_class_of(const Json& spec) {
    bool any = false;
    bool guaranteed = true;
    for (const char* list : {"initContainers", "containers"}) {
        for (const Json& container : array_at(spec, {list})) {
            for (const char* resource : {"cpu", "memory"}) {
                const Json* limit = find(container, {"resources", "limits", resource});
                const Json* request = find(container, {"resources", "requests", resource});
                any = any || limit != nullptr || request != nullptr;
                guaranteed = guaranteed && limit != nullptr &&
                             (request == nullptr || same_quantity(*limit, *request));
            }
        }
    }
    return !any ? "BestEffort" : guaranteed ? "Guaranteed" : "Burstable";
}

}  // namespace bestgres::fakekube::node
