#include "operator/cmd/operator/options.hpp"

#include <charconv>
#include <functional>

#include "lib/kube/quantity.hpp"

namespace bestgres::cmd {
namespace {

std::string value_or(const std::map<std::string, std::string>& environment, const char* name,
                     const char* fallback) {
    const auto found = environment.find(name);
    return found == environment.end() || found->second.empty() ? fallback : found->second;
}

Result<std::uint16_t> parse_port(const std::string& text) {
    std::uint16_t port = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, code] = std::from_chars(text.data(), end, port);
    if (text.empty() || code != std::errc() || stop != end) {
        return Error{"not a port: " + text};
    }
    return port;
}

using Setter = std::function<Result<Done>(const std::string&)>;

Setter into(std::string& target) {
    return [&target](const std::string& text) -> Result<Done> {
        target = text;
        return Done{};
    };
}

Setter into(std::uint16_t& target) {
    return [&target](const std::string& text) -> Result<Done> {
        const Result<std::uint16_t> port = parse_port(text);
        BG_TRY(port);
        target = *port;
        return Done{};
    };
}

// "64Mi", as Kubernetes writes sizes.
Setter bytes_into(std::uint64_t& target) {
    return [&target](const std::string& text) -> Result<Done> {
        const Result<kube::Quantity> size = kube::Quantity::parse(text);
        BG_TRY(size);
        if (*size < *kube::Quantity::parse("1Mi")) {
            return Error{"less than 1Mi: " + text};
        }
        target = static_cast<std::uint64_t>(size->bytes());
        return Done{};
    };
}

Setter into(LogLevel& target) {
    return [&target](const std::string& text) -> Result<Done> {
        const Result<LogLevel> level = parse_log_level(text);
        BG_TRY(level);
        target = *level;
        return Done{};
    };
}

}  // namespace

const std::string_view operator_usage =
    "usage: bestgres-operator [flags]\n"
    "  --kubeconfig FILE    instead of the pod's service account\n"
    "  --namespace NAME     to watch; env WATCH_NAMESPACE; default: that of the credentials\n"
    "  --operator-image REF brings bestgres-agent into the pods; env OPERATOR_IMAGE\n"
    "  --identity NAME      in leader election; env POD_NAME\n"
    "  --address ADDRESS    for health and metrics; env POD_IP; default 0.0.0.0\n"
    "  --health-port PORT   /healthz and /readyz (8081)\n"
    "  --metrics-port PORT  /metrics (8080)\n"
    "  --log-level LEVEL    debug, info, warn or error\n"
    "  --record DIR         records every event, without secrets, for `bestgres replay`\n"
    "  --record-limit SIZE  kept at most (64Mi): the current recording and the one before it\n";

Result<OperatorOptions> parse_operator_options(
    const std::vector<std::string>& arguments,
    const std::map<std::string, std::string>& environment) {
    OperatorOptions options;
    options.watch_namespace = value_or(environment, "WATCH_NAMESPACE", "");
    options.operator_image = value_or(environment, "OPERATOR_IMAGE", "");
    options.identity = value_or(environment, "POD_NAME", "");
    options.address = value_or(environment, "POD_IP", "0.0.0.0");
    const std::map<std::string, Setter> flags = {
        {"--kubeconfig", into(options.kubeconfig)},
        {"--namespace", into(options.watch_namespace)},
        {"--operator-image", into(options.operator_image)},
        {"--identity", into(options.identity)},
        {"--address", into(options.address)},
        {"--health-port", into(options.health_port)},
        {"--metrics-port", into(options.metrics_port)},
        {"--log-level", into(options.log_level)},
        {"--record", into(options.record_directory)},
        {"--record-limit", bytes_into(options.record_limit_bytes)},
    };
    for (std::size_t index = 0; index < arguments.size(); ++index) {
        std::string flag = arguments[index];
        if (flag == "--help" || flag == "-h") {
            options.help = true;
            return options;
        }
        const std::size_t equals = flag.find('=');
        std::string value;
        if (equals != std::string::npos) {
            value = flag.substr(equals + 1);
            flag.resize(equals);
        } else if (index + 1 < arguments.size()) {
            value = arguments[++index];
        }
        const auto found = flags.find(flag);
        if (found == flags.end()) {
            return Error{"unknown flag " + flag};
        }
        if (Result<Done> set = found->second(value); !set) {
            return Error(set.error()).within(flag);
        }
    }
    return options;
}

}  // namespace bestgres::cmd
