#include "fakekube/server/serve_options.hpp"

#include <functional>
#include <map>

namespace bestgres::fakekube {
namespace {

using Setter = std::function<Result<Done>(std::string)>;

Setter text_setter(std::string& target) {
    return [&target](std::string value) -> Result<Done> {
        target = std::move(value);
        return Done{};
    };
}

}  // namespace

std::string_view serve_usage() {
    return "usage: fakekube serve [options]\n"
           "  --listen ADDR:PORT            where to serve HTTPS (127.0.0.1:6443; port 0: any)\n"
           "  --state-dir DIR               keep the state there; without it nothing is kept\n"
           "  --kubeconfig FILE             write the administrator's kubeconfig there\n"
           "  --token-file CSV              further identities: token,user,uid,\"group1,group2\"\n"
           "  --audit FILE                  write every distinct authorisation decision there\n"
           "  --service-cidr CIDR           of cluster addresses (10.96.0.0/16)\n"
           "  --kubernetes-version V        what /version says (v1.32.0)\n"
           "  --no-controllers              serve the API alone\n"
           "  --allow-loopback-endpoints    accept 127.0.0.0/8 in Endpoints\n";
}

Result<ServeOptions> parse_serve_options(const std::vector<std::string>& arguments) {
    ServeOptions options;
    const std::map<std::string, Setter> values{
        {"--listen",
         [&options](const std::string& value) -> Result<Done> {
             Result<http::Listen> listen = http::parse_listen(value);
             BG_TRY(listen);
             options.listen = *std::move(listen);
             return Done{};
         }},
        {"--state-dir", text_setter(options.state_dir)},
        {"--kubeconfig", text_setter(options.kubeconfig)},
        {"--token-file", text_setter(options.token_file)},
        {"--audit", text_setter(options.audit_file)},
        {"--service-cidr", text_setter(options.service_cidr)},
        {"--kubernetes-version", text_setter(options.kubernetes_version)},
    };
    const std::map<std::string, std::function<void()>> switches{
        {"--no-controllers", [&options] { options.controllers = false; }},
        {"--allow-loopback-endpoints", [&options] { options.allow_loopback_endpoints = true; }},
        {"--help", [&options] { options.help = true; }},
    };
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::size_t equals = arguments[i].find('=');
        const std::string name = arguments[i].substr(0, equals);
        if (const auto found = switches.find(name); found != switches.end()) {
            found->second();
            continue;
        }
        const auto found = values.find(name);
        if (found == values.end()) {
            return Error{"unknown option " + name};
        }
        if (equals == std::string::npos && i + 1 == arguments.size()) {
            return Error{name + " needs a value"};
        }
        std::string value =
            equals == std::string::npos ? arguments[++i] : arguments[i].substr(equals + 1);
        if (Result<Done> set = found->second(std::move(value)); !set.ok()) {
            return std::move(set).error().within(name);
        }
    }
    return options;
}

}  // namespace bestgres::fakekube
