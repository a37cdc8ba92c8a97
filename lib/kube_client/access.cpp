#include "lib/kube_client/access.hpp"

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "lib/base/encoding.hpp"
#include "lib/base/yaml.hpp"

namespace bestgres::kube_client {
namespace {

Result<std::string> read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (!file.is_open() || file.bad()) {
        return Error{"cannot read " + path + ": " +
                     std::error_code(errno, std::generic_category()).message()};
    }
    return text;
}

std::string directory_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? "." : path.substr(0, slash);
}

// One `clusters`, `users` or `contexts` entry; `base` is where its file paths begin.
struct Entry {
    Json value;
    std::string base;
};

struct Config {
    std::string paths;
    std::string current_context;
    std::map<std::string, Entry> clusters = {};
    std::map<std::string, Entry> users = {};
    std::map<std::string, Entry> contexts = {};
};

void take_entries(const Json& list, std::string_view key, const std::string& base,
                  std::map<std::string, Entry>& entries) {
    for (const Json& item : list) {
        const std::string name = string_at(item, {"name"});
        entries.emplace(name, Entry{.value = object_at(item, {key}), .base = base});
    }
}

Result<Done> merge_file(const std::string& path, Config& config) {
    const Result<std::string> text = read_file(path);
    if (!text.ok()) {
        return Error{"kubeconfig: " + text.error().message};
    }
    const Result<Json> parsed = parse_yaml(*text);
    if (!parsed.ok()) {
        return Error{"kubeconfig " + path + ": " + parsed.error().message};
    }
    if (parsed->is_null()) {
        return Done{};
    }
    const std::string kind = string_at(*parsed, {"kind"}, "Config");
    if (!parsed->is_object() || kind != "Config") {
        return Error{"kubeconfig " + path + ": it is not a Config"};
    }
    for (const char* list : {"clusters", "users", "contexts"}) {
        const Json* found = find(*parsed, {list});
        if (found != nullptr && !found->is_null() && !found->is_array()) {
            return Error{"kubeconfig " + path + ": " + list + " is not a list"};
        }
    }
    const std::string base = directory_of(path);
    take_entries(array_at(*parsed, {"clusters"}), "cluster", base, config.clusters);
    take_entries(array_at(*parsed, {"users"}), "user", base, config.users);
    take_entries(array_at(*parsed, {"contexts"}), "context", base, config.contexts);
    if (config.current_context.empty()) {
        config.current_context = string_at(*parsed, {"current-context"});
    }
    return Done{};
}

std::string names_of(const std::map<std::string, Entry>& entries) {
    std::string text;
    for (const auto& [name, entry] : entries) {
        text += (text.empty() ? "" : ", ") + name;
    }
    return text.empty() ? "none" : text;
}

std::string absolute(const std::string& path, const std::string& base) {
    return path.starts_with('/') ? path : base + "/" + path;
}

// The text of KEY-data, decoded, or of the file that KEY names; empty where neither is given.
Result<std::string> data_or_file(const Entry& entry, const std::string& key) {
    if (const std::string data = string_at(entry.value, {key + "-data"}); !data.empty()) {
        Result<std::string> decoded = decode_base64(data);
        if (!decoded.ok()) {
            return Error{key + "-data is not base64"};
        }
        return decoded;
    }
    const std::string path = string_at(entry.value, {key});
    if (path.empty()) {
        return std::string();
    }
    Result<std::string> text = read_file(absolute(path, entry.base));
    if (!text.ok()) {
        return Error{key + ": " + text.error().message};
    }
    return text;
}

Result<Done> take_cluster(const Entry& cluster, Access& access) {
    const std::string server = string_at(cluster.value, {"server"});
    if (server.empty()) {
        return Error{"server is missing"};
    }
    if (!string_at(cluster.value, {"proxy-url"}).empty()) {
        return Error{"proxy-url is not supported"};
    }
    Result<http::Url> url = http::parse_url(server);
    if (!url.ok()) {
        return std::move(url).error().within("server");
    }
    access.server = url->origin;
    access.path_prefix = url->target;
    while (access.path_prefix.ends_with('/')) {
        access.path_prefix.pop_back();
    }
    access.tls.verify = !find_bool(cluster.value, {"insecure-skip-tls-verify"}).value_or(false);
    access.tls.server_name = string_at(cluster.value, {"tls-server-name"});
    Result<std::string> authorities = data_or_file(cluster, "certificate-authority");
    BG_TRY(authorities);
    access.tls.authorities = *std::move(authorities);
    return Done{};
}

Result<Done> take_user(const Entry& user, Access& access) {
    for (const char* unsupported : {"exec", "auth-provider"}) {
        if (find(user.value, {unsupported}) != nullptr) {
            return Error{std::string(unsupported) +
                         " credentials are not supported: use a token or a client certificate"};
        }
    }
    Result<std::string> certificate = data_or_file(user, "client-certificate");
    BG_TRY(certificate);
    Result<std::string> key = data_or_file(user, "client-key");
    BG_TRY(key);
    if (certificate->empty() != key->empty()) {
        return Error{certificate->empty() ? "client-key without client-certificate"
                                          : "client-certificate without client-key"};
    }
    if (!certificate->empty()) {
        access.tls.certificate =
            http::KeyPair{.certificate = *std::move(certificate), .key = *std::move(key)};
    }
    access.token = string_at(user.value, {"token"});
    if (const std::string file = string_at(user.value, {"tokenFile"}); !file.empty()) {
        access.token_file = absolute(file, user.base);
        BG_TRY(read_file(access.token_file));
    }
    access.username = string_at(user.value, {"username"});
    access.password = string_at(user.value, {"password"});
    return Done{};
}

