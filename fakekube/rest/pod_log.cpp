#include "fakekube/rest/pod_log.hpp"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "fakekube/registry.hpp"
#include "fakekube/rest/encode.hpp"
#include "lib/base/encoding.hpp"

namespace bestgres::fakekube {
namespace {

constexpr std::uint16_t kubelet_port = 10250;

std::vector<std::string> names_of(const kube::Object& pod, std::string_view list) {
    std::vector<std::string> names;
    for (const Json& container : array_at(pod.json(), {"spec", list})) {
        names.push_back(string_at(container, {"name"}));
    }
    return names;
}

bool has_container(const kube::Object& pod, std::string_view name) {
    for (const char* list : {"containers", "initContainers", "ephemeralContainers"}) {
        for (const std::string& each : names_of(pod, list)) {
            if (each == name) {
                return true;
            }
        }
    }
    return false;
}

// The container that is meant; the only one may be left out.
Outcome<std::string> container_of(const kube::Object& pod, const std::string& asked) {
    const std::vector<std::string> names = names_of(pod, "containers");
    if (asked.empty()) {
        if (names.size() == 1) {
            return names.front();
        }
        const std::vector<std::string> init = names_of(pod, "initContainers");
        std::string choice =
            fmt::format("a container name must be specified for pod {}, choose one of: [{}]",
                        pod.name(), fmt::join(names, " "));
        if (!init.empty()) {
            choice += fmt::format(" or one of the init containers: [{}]", fmt::join(init, " "));
        }
        return bad_request(std::move(choice));
    }
    if (!has_container(pod, asked)) {
        return bad_request(fmt::format("container {} is not valid for pod {}", asked, pod.name()));
    }
    return asked;
}

FieldErrors check_log_options(const Query& query) {
    FieldErrors errors;
    const auto check = [&](const std::string& name, std::int64_t least, const char* rule) {
        const std::string text = first(query, name);
        std::int64_t value = 0;
        const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (!text.empty() && failure == std::errc() && value < least) {
            errors.push_back(invalid(name, value, rule));
        }
    };
    check("tailLines", 0, "must be greater than or equal to 0");
    check("limitBytes", 1, "must be greater than 0");
    check("sinceSeconds", 1, "must be greater than 0");
    return errors;
}

// Where the kubelet of a node listens; absent if the node is not known.
std::optional<std::pair<std::string, std::uint16_t>> kubelet_of(const ServerState& state,
                                                                std::string_view node) {
    const kube::Object* found = find_stored(state, "nodes.", "", node);
    if (found == nullptr) {
        return std::nullopt;
    }
    std::string address;
    for (const Json& entry : array_at(found->json(), {"status", "addresses"})) {
        if (string_at(entry, {"type"}) == "InternalIP") {
            address = string_at(entry, {"address"});
        }
    }
    const std::int64_t port =
        find_int(found->json(), {"status", "daemonEndpoints", "kubeletEndpoint", "Port"})
            .value_or(kubelet_port);
    return std::pair(address, static_cast<std::uint16_t>(port));
}

}  // namespace

Outcome<Response> handle_pod_connection(const ServerState& state, const Exchange& exchange) {
    const Route& route = exchange.route;
    const bool is_log = route.subresource == "log";
    if (is_log && route.verb != "get") {
        return method_not_allowed();
    }
    const ResourcePtr pods = find_resource(state, "", "v1", "pods");
    if (is_log) {
        const FieldErrors errors = check_log_options(exchange.query);
        if (!errors.empty()) {
            return invalid("", "PodLogOptions", route.name, errors);
        }
    }
    const Outcome<kube::Object> pod =
        get_object(state, *pods, {.ns = route.ns, .name = route.name});
    if (!pod.ok()) {
        return pod.error();
    }
    if (route.subresource == "proxy" && pod->text_at({"status", "podIP"}).empty()) {
        return bad_request("address not allowed");
    }
    const Outcome<std::string> container = container_of(*pod, first(exchange.query, "container"));
    if (!container.ok()) {
        return container.error();
    }
    const std::string node(pod->text_at({"spec", "nodeName"}));
    if (node.empty()) {
        if (is_log) {
            return Response{.status = 204, .headers = {}, .body = {}, .watch = {}, .proxy = {}};
        }
        return bad_request(fmt::format("pod {} does not have a host assigned", route.name));
    }
    const auto kubelet = kubelet_of(state, node);
    if (!kubelet) {
        return not_found(*pods, node);
    }
    if (!is_log) {
        return Status{.code = 501,
                      .reason = "NotImplemented",
                      .message = "exec, attach and port-forward are not served here"};
    }
    Response response{.status = 200,
                      .headers = {{"Content-Type", "text/plain"}},
                      .body = {},
                      .watch = {},
                      .proxy = {}};
    response.proxy =
        NodeProxy{.node = node,
                  .address = kubelet->first,
                  .port = kubelet->second,
                  .path = fmt::format("/containerLogs/{}/{}/{}?{}", encode_percent(route.ns),
                                      encode_percent(route.name), encode_percent(*container),
                                      exchange.request.query)};
    return response;
}

}  // namespace bestgres::fakekube
