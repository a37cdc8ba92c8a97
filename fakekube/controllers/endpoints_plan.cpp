#include "fakekube/controllers/endpoints_plan.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "fakekube/controllers/objects.hpp"

namespace bestgres::fakekube::controllers {
namespace {

constexpr std::size_t addresses_a_slice = 100;

std::string address_of(const kube::Object& pod) {
    return string_at(pod.json(), {"status", "podIP"});
}

bool publishes_all(const kube::Object& service) {
    return find_bool(service.json(), {"spec", "publishNotReadyAddresses"}).value_or(false);
}

std::vector<kube::Object> selected_pods(const ServiceView& view) {
    std::vector<kube::Object> selected;
    const Json& selector = object_at(view.service.json(), {"spec", "selector"});
    for (const kube::Object& pod : view.pods) {
        if (labels_include(selector, pod) && !address_of(pod).empty() && !is_finished(pod)) {
            selected.push_back(pod);
        }
    }
    return selected;
}

std::optional<std::int64_t> named_port(const kube::Object& pod, const std::string& name,
                                       const std::string& protocol) {
    for (const char* list : {"containers", "initContainers"}) {
        for (const Json& container : array_at(pod.json(), {"spec", list})) {
            if (list[0] == 'i' && string_at(container, {"restartPolicy"}) != "Always") {
                continue;
            }
            for (const Json& port : array_at(container, {"ports"})) {
                if (string_at(port, {"name"}) == name &&
                    string_at(port, {"protocol"}, "TCP") == protocol) {
                    return find_int(port, {"containerPort"});
                }
            }
        }
    }
    return std::nullopt;
}

std::optional<std::int64_t> target_port(const kube::Object& pod, const Json& service_port) {
    const Json* target = find(service_port, {"targetPort"});
    if (target == nullptr || *target == 0 || *target == "") {
        return find_int(service_port, {"port"});
    }
    if (target->is_string()) {
        return named_port(pod, target->get<std::string>(),
                          string_at(service_port, {"protocol"}, "TCP"));
    }
    return find_int(service_port, {"targetPort"});
}

Json endpoint_port(const Json& service_port, std::int64_t number) {
    Json port = {{"port", number}, {"protocol", string_at(service_port, {"protocol"}, "TCP")}};
    for (const char* key : {"name", "appProtocol"}) {
        if (const std::string text = string_at(service_port, {key}); !text.empty()) {
            port[key] = text;
        }
    }
    return port;
}

// The ports of one pod, in the order of the Service's. A port whose name the pod lacks is left out.
Json ports_of(const kube::Object& service, const kube::Object& pod) {
    Json ports = Json::array();
    for (const Json& service_port : array_at(service.json(), {"spec", "ports"})) {
        if (const auto number = target_port(pod, service_port)) {
            ports.push_back(endpoint_port(service_port, *number));
        }
    }
    return ports;
}

Json target_reference(const kube::Object& pod) {
    return {{"kind", "Pod"}, {"namespace", pod.ns()}, {"name", pod.name()}, {"uid", pod.uid()}};
}

void add_host(Json& entry, const kube::Object& service, const kube::Object& pod) {
    if (const std::string node = string_at(pod.json(), {"spec", "nodeName"}); !node.empty()) {
        entry["nodeName"] = node;
    }
    const std::string hostname = string_at(pod.json(), {"spec", "hostname"});
    if (!hostname.empty() && string_at(pod.json(), {"spec", "subdomain"}) == service.name()) {
        entry["hostname"] = hostname;
    }
}

Json subset_address(const kube::Object& service, const kube::Object& pod) {
    Json address = {{"ip", address_of(pod)}, {"targetRef", target_reference(pod)}};
    address["targetRef"]["resourceVersion"] = pod.resource_version();
    add_host(address, service, pod);
    return address;
}

// Dotted addresses in the order of their bytes.
std::vector<int> address_order(const std::string& ip) {
    std::vector<int> order;
    int part = 0;
    for (const char letter : ip) {
        if (letter < '0' || letter > '9') {
            order.push_back(part);
            part = letter == '.' ? 0 : part + letter;
            continue;
        }
        part = part * 10 + (letter - '0');
    }
    order.push_back(part);
    return order;
}

bool by_address(const kube::Object& left, const kube::Object& right) {
    const auto a = address_order(address_of(left));
    const auto b = address_order(address_of(right));
    return a != b ? a < b : left.uid() < right.uid();
}

std::vector<kube::Object> in_address_order(std::vector<kube::Object> pods) {
    std::stable_sort(pods.begin(), pods.end(), by_address);
    return pods;
}

std::string zone_of(const ServiceView& view, const kube::Object& pod) {
    const std::string name = string_at(pod.json(), {"spec", "nodeName"});
    for (const kube::Object& node : view.nodes) {
        if (node.name() == name) {
            return std::string(node.label("topology.kubernetes.io/zone"));
        }
    }
    return "";
}

Json slice_endpoint(const ServiceView& view, const kube::Object& pod) {
    const bool serving = is_ready(pod);
    const bool terminating = pod.being_deleted();
    Json entry = {{"addresses", Json::array({address_of(pod)})},
                  {"conditions",
                   {{"ready", publishes_all(view.service) || (serving && !terminating)},
                    {"serving", serving},
                    {"terminating", terminating}}},
                  {"targetRef", target_reference(pod)}};
    add_host(entry, view.service, pod);
    if (const std::string zone = zone_of(view, pod); !zone.empty()) {
        entry["zone"] = zone;
    }
    return entry;
}

// Every slice has a name for each port, "" where the Service gives none.
Json slice_ports(Json ports) {
    for (Json& port : ports) {
        if (!port.contains("name")) {
            port["name"] = "";
        }
    }
    return ports;
}

Json slice(const std::string& any_address, const Json& endpoints, const Json& ports) {
    const bool six = any_address.find(':') != std::string::npos;
    return {{"addressType", six ? "IPv6" : "IPv4"},
            {"endpoints", endpoints},
            {"ports", slice_ports(ports)}};
}

}  // namespace

bool has_selector(const kube::Object& service) {
    return !object_at(service.json(), {"spec", "selector"}).empty() &&
           string_at(service.json(), {"spec", "type"}) != "ExternalName";
}

bool is_headless(const kube::Object& service) {
    return string_at(service.json(), {"spec", "clusterIP"}) == "None";
}

Json endpoint_subsets(const ServiceView& view) {
    struct Addresses {
        Json ready = Json::array();
        Json other = Json::array();
    };
    const bool all = publishes_all(view.service);
    // Ports with the same addresses share a subset, as RepackSubsets arranges it.
    std::map<std::string, std::pair<Json, Addresses>> by_port;
    for (const kube::Object& pod : in_address_order(selected_pods(view))) {
        if (pod.being_deleted() && !all) {
            continue;
        }
        Json ports = ports_of(view.service, pod);
        if (ports.empty() && is_headless(view.service) &&
            array_at(view.service.json(), {"spec", "ports"}).empty()) {
            ports.push_back(nullptr);  // headless Services need no port
        }
        for (const Json& port : ports) {
            auto& [known_port, addresses] = by_port[dump(port)];
            known_port = port;
            Json& list = all || is_ready(pod) ? addresses.ready : addresses.other;
            list.push_back(subset_address(view.service, pod));
        }
    }
    std::map<std::string, Json> subsets;
    for (const auto& [text, entry] : by_port) {
        const auto& [port, addresses] = entry;
        Json& subset = subsets[dump(addresses.ready) + dump(addresses.other)];
        if (!addresses.ready.empty()) {
            subset["addresses"] = addresses.ready;
        }
        if (!addresses.other.empty()) {
            subset["notReadyAddresses"] = addresses.other;
        }
        if (!port.is_null()) {
            subset["ports"].push_back(port);
        }
    }
    Json list = Json::array();
    for (auto& [text, subset] : subsets) {
        list.push_back(std::move(subset));
    }
    return list;
}

std::vector<Json> endpoint_slices(const ServiceView& view) {
    std::map<std::string, std::vector<Json>> groups;  // by the text of their ports
    std::string any_address;
    for (const kube::Object& pod : in_address_order(selected_pods(view))) {
        any_address = address_of(pod);
        groups[dump(ports_of(view.service, pod))].push_back(slice_endpoint(view, pod));
    }
    std::vector<Json> slices;
    for (const auto& [ports, endpoints] : groups) {
        for (std::size_t from = 0; from < endpoints.size(); from += addresses_a_slice) {
            const std::size_t to = std::min(from + addresses_a_slice, endpoints.size());
            Json page = Json::array();
            for (std::size_t at = from; at < to; ++at) {
                page.push_back(endpoints[at]);
            }
            slices.push_back(slice(any_address, page, *parse_json(ports)));
        }
    }
    if (slices.empty()) {
        slices.push_back(slice("", Json::array(), Json::array()));
    }
    return slices;
}

Json without_versions(Json subsets) {
    for (Json& subset : subsets) {
        for (const char* list : {"addresses", "notReadyAddresses"}) {
            if (!subset.contains(list)) {
                continue;
            }
            for (Json& address : subset[list]) {
                if (address.contains("targetRef")) {
                    address["targetRef"].erase("resourceVersion");
                }
            }
        }
    }
    return subsets;
}

std::vector<Json> mirrored_slices(const kube::Object& endpoints) {
    std::vector<Json> slices;
    for (const Json& subset : array_at(endpoints.json(), {"subsets"})) {
        Json entries = Json::array();
        std::string any_address;
        for (const char* list : {"addresses", "notReadyAddresses"}) {
            for (const Json& address : array_at(subset, {list})) {
                any_address = string_at(address, {"ip"});
                Json entry = {{"addresses", Json::array({any_address})},
                              {"conditions", {{"ready", list[0] == 'a'}}}};
                for (const char* key : {"hostname", "nodeName", "targetRef"}) {
                    if (const Json* value = find(address, {key}); value != nullptr) {
                        entry[key] = *value;
                    }
                }
                entries.push_back(std::move(entry));
            }
        }
        slices.push_back(slice(any_address, entries, array_at(subset, {"ports"})));
    }
    return slices;
}

}  // namespace bestgres::fakekube::controllers
