#include "operator/cmd/local/world.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "lib/base/json.hpp"
#include "lib/base/yaml.hpp"

namespace bestgres::cmd::local {
namespace {

constexpr std::string_view node_prefix = "node-";

Json mount(const std::string& source, const std::string& target) {
    return {{"source", source}, {"target", target}};
}

}  // namespace

World::World(Options options) : options_(std::move(options)) {}

Result<World> World::open(const Options& options) {
    const std::string file = options.directory + "/world.json";
    std::ifstream stream(file);
    if (!stream) {
        return Error{
            fmt::format("no local world in {}: start one with `bestgres local up --dir {}`",
                        options.directory, options.directory)};
    }
    std::stringstream text;
    text << stream.rdbuf();
    const Result<Json> saved = parse_json(text.str());
    if (!saved.ok()) {
        return Error{saved.error()}.within("read " + file);
    }
    Options merged = options;
    merged.port = static_cast<std::uint16_t>(find_int(*saved, {"port"}).value_or(options.port));
    merged.nodes = static_cast<int>(find_int(*saved, {"nodes"}).value_or(options.nodes));
    merged.pod_network = string_at(*saved, {"podNetwork"}, options.pod_network);
    merged.service_cidr = string_at(*saved, {"serviceCidr"}, options.service_cidr);
    merged.patroni_4 = string_at(*saved, {"patroni4"});
    merged.images = string_at(*saved, {"images"});
    merged.kubeconfig = string_at(*saved, {"kubeconfig"});
    merged.ns = string_at(*saved, {"namespace"}, options.ns);
    return World(merged);
}

Result<Done> World::save() const {
    const Json saved = {{"port", options_.port},
                        {"nodes", options_.nodes},
                        {"podNetwork", options_.pod_network},
                        {"serviceCidr", options_.service_cidr},
                        {"patroni4", options_.patroni_4},
                        {"images", options_.images},
                        {"kubeconfig", options_.kubeconfig},
                        {"namespace", options_.ns}};
    std::ofstream file(path("world.json"));
    file << dump_pretty(saved) << "\n";
    file.close();
    if (!file) {
        return Error{fmt::format("write {}: not writable", path("world.json"))};
    }
    return Done{};
}

std::vector<std::string> World::node_names() const {
    std::vector<std::string> names;
    for (int number = 1; number <= options_.nodes; ++number) {
        names.push_back(fmt::format("{}{}", node_prefix, number));
    }
    return names;
}

std::vector<std::string> World::api_server_command() const {
    return {path("bin/fakekube"),
            "serve",
            "--listen",
            fmt::format("127.0.0.1:{}", options_.port),
            "--state-dir",
            path("state"),
            "--kubeconfig",
            kubeconfig(),
            "--service-cidr",
            options_.service_cidr,
            "--allow-loopback-endpoints",
            "--audit",
            path("audit.json")};
}

std::vector<std::string> World::node_command(const std::string& node) const {
    const std::string number = node.substr(node_prefix.size());
    return {path("bin/fakekube"),
            "node",
            "--kubeconfig",
            kubeconfig(),
            "--name",
            node,
            "--root-dir",
            path(node),
            "--volumes-dir",
            path("volumes"),
            "--pod-cidr",
            fmt::format("{}.{}.0/24", options_.pod_network, number),
            "--images",
            path("images.yaml")};
}

std::string World::image_table() const {
    const auto program = [this](const std::string& name) {
        return mount(path("bin/" + name), "/usr/local/bin/" + name);
    };
    Json images = Json::array();
    images.push_back({{"match", "bestgres-operator:*"},
                      {"user", 65532},
                      {"command", {"/usr/local/bin/bestgres-operator"}},
                      {"mounts", {program("bestgres-operator"), program("bestgres-agent")}}});
    if (!options_.patroni_4.empty()) {
        const std::string folder = "/opt/patroni-4";
        images.push_back(
            {{"match", "bestgres-patroni:*-patroni-4"},
             {"env",
              {{"PYTHONPATH", folder}, {"PATH", folder + "/bin:/usr/local/bin:/usr/bin:/bin"}}},
             {"mounts", {mount(path("images/patroni-4"), folder)}}});
    }
    images.push_back(
        {{"match", "bestgres-patroni:*"}, {"env", {{"PATH", "/usr/local/bin:/usr/bin:/bin"}}}});
    return to_yaml({{"default", "refuse"}, {"images", images}});
}

}  // namespace bestgres::cmd::local
