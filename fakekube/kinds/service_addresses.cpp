#include "fakekube/kinds/service_addresses.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "fakekube/kinds/checks.hpp"
#include "fakekube/kinds/go_text.hpp"

namespace bestgres::fakekube {
namespace {

constexpr std::int64_t first_node_port = 30000;
constexpr std::int64_t last_node_port = 32767;

struct Range {
    std::uint32_t base = 0;
    std::uint32_t size = 0;
};

std::uint32_t parse_ipv4(std::string_view text) {
    std::uint32_t value = 0;
    std::uint32_t part = 0;
    for (const char byte : text) {
        if (byte == '.') {
            value = value * 256 + part;
            part = 0;
        } else {
            part = part * 10 + static_cast<std::uint32_t>(byte - '0');
        }
    }
    return value * 256 + part;
}

std::string format_ipv4(std::uint32_t address) {
    return fmt::format("{}.{}.{}.{}", address >> 24, (address >> 16) & 255, (address >> 8) & 255,
                       address & 255);
}

// Empty for anything but an IPv4 range.
Range parse_range(std::string_view cidr) {
    const std::size_t slash = cidr.find('/');
    if (!is_cidr(cidr) || !is_ipv4(cidr.substr(0, slash))) {
        return {};
    }
    const int bits = std::stoi(std::string(cidr.substr(slash + 1)));
    const std::uint32_t size = bits == 0 ? 0xffffffffU : 1U << (32 - bits);
    return {.base = parse_ipv4(cidr.substr(0, slash)) & ~(size - 1), .size = size};
}

// A number of the service, so that neighbours in time are no neighbours in addresses and a released
// address is not given at once to another service.
std::uint64_t spread_of(const Json& service) {
    return hash_json(
        {string_at(service, {"metadata", "namespace"}), string_at(service, {"metadata", "name"})});
}

// The lower part of the range is for addresses that people choose.
std::optional<std::string> free_address(const Range& range, const std::set<std::string>& taken,
                                        std::uint64_t spread) {
    if (range.size < 8) {
        return std::nullopt;
    }
    const std::uint32_t band =
        std::min(std::min(std::max<std::uint32_t>(16, range.size / 16), 256U), range.size / 2);
    const std::uint32_t last = range.size - 1;
    const auto start = static_cast<std::uint32_t>(band + spread % (last - band));
    for (const auto& [from, to] :
         {std::pair{start, last}, std::pair{band, start}, std::pair{2U, band}}) {
        for (std::uint32_t offset = from; offset < to; ++offset) {
            std::string address = format_ipv4(range.base + offset);
            if (!taken.contains(address)) {
                return address;
            }
        }
    }
    return std::nullopt;
}

FieldError refused_address(const std::string& address, const std::string& why) {
    return invalid("spec.clusterIPs", verbatim(fmt::format("[]string{{{}}}", go_quote(address))),
                   fmt::format("failed to allocate IP {}: {}", address, why));
}

FieldErrors allocate_cluster_ip(Json& spec, const TakenAddresses& taken, std::string_view cidr,
                                std::uint64_t spread) {
    const Range range = parse_range(cidr);
    const std::string wanted = text_of(spec, "clusterIP");
    if (wanted.empty()) {
        const auto address =
            range.size == 0 ? std::nullopt : free_address(range, taken.cluster_ips, spread);
        if (!address) {
            return {FieldError{FieldErrorType::internal, "spec.clusterIPs", nullptr,
                               "failed to allocate a serviceIP: range is full"}};
        }
        spec["clusterIP"] = *address;
        spec["clusterIPs"] = Json::array({*address});
        return {};
    }
    const bool in_range = is_ipv4(wanted) && parse_ipv4(wanted) - range.base < range.size;
    if (!in_range) {
        return {refused_address(
            wanted, fmt::format("the provided IP ({}) is not in the valid range. The range of "
                                "valid IPs is {}",
                                wanted, cidr))};
    }
    if (taken.cluster_ips.contains(wanted)) {
        return {refused_address(wanted, "provided IP is already allocated")};
    }
    return {};
}

FieldErrors check_node_port(std::int64_t port, const TakenAddresses& taken,
                            const std::string& path) {
    if (port < first_node_port || port > last_node_port) {
        return {invalid(path, port,
                        "provided port is not in the valid range. The range of valid ports is "
                        "30000-32767")};
    }
    if (taken.node_ports.contains(port)) {
        return {invalid(path, port, "provided port is already allocated")};
    }
    return {};
}

FieldErrors allocate_node_ports(Json& spec, const Json& before, TakenAddresses taken,
                                std::uint64_t spread) {
    FieldErrors errors;
    if (!spec.contains("ports")) {
        return errors;
    }
    TakenAddresses own;
    own.add(before);
    std::size_t index = 0;
    for (Json& port : spec["ports"]) {
        const std::string path = at_index("spec.ports", index++) + ".nodePort";
        const std::int64_t wanted = find_int(port, {"nodePort"}).value_or(0);
        if (wanted != 0 && !own.node_ports.contains(wanted)) {
            append(errors, check_node_port(wanted, taken, path));
        }
        if (wanted != 0) {
            taken.node_ports.insert(wanted);
        }
    }
    taken.node_ports.insert(own.node_ports.begin(), own.node_ports.end());
    for (Json& port : spec["ports"]) {
        if (find_int(port, {"nodePort"}).value_or(0) != 0) {
            continue;
        }
        constexpr std::int64_t ports = last_node_port - first_node_port + 1;
        std::int64_t offset = static_cast<std::int64_t>(spread % ports);
        for (std::int64_t tries = 0;
             tries < ports && taken.node_ports.contains(first_node_port + offset); ++tries) {
            offset = (offset + 1) % ports;
        }
        const std::int64_t candidate = first_node_port + offset;
        port["nodePort"] = candidate;
        taken.node_ports.insert(candidate);
    }
    return errors;
}

}  // namespace

void TakenAddresses::add(const Json& service) {
    const std::string address = string_at(service, {"spec", "clusterIP"});
    if (!address.empty() && address != "None") {
        cluster_ips.insert(address);
    }
    for (const Json& port : array_at(service, {"spec", "ports"})) {
        const std::int64_t node_port = find_int(port, {"nodePort"}).value_or(0);
        if (node_port != 0) {
            node_ports.insert(node_port);
        }
    }
}

void TakenAddresses::remove(const Json& service) {
    TakenAddresses own;
    own.add(service);
    for (const std::string& address : own.cluster_ips) {
        cluster_ips.erase(address);
    }
    for (const std::int64_t port : own.node_ports) {
        node_ports.erase(port);
    }
}

bool needs_addresses(const Json& service, const Json& before) {
    const std::string type = string_at(service, {"spec", "type"});
    const std::string address = string_at(service, {"spec", "clusterIP"});
    const bool keeps = !address.empty() && address == string_at(before, {"spec", "clusterIP"});
    return type == "NodePort" || type == "LoadBalancer" ||
           (type != "ExternalName" && address != "None" && !keeps);
}

FieldErrors allocate_addresses(Json& service, const Json& before, const TakenAddresses& taken,
                               std::string_view cidr) {
    Json& spec = service["spec"];
    const std::string type = text_of(spec, "type");
    const std::string address = text_of(spec, "clusterIP");
    const std::uint64_t spread = spread_of(service);
    FieldErrors errors;
    const bool keeps = !address.empty() && address == string_at(before, {"spec", "clusterIP"});
    if (type != "ExternalName" && address != "None" && !keeps) {
        append(errors, allocate_cluster_ip(spec, taken, cidr, spread));
    }
    if (errors.empty() && (type == "NodePort" || type == "LoadBalancer")) {
        append(errors, allocate_node_ports(spec, before, taken, spread));
    }
    return errors;
}

}  // namespace bestgres::fakekube
