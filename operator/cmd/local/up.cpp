#include "operator/cmd/local/up.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <thread>

#include "lib/base/yaml.hpp"
#include "lib/kube_client/access.hpp"
#include "lib/kube_client/waiting.hpp"
#include "operator/cmd/local/processes.hpp"
#include "operator/cmd/local/shipped_manifests.hpp"

namespace bestgres::cmd::local {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr int ready_attempts = 150;

void say(const std::string& text) {
    fmt::print("{}\n", text);
    std::fflush(stdout);
}

// Containers run under other users, who must be able to reach what is mounted for them.
Result<Done> lay_out(const World& world) {
    std::error_code error;
    fs::create_directories(world.path("bin"), error);
    for (const char* folder : {"state", "volumes", "images"}) {
        fs::create_directories(world.path(folder), error);
    }
    fs::permissions(world.options().directory, fs::perms(0755), error);
    const fs::path here = fs::read_symlink("/proc/self/exe", error).parent_path();
    for (const char* program :
         {"fakekube", "fakekube-init", "bestgres-operator", "bestgres-agent"}) {
        if (fs::exists(here / program)) {
            // Another copy may be running: replace the name, never the file.
            fs::remove(world.path("bin/" + std::string(program)), error);
            fs::copy_file(here / program, world.path("bin/" + std::string(program)), error);
        }
        if (error) {
            return Error{fmt::format("copy {} to {}: {}", (here / program).string(),
                                     world.path("bin"), error.message())};
        }
    }
    if (!world.options().patroni_4.empty() && !fs::exists(world.path("images/patroni-4"))) {
        fs::copy(world.options().patroni_4, world.path("images/patroni-4"),
                 fs::copy_options::recursive | fs::copy_options::copy_symlinks, error);
        if (error) {
            return Error{fmt::format("copy {}: {}", world.options().patroni_4, error.message())};
        }
    }
    if (!world.serves()) {
        fs::copy_file(world.options().kubeconfig, world.kubeconfig(),
                      fs::copy_options::overwrite_existing, error);
        if (error) {
            return Error{fmt::format("copy {}: {}", world.options().kubeconfig, error.message())};
        }
    }
    if (world.options().images.empty()) {
        std::ofstream(world.path("images.yaml")) << world.image_table();
    } else {
        fs::copy_file(world.options().images, world.path("images.yaml"),
                      fs::copy_options::overwrite_existing, error);
    }
    return world.save();
}

Result<std::unique_ptr<kube_client::WaitingClient>> connect(const World& world) {
    const auto access = kube_client::load_kubeconfig(world.kubeconfig(), "");
    BG_TRY(access);
    return kube_client::WaitingClient::make(
        *access, {.user_agent = "bestgres-local", .field_manager = "bestgres-local"});
}

Result<Done> wait_until_ready(const World& world) {
    std::string last = "it does not answer";
    for (int attempt = 0; attempt < ready_attempts; ++attempt) {
        auto client = connect(world);
        if (client.ok()) {
            http::Request request;
            request.target = "/readyz";
            const auto answer = (*client)->raw_and_wait(request);
            if (answer.ok() && answer->status == 200) {
                return Done{};
            }
            last = answer.ok() ? fmt::format("/readyz answers {}", answer->status)
                               : answer.error().message;
        }
        std::this_thread::sleep_for(milliseconds(100));
    }
    const std::string where =
        world.serves() ? "log: " + world.path("api-server.log") : world.options().kubeconfig;
    return Error{fmt::format("the API server did not become ready: {} ({})", last, where)};
}

Result<Done> apply_manifests(const World& world) {
    auto client = connect(world);
    BG_TRY(client);
    for (const kube::Apply& apply : shipped_manifests(world.options().ns)) {
        // A custom resource is served a moment after its definition.
        for (int attempt = 0;; ++attempt) {
            const auto outcome = (*client)->call_and_wait(apply);
            if (outcome.ok()) {
                break;
            }
            if (attempt == 20) {
                return Error{outcome.error().message}.within(kube::describe(apply));
            }
            std::this_thread::sleep_for(milliseconds(100));
        }
    }
    return Done{};
}

bool is_available(const kube::Object& deployment) {
    return find_int(deployment.json(), {"status", "availableReplicas"}).value_or(0) > 0;
}

Result<Done> wait_for_operator(const World& world) {
    auto client = connect(world);
    BG_TRY(client);
    const kube::Get get{
        {.kind = kube::kinds::deployment, .ns = world.options().ns, .name = "bestgres-operator"}};
    for (int attempt = 0; attempt < 2 * ready_attempts; ++attempt) {
        const auto outcome = (*client)->call_and_wait(get);
        if (outcome.ok() && is_available(std::get<kube::Object>(*outcome))) {
            return Done{};
        }
        std::this_thread::sleep_for(milliseconds(200));
    }
    return Error{fmt::format(
        "the operator did not become ready: kubectl --kubeconfig {} -n {} describe pods; kubectl "
        "logs deployment/bestgres-operator",
        world.kubeconfig(), world.options().ns)};
}

}  // namespace

std::string api_server_name(const World& world) {
    return world.serves() ? fmt::format("https://127.0.0.1:{}", world.options().port)
                          : "that of " + world.options().kubeconfig;
}
std::string api_server_pid_file(const World& world) {
    return world.path("api-server.pid");
}
std::string node_pid_file(const World& world, const std::string& node) {
    return world.path(node + ".pid");
}

Result<Done> start_api_server(const World& world) {
    if (!world.serves()) {
        return wait_until_ready(world);
    }
    const std::vector<std::string> command = world.api_server_command();
    if (find_running(api_server_pid_file(world), command.front())) {
        return Done{};
    }
    BG_TRY(start({.command = command,
                  .pid_file = api_server_pid_file(world),
                  .log_file = world.path("api-server.log")}));
    return wait_until_ready(world);
}

Result<Done> start_node(const World& world, const std::string& node) {
    const std::vector<std::string> command = world.node_command(node);
    if (find_running(node_pid_file(world, node), command.front())) {
        return Done{};
    }
    BG_TRY(start({.command = command,
                  .pid_file = node_pid_file(world, node),
                  .log_file = world.path(node + ".log")}));
    return Done{};
}

Result<Done> up(const World& world) {
    BG_TRY(lay_out(world));
    BG_TRY(start_api_server(world));
    say("API server: " + api_server_name(world));
    for (const std::string& node : world.node_names()) {
        BG_TRY(start_node(world, node));
    }
    say(fmt::format("nodes: {}", fmt::join(world.node_names(), ", ")));
    if (world.options().without_operator) {
        return Done{};
    }
    BG_TRY(apply_manifests(world));
    BG_TRY(wait_for_operator(world));
    say(fmt::format("operator: Deployment {}/bestgres-operator is available", world.options().ns));
    say(fmt::format("next: export KUBECONFIG={}", world.kubeconfig()));
    return Done{};
}

}  // namespace bestgres::cmd::local
