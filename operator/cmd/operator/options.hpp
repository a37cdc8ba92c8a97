// What the operator is told by its command line and environment.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "lib/base/log.hpp"
#include "lib/base/result.hpp"

namespace bestgres::cmd {

struct OperatorOptions {
    bool help = false;
    bool release = false;         // let go of everything, then end
    std::string kubeconfig;       // empty: the pod's service account, else KUBECONFIG
    std::string watch_namespace;  // empty: the namespace of the credentials
    std::string operator_image;
    std::string identity;
    std::string address;  // where health and metrics listen
    std::uint16_t health_port = 8081;
    std::uint16_t metrics_port = 8080;
    LogLevel log_level = LogLevel::info;
    std::string record_directory;  // empty: nothing is recorded
    std::uint64_t record_limit_bytes = 64 << 20;
};

extern const std::string_view operator_usage;

// Flags win over the environment: WATCH_NAMESPACE, OPERATOR_IMAGE, POD_NAME, POD_IP.
Result<OperatorOptions> parse_operator_options(
    const std::vector<std::string>& arguments,
    const std::map<std::string, std::string>& environment);

}  // namespace bestgres::cmd
