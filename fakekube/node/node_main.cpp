#include "fakekube/node/node_main.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "fakekube/node/kubelet.hpp"
#include "fakekube/node/log_server.hpp"
#include "fakekube/node/node_options.hpp"
#include "fakekube/node/reachable_paths.hpp"
#include "fakekube/node/volume_writer.hpp"
#include "lib/base/overloaded.hpp"
#include "lib/kube_client/api_client.hpp"

namespace bestgres::fakekube {
namespace {

namespace fs = std::filesystem;
using namespace node;

std::map<std::string, std::string> parse_labels(const std::string& text) {
    std::map<std::string, std::string> labels;
    std::istringstream parts(text);
    for (std::string part; std::getline(parts, part, ',');) {
        const std::size_t equals = part.find('=');
        labels[part.substr(0, equals)] = equals == part.npos ? "" : part.substr(equals + 1);
    }
    return labels;
}

// Containers have no resolver of their own for the API server's name.
std::string address_of(const std::string& host) {
    addrinfo wanted{};
    wanted.ai_family = AF_INET;
    addrinfo* found = nullptr;
    if (getaddrinfo(host.c_str(), nullptr, &wanted, &found) != 0) {
        return host;
    }
    char text[INET_ADDRSTRLEN] = {};
    const auto* address = reinterpret_cast<const sockaddr_in*>(found->ai_addr);
    inet_ntop(AF_INET, &address->sin_addr, text, sizeof text);
    freeaddrinfo(found);
    return text;
}

Result<ImageTable> read_images(const std::string& path) {
    if (path.empty()) {
        return ImageTable();
    }
    std::ifstream stream(path);
    std::stringstream text;
    text << stream.rdbuf();
    if (!stream) {
        return Error{"cannot read " + path};
    }
    Result<ImageTable> table = ImageTable::parse(text.str());
    return table.ok() ? std::move(table) : std::move(table).error().within(path);
}

bool access_denied(const std::string& program) {
    return ::access(program.c_str(), X_OK) != 0;
}

Result<NodeSettings> settings_of(const NodeOptions& options, const kube_client::Access& access) {
    Result<ImageTable> images = read_images(options.images);
    if (!images) {
        return std::move(images).error();
    }
    std::error_code ignored;
    NodeSettings settings{
        .name = options.name,
        .address = options.address,
        .root_directory = fs::absolute(options.root_directory).string(),
        .volumes_directory = options.volumes_directory.empty()
                                 ? ""
                                 : fs::absolute(options.volumes_directory).string(),
        .init_program = options.init_program,
        .pod_cidr = options.pod_cidr,
        .labels = parse_labels(options.labels),
        .images = std::move(*images),
        .api_server = {address_of(access.server.host), access.server.port},
        .is_root = geteuid() == 0};
    if (settings.init_program.empty()) {
        settings.init_program =
            (fs::read_symlink("/proc/self/exe", ignored).parent_path() / "fakekube-init").string();
    }
    for (const std::string& program : {settings.init_program, std::string("/usr/bin/bwrap")}) {
        if (access_denied(program)) {
            return Error{"cannot execute " + program};
        }
    }
    for (const std::string& directory :
         {settings.root_directory, settings.root_directory + "/pods", settings.volumes_directory}) {
        if (!directory.empty()) {
            BG_TRY(make_directory(directory, 0755, std::nullopt));
        }
    }
    return settings;
}

// Everything that containers' mounts come from.
Result<Done> make_sources_reachable(const NodeSettings& settings, const NodeOptions& options) {
    if (!settings.is_root) {
        return Done{};
    }
    std::vector<std::string> paths = settings.images.sources();
    paths.insert(paths.end(), {settings.root_directory, settings.volumes_directory,
                               settings.init_program, fs::absolute(options.kubeconfig).string()});
    return make_reachable(paths);
}

// The raw POST that tokens need, which kube::Cluster has no word for.
PostRequest poster(kube_client::ApiClient& client) {
    return [&client](const std::string& path, const Json& body, auto answer) {
        http::Request request;
        request.method = "POST";
        request.target = path;
        request.headers.set("Content-Type", "application/json");
        request.headers.set("Accept", "application/json");
        request.body = dump(body);
        client.raw(std::move(request), [answer](const Result<http::Response, kube::Error>& reply) {
            if (!reply.ok()) {
                answer(reply.error());
                return;
            }
            const Result<Json> json = parse_json(reply->body);
            if (reply->status >= 300 || !json.ok()) {
                answer(kube::Error{.code = kube::ErrorCode::invalid,
                                   .applied = kube::Applied::no,
                                   .message = json.ok() ? string_at(*json, {"message"}) : "no JSON",
                                   .retry_after = std::nullopt,
                                   .fields = {}});
                return;
            }
            answer(*json);
        });
    };
}

// Lets the reactor live on the loop's thread: descriptors and timers of both are served in turn.
class Nested {
public:
    Nested(http::EventLoop& loop, Reactor& reactor)
        : reactor_(reactor), watch_(loop, reactor.descriptor()) {
        arm();
    }

private:
    void arm() {
        watch_.when_readable([this] {
            reactor_.run_once(Duration(0));
            arm();
        });
    }