Result<Access> access_of(const Config& config, const std::string& context_name) {
    const std::string file = "kubeconfig " + config.paths;
    if (context_name.empty()) {
        return Error{file + ": no current-context is set; contexts: " + names_of(config.contexts)};
    }
    const auto context = config.contexts.find(context_name);
    if (context == config.contexts.end()) {
        return Error{file + ": there is no context " + context_name +
                     "; contexts: " + names_of(config.contexts)};
    }
    Access access;
    access.source = "context " + context_name + " of " + config.paths;
    access.ns = string_at(context->second.value, {"namespace"}, "default");
    const std::string in_context = file + ", context " + context_name;
    const std::string cluster_name = string_at(context->second.value, {"cluster"});
    const auto cluster = config.clusters.find(cluster_name);
    if (cluster == config.clusters.end()) {
        return Error{in_context + ": there is no cluster \"" + cluster_name + "\""};
    }
    if (Result<Done> taken = take_cluster(cluster->second, access); !taken.ok()) {
        return std::move(taken).error().within(in_context + ", cluster " + cluster_name);
    }
    const std::string user_name = string_at(context->second.value, {"user"});
    const auto user = config.users.find(user_name);
    if (user == config.users.end()) {
        return user_name.empty() ? Result<Access>(access)
                                 : Error{in_context + ": there is no user \"" + user_name + "\""};
    }
    if (Result<Done> taken = take_user(user->second, access); !taken.ok()) {
        return std::move(taken).error().within(in_context + ", user " + user_name);
    }
    // Certificates that cannot be read are told now, not at the first call.
    if (access.server.tls) {
        auto context_of_tls = http::TlsContext::client(access.tls);
        if (!context_of_tls.ok()) {
            return std::move(context_of_tls).error().within(in_context);
        }
    }
    return access;
}

}  // namespace

Result<Access> load_kubeconfig(const std::string& paths, const std::string& context) {
    Config config{.paths = paths, .current_context = {}};
    std::size_t from = 0;
    while (from <= paths.size()) {
        const std::size_t end = std::min(paths.find(':', from), paths.size());
        if (end > from) {
            BG_TRY(merge_file(paths.substr(from, end - from), config));
        }
        from = end + 1;
    }
    return access_of(config, context.empty() ? config.current_context : context);
}

Result<Access> load_in_cluster(const InCluster& pod) {
    const std::string attempt = "service account of this pod";
    Access access;
    access.source = attempt + " in " + pod.directory;
    const bool is_v6 = pod.host.find(':') != std::string::npos;
    Result<http::Url> url =
        http::parse_url("https://" + (is_v6 ? "[" + pod.host + "]" : pod.host) + ":" + pod.port);
    if (!url.ok()) {
        return std::move(url).error().within(attempt + ": KUBERNETES_SERVICE_HOST and _PORT");
    }
    access.server = url->origin;
    Result<std::string> authorities = read_file(pod.directory + "/ca.crt");
    if (!authorities.ok()) {
        return std::move(authorities).error().within(attempt);
    }
    access.tls.authorities = *std::move(authorities);
    access.token_file = pod.directory + "/token";
    if (Result<std::string> token = read_file(access.token_file); !token.ok()) {
        return std::move(token).error().within(attempt);
    }
    if (const Result<std::string> ns = read_file(pod.directory + "/namespace"); ns.ok()) {
        access.ns = *ns;
    }
    return access;
}

Result<Access> find_access(const AccessQuery& query) {
    const auto variable = [&query](const char* name) {
        const auto found = query.environment.find(name);
        return found != query.environment.end() ? found->second : std::string();
    };
    if (!query.kubeconfig.empty()) {
        return load_kubeconfig(query.kubeconfig, query.context);
    }
    if (const std::string host = variable("KUBERNETES_SERVICE_HOST"); !host.empty()) {
        return load_in_cluster({.host = host, .port = variable("KUBERNETES_SERVICE_PORT")});
    }
    if (const std::string paths = variable("KUBECONFIG"); !paths.empty()) {
        return load_kubeconfig(paths, query.context);
    }
    const std::string usual = variable("HOME") + "/.kube/config";
    if (!std::ifstream(usual).is_open()) {
        return Error{"kubeconfig: there is none at " + usual +
                     ": name one with --kubeconfig or $KUBECONFIG"};
    }
    return load_kubeconfig(usual, query.context);
}

std::map<std::string, std::string> access_environment() {
    std::map<std::string, std::string> values;
    for (const char* name :
         {"KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT", "KUBECONFIG", "HOME"}) {
        if (const char* value = std::getenv(name); value != nullptr) {
            values.emplace(name, value);
        }
    }
    return values;
}

}  // namespace bestgres::kube_client
