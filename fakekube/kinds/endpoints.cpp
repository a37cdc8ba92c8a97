#include "fakekube/kinds/checks.hpp"
#include "fakekube/kinds/rules.hpp"
#include "fakekube/kinds/tables/tables.hpp"

namespace bestgres::fakekube {
namespace {

// Addresses that no other node could reach.
FieldErrors check_not_special(const std::string& address, const std::string& path) {
    if (!ip_problems(address).empty()) {
        return {invalid(path, address, "must be a valid IP address")};
    }
    if (address == "0.0.0.0" || address == "::") {
        return {invalid(path, address, "may not be unspecified (" + address + ")")};
    }
    if (address.starts_with("127.") || address == "::1") {
        return {invalid(path, address, "may not be in the loopback range (127.0.0.0/8)")};
    }
    if (address.starts_with("169.254.") || address.starts_with("fe80:")) {
        return {invalid(path, address, "may not be in the link-local range (169.254.0.0/16)")};
    }
    return {};
}

FieldErrors check_address(const Json& address, bool allow_loopback, const std::string& path) {
    FieldErrors errors;
    const std::string ip = text_of(address, "ip");
    append(errors, invalid_each(path + ".ip", ip, ip_problems(ip)));
    const std::string hostname = text_of(address, "hostname");
    if (!hostname.empty()) {
        append(errors, invalid_each(path + ".hostname", hostname, dns_label_problems(hostname)));
    }
    if (!allow_loopback || !(ip.starts_with("127.") && is_ipv4(ip))) {
        append(errors, check_not_special(ip, path + ".ip"));
    }
    return errors;
}

FieldErrors check_subset(const Json& subset, bool allow_loopback, const std::string& path) {
    FieldErrors errors;
    const Json& ready = array_at(subset, {"addresses"});
    const Json& not_ready = array_at(subset, {"notReadyAddresses"});
    if (ready.empty() && not_ready.empty()) {
        errors.push_back(required(path, "must specify `addresses` or `notReadyAddresses`"));
    }
    for (std::size_t i = 0; i < ready.size(); ++i) {
        append(errors, check_address(ready[i], allow_loopback, at_index(path + ".addresses", i)));
    }
    for (std::size_t i = 0; i < not_ready.size(); ++i) {
        append(errors, check_address(not_ready[i], allow_loopback,
                                     at_index(path + ".notReadyAddresses", i)));
    }
    const Json& ports = array_at(subset, {"ports"});
    for (std::size_t i = 0; i < ports.size(); ++i) {
        const std::string place = at_index(path + ".ports", i);
        const std::string name = text_of(ports[i], "name");
        if (name.empty() && ports.size() > 1) {
            errors.push_back(required(place + ".name"));
        } else if (!name.empty()) {
            append(errors, invalid_each(place + ".name", name, dns_label_problems(name)));
        }
        append(errors, check_port(value_of(ports[i], "port"), place + ".port"));
        check_one_of(errors, text_of(ports[i], "protocol"), place + ".protocol",
                     {"SCTP", "TCP", "UDP"});
    }
    return errors;
}

template <bool allow_loopback>
FieldErrors validate_endpoints(const Json& object) {
    FieldErrors errors;
    const Json& subsets = array_at(object, {"subsets"});
    for (std::size_t i = 0; i < subsets.size(); ++i) {
        append(errors, check_subset(subsets[i], allow_loopback, at_index("subsets", i)));
    }
    return errors;
}

template <bool allow_loopback>
FieldErrors validate_slice(const Json& object) {
    FieldErrors errors;
    check_one_of(errors, text_of(object, "addressType"), "addressType", {"FQDN", "IPv4", "IPv6"});
    const Json& endpoints = array_at(object, {"endpoints"});
    for (std::size_t i = 0; i < endpoints.size(); ++i) {
        const std::string path = at_index("endpoints", i) + ".addresses";
        const Json& addresses = array_at(endpoints[i], {"addresses"});
        if (addresses.empty()) {
            errors.push_back(required(path, "must contain at least 1 address"));
        }
        for (std::size_t j = 0; j < addresses.size(); ++j) {
            const auto ip = addresses[j].get<std::string>();
            if (text_of(object, "addressType") != "FQDN" &&
                !(allow_loopback && ip.starts_with("127."))) {
                append(errors, check_not_special(ip, at_index(path, j)));
            }
        }
    }
    return errors;
}

template <bool allow_loopback>
FieldErrors validate_slice_update(const Json& now, const Json& before, std::string_view) {
    FieldErrors errors = validate_slice<allow_loopback>(now);
    append(errors, check_immutable(value_of(now, "addressType"), value_of(before, "addressType"),
                                   "addressType"));
    return errors;
}

}  // namespace

KindRules endpoints_rules() {
    return {.create_on_update = true,
            .validate_create = validate_endpoints<false>,
            .columns = endpoints_columns,
            .cells = endpoints_cells};
}

KindRules loopback_endpoints_rules() {
    KindRules rules = endpoints_rules();
    rules.validate_create = validate_endpoints<true>;
    return rules;
}

KindRules endpoint_slice_rules() {
    return {.manages_generation = true,
            .validate_create = validate_slice<false>,
            .validate_update = validate_slice_update<false>,
            .columns = endpoint_slice_columns,
            .cells = endpoint_slice_cells};
}

KindRules loopback_endpoint_slice_rules() {
    KindRules rules = endpoint_slice_rules();
    rules.validate_create = validate_slice<true>;
    rules.validate_update = validate_slice_update<true>;
    return rules;
}

}  // namespace bestgres::fakekube
