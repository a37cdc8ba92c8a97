#include "fakekube/server/serve_options.hpp"

#include "lib/base/command_line.hpp"

namespace bestgres::fakekube {
namespace {

FlagSetter listen_into(http::Listen& target) {
    return [&target](const std::string& value) -> Result<Done> {
        Result<http::Listen> listen = http::parse_listen(value);
        BG_TRY(listen);
        target = *std::move(listen);
        return Done{};
    };
}

}  // namespace

std::string_view serve_usage() {
    return "usage: fakekube serve [options]\n"
           "\n"
           "Serves the API of Kubernetes over HTTPS, with its controllers, until SIGTERM.\n"
           "\n"
           "  --listen ADDR:PORT          (default: 127.0.0.1:6443; port 0: any)\n"
           "  --state-dir DIR             keep the state there; without it nothing is kept\n"
           "  --kubeconfig FILE           write the administrator's kubeconfig there\n"
           "  --token-file CSV            further identities: token,user,uid,\"group1,group2\"\n"
           "  --audit FILE                write every distinct authorisation decision there\n"
           "  --service-cidr CIDR         of cluster addresses (default: 10.96.0.0/16)\n"
           "  --kubernetes-version V      what /version says (default: v1.32.0)\n"
           "  --no-controllers            serve the API alone\n"
           "  --allow-loopback-endpoints  accept 127.0.0.0/8 in Endpoints\n";
}

Result<ServeOptions> parse_serve_options(const std::vector<std::string>& arguments) {
    ServeOptions options;
    bool without_controllers = false;
    const Result<CommandLine> line = parse_command_line(
        arguments,
        {.values = {{"--listen", listen_into(options.listen)},
                    {"--state-dir", into(options.state_dir)},
                    {"--kubeconfig", into(options.kubeconfig)},
                    {"--token-file", into(options.token_file)},
                    {"--audit", into(options.audit_file)},
                    {"--service-cidr", into(options.service_cidr)},
                    {"--kubernetes-version", into(options.kubernetes_version)}},
         .switches = {{"--no-controllers", &without_controllers},
                      {"--allow-loopback-endpoints", &options.allow_loopback_endpoints}}});
    BG_TRY(line);
    if (!line->words.empty()) {
        return Error{"\"" + line->words.front() + "\" is no flag"};
    }
    options.controllers = !without_controllers;
    options.help = line->help;
    return options;
}

}  // namespace bestgres::fakekube