    Reactor& reactor_;
    http::DescriptorWatch watch_;
};

struct Program {
    http::EventLoop& loop;
    const NodeSettings& settings;
    const Log& log;
};

Result<Done> run(const Program& program, kube_client::Access access) {
    Result<AddressPool> addresses = AddressPool::parse(program.settings.pod_cidr);
    if (!addresses) {
        return std::move(addresses).error();
    }
    Reactor reactor;
    ApiPort* port = nullptr;
    auto client = kube_client::ApiClient::make(
        program.loop, std::move(access),
        {.user_agent = "fakekube-node", .field_manager = "kubelet"},
        [&port](const kube_client::ClusterEvent& event) {
            std::visit([&](const auto& each) { port->deliver(each); }, event);
        });
    if (!client) {
        return std::move(client).error();
    }
    ApiPort api(**client);
    port = &api;
    Prober prober(reactor, program.loop);
    Kubelet kubelet(program.settings, std::move(*addresses),
                    KubeletPorts{.reactor = reactor,
                                 .api = api,
                                 .prober = prober,
                                 .log = program.log,
                                 .post = poster(**client)});
    LogServer logs(program.loop, [&](const kube::Ref& pod, const std::string& name, bool previous) {
        return kubelet.log_file(pod, name, previous);
    });
    const Result<int> log_port = logs.start(program.settings.address);
    if (!log_port) {
        return log_port.error();
    }
    kubelet.start(*log_port);
    const Nested nested(program.loop, reactor);
    program.loop.on_signals({SIGTERM, SIGINT}, [&](int) { program.loop.stop(); });
    program.loop.run();
    program.log.info("node stops, and its containers with it", {{"node", program.settings.name}});
    return Done{};
}

int fail(const std::string& message) {
    std::fprintf(stderr, "fakekube node: %s\n", message.c_str());
    return 1;
}

}  // namespace

int node_main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    const Result<NodeOptions> options = parse_node_options(arguments);
    if (!options) {
        std::fprintf(stderr, "fakekube node: %s; see fakekube node --help\n",
                     options.error().message.c_str());
        return 2;
    }
    if (options->wants_help) {
        std::fputs(node_usage().c_str(), stdout);
        return 0;
    }
    const Result<kube_client::Access> access =
        kube_client::find_access({.kubeconfig = options->kubeconfig,
                                  .context = options->context,
                                  .environment = kube_client::access_environment()});
    if (!access) {
        return fail(access.error().message);
    }
    const Result<NodeSettings> settings = settings_of(*options, *access);
    if (!settings) {
        return fail(settings.error().message);
    }
    if (const Result<Done> reachable = make_sources_reachable(*settings, *options); !reachable) {
        return fail(reachable.error().message);
    }
    const Log log(options->log_level, wall_clock,
                  [](std::string_view line) { std::fwrite(line.data(), 1, line.size(), stderr); });
    http::EventLoop loop;
    const Result<Done> done = run({.loop = loop, .settings = *settings, .log = log}, *access);
    return done.ok() ? 0 : fail(done.error().message);
}

}  // namespace bestgres::fakekube
