// The command line of `fakekube serve`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.hpp"
#include "lib/http/url.hpp"

namespace bestgres::fakekube {

struct ServeOptions {
    http::Listen listen{.address = "127.0.0.1", .port = 6443};
    std::string state_dir = {};   // empty: nothing is kept
    std::string kubeconfig = {};  // where the administrator's is written
    std::string token_file = {};
    std::string audit_file = {};
    std::string service_cidr = "10.96.0.0/16";
    std::string kubernetes_version = "v1.32.0";
    bool controllers = true;
    bool allow_loopback_endpoints = false;
    bool help = false;

    bool operator==(const ServeOptions&) const = default;
};

Result<ServeOptions> parse_serve_options(const std::vector<std::string>& arguments);
std::string_view serve_usage();

}  // namespace bestgres::fakekube
