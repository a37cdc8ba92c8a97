#include "operator/cmd/operator/options.hpp"

#include "lib/base/command_line.hpp"
#include "lib/kube/quantity.hpp"

namespace bestgres::cmd {
namespace {

std::string value_or(const std::map<std::string, std::string>& environment, const char* name,
                     const char* fallback) {
    const auto found = environment.find(name);
    return found == environment.end() || found->second.empty() ? fallback : found->second;
}

// "64Mi", as Kubernetes writes sizes.
FlagSetter bytes_into(std::uint64_t& target) {
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

}  // namespace

const std::string_view operator_usage =
    "usage: bestgres-operator [options]\n"
    "       bestgres-operator --release [options]\n"
    "\n"
    "Watches the BGClusters of one namespace and keeps them, until SIGTERM. Several may run: one\n"
    "leads, the others stand by. Logs are JSON lines on standard error. Where the namespace is "
    "being\n"
    "deleted, it ends by letting go of everything.\n"
    "\n"
    "With --release it lets go instead, before the operator is removed for good: it takes the "
    "lease\n"
    "from whoever leads, waits until that one acts no more, takes our finalizers away from all\n"
    "resources of the namespace, and ends. Clusters run on.\n"
    "\n"
    "  --kubeconfig FILE     how to reach the API server (default: the pod's service account,\n"
    "                        else $KUBECONFIG, ~/.kube/config)\n"
    "  --namespace NAME      to watch (default: $WATCH_NAMESPACE, else that of the credentials)\n"
    "  --operator-image REF  brings bestgres-agent into the pods (default: $OPERATOR_IMAGE)\n"
    "  --identity NAME       in leader election (default: $POD_NAME, else host and process)\n"
    "  --address ADDRESS     for health and metrics (default: $POD_IP, else 0.0.0.0)\n"
    "  --health-port PORT    /healthz and /readyz (default: 8081)\n"
    "  --metrics-port PORT   /metrics (default: 8080)\n"
    "  --log-level LEVEL     debug, info, warn or error (default: info)\n"
    "  --record DIR          records every event there, without secrets, for `bestgres replay`\n"
    "  --record-limit SIZE   what the current recording and the one before it may take together\n"
    "                        (default: 64Mi)\n";

Result<OperatorOptions> parse_operator_options(
    const std::vector<std::string>& arguments,
    const std::map<std::string, std::string>& environment) {
    OperatorOptions options;
    options.watch_namespace = value_or(environment, "WATCH_NAMESPACE", "");
    options.operator_image = value_or(environment, "OPERATOR_IMAGE", "");
    options.identity = value_or(environment, "POD_NAME", "");
    options.address = value_or(environment, "POD_IP", "0.0.0.0");
    const Result<CommandLine> line = parse_command_line(
        arguments, {.values = {{"--kubeconfig", into(options.kubeconfig)},
                               {"--namespace", into(options.watch_namespace)},
                               {"--operator-image", into(options.operator_image)},
                               {"--identity", into(options.identity)},
                               {"--address", into(options.address)},
                               {"--health-port", into(options.health_port)},
                               {"--metrics-port", into(options.metrics_port)},
                               {"--log-level", into(options.log_level)},
                               {"--record", into(options.record_directory)},
                               {"--record-limit", bytes_into(options.record_limit_bytes)}},
                    .switches = {{"--release", &options.release}}});
    BG_TRY(line);
    if (!line->words.empty()) {
        return Error{"\"" + line->words.front() + "\" is no flag"};
    }
    options.help = line->help;
    return options;
}

}  // namespace bestgres::cmd
