// How to reach an API server and who to be there: read from a kubeconfig or from a pod's service
// account. Every failure is one line that names the file, the context and the problem.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "lib/base/result.hpp"
#include "lib/http/tls.hpp"
#include "lib/http/url.hpp"

namespace bestgres::kube_client {

struct Access {
    http::Origin server = {};
    std::string path_prefix = {};  // of a server behind a path; without the final slash
    http::TlsClientOptions tls = {};
    std::string token = {};
    std::string token_file = {};  // read again at least every minute; wins over `token`
    std::string username = {};    // basic authentication
    std::string password = {};
    std::string ns = "default";
    std::string source = {};  // "context kind of /root/.kube/config": for messages
};

// Files named in a kubeconfig are relative to it. An empty context is the current one. `paths` is
// what KUBECONFIG holds: several files are merged, the first to say something wins.
Result<Access> load_kubeconfig(const std::string& paths, const std::string& context);

// The service account of this pod.
struct InCluster {
    std::string host;  // KUBERNETES_SERVICE_HOST
    std::string port;  // KUBERNETES_SERVICE_PORT
    std::string directory = "/var/run/secrets/kubernetes.io/serviceaccount";
};
Result<Access> load_in_cluster(const InCluster& pod);

struct AccessQuery {
    std::string kubeconfig = {};  // of a flag; wins over everything
    std::string context = {};
    std::map<std::string, std::string> environment = {};  // KUBERNETES_SERVICE_*, KUBECONFIG, HOME
};
// The flag, else the pod's service account, else KUBECONFIG, else ~/.kube/config.
Result<Access> find_access(const AccessQuery& query);
// The variables that find_access reads, from this process.
std::map<std::string, std::string> access_environment();

}  // namespace bestgres::kube_client
