// The parts of PodRuntime that make a container: environment, mounts, probes, hooks, events.
#include <cstdio>
#include <fstream>

#include "fakekube/node/pod_runtime.hpp"
#include "lib/base/hash.hpp"

namespace bestgres::fakekube::node {
namespace {

constexpr Duration repeat_event = std::chrono::minutes(5);
constexpr std::size_t most_announced = 200;
constexpr const char* default_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

std::vector<std::string> words(const Json& array, const Environment& environment) {
    std::vector<std::string> result;
    for (const Json& word : array) {
        if (word.is_string()) {
            result.push_back(expand_references(word.get<std::string>(), environment));
        }
    }
    return result;
}

// The pod's command replaces the image's entry point; arguments are added to either.
std::vector<std::string> command_line(const Json& container, const Image& image,
                                      const Environment& environment) {
    std::vector<std::string> line = words(array_at(container, {"command"}), environment);
    if (line.empty()) {
        line = image.command;
    }
    for (std::string& word : words(array_at(container, {"args"}), environment)) {
        line.push_back(std::move(word));
    }
    return line;
}

}  // namespace

PodFacts PodRuntime::facts() const {
    return PodFacts{.pod = pod_,
                    .pod_ip = address_,
                    .host_ip = parts_.settings.address,
                    .node_name = parts_.settings.name,
                    .allocatable = parts_.allocatable};
}

Lookup PodRuntime::lookup() const {
    return [this](const kube::Ref& ref) { return parts_.cache.find(ref); };
}

VolumeInput PodRuntime::volume_input() {
    facts_ = facts();
    return VolumeInput{.facts = facts_, .lookup = lookup_, .token = token_};
}

Result<SandboxSpec> PodRuntime::sandbox_spec(const ContainerSpec& container, const Image& image) {
    facts_ = facts();
    Environment base = {{"PATH", default_path}};
    base["HOSTNAME"] = pod_.name();
    for (const auto& [name, value] : image.environment) {
        base[name] = value;
    }
    const bool links = find_bool(pod_.json(), {"spec", "enableServiceLinks"}).value_or(true);
    const Environment services = parts_.service_environment(links ? std::string(pod_.ns()) : "");
    Result<Environment> environment = container_environment({.facts = facts_,
                                                             .container = container.json,
                                                             .image = base,
                                                             .services = services,
                                                             .lookup = lookup_});
    if (!environment) {
        return std::move(environment).error();
    }
    const Result<Identity> identity = identity_of(container.json, pod_, image);
    if (!identity) {
        return identity.error();
    }
    environment->emplace("HOME", identity->uid == 0 ? "/root" : "/tmp");
    SandboxSpec spec;
    spec.init_program = parts_.settings.init_program;
    spec.hostname = string_at(pod_.json(), {"spec", "hostname"}, pod_.name());
    spec.uid = identity->uid;
    spec.gid = identity->gid;
    spec.real_uid = files_.real_uid();
    spec.arguments = command_line(container.json, image, *environment);
    if (spec.arguments.empty()) {
        return Error{"no command specified"};
    }
    spec.directory = string_at(container.json, {"workingDir"}, image.directory);
    for (const auto& [name, value] : *environment) {
        spec.environment.push_back(name + "=" + value);
    }
    spec.files.root = image.root;
    spec.files.read_only_root =
        find_bool(container.json, {"securityContext", "readOnlyRootFilesystem"}).value_or(false);
    spec.files.mounts = image.mounts;
    for (Result<std::vector<Mount>> mounts :
         {files_.account_mounts(image.root, identity->uid, identity->gid),
          files_.mounts_of(container.json, *environment)}) {
        if (!mounts) {
            return std::move(mounts).error();
        }
        spec.files.mounts.insert(spec.files.mounts.end(), mounts->begin(), mounts->end());
    }
    Result<Mount> last_words =
        files_.termination_mount(container.name, container.termination_message_path);
    if (!last_words) {
        return std::move(last_words).error();
    }
    spec.files.mounts.push_back(std::move(*last_words));
    return spec;
}

void PodRuntime::run_probe(const RunProbe& probe) {
    const ContainerSpec& container = worker_.spec().containers[probe.container];
    const std::optional<Probe>& rule = probe.kind == ProbeKind::startup     ? container.startup
                                       : probe.kind == ProbeKind::readiness ? container.readiness
                                                                            : container.liveness;
    const std::weak_ptr<PodRuntime> weak = weak_from_this();
    const int attempt = runs_[probe.container].attempt;
    parts_.prober.run(
        rule->handler,
        {.pod_ip = address_, .sandbox = runs_[probe.container].sandbox, .timeout = rule->timeout},
        [weak, probe, attempt](bool success, const std::string& message) {
            const auto self = weak.lock();
            if (self && self->runs_[probe.container].attempt == attempt) {
                self->worker_.on_probe(probe, {success, message}, wall_clock());
                self->step();
            }
        });
}

void PodRuntime::run_hook(const RunHook& hook) {
    const ContainerSpec& container = worker_.spec().containers[hook.container];
    const std::optional<Handler>& handler =
        hook.hook == Hook::post_start ? container.post_start : container.pre_stop;
    const std::weak_ptr<PodRuntime> weak = weak_from_this();
    const int attempt = runs_[hook.container].attempt;
    parts_.prober.run(
        *handler,
        {.pod_ip = address_, .sandbox = runs_[hook.container].sandbox, .timeout = hook.timeout},
        [weak, hook, attempt](bool success, const std::string& message) {
            const auto self = weak.lock();
            if (self && self->runs_[hook.container].attempt == attempt) {
                self->worker_.on_hook(hook, {success, message}, wall_clock());
                self->step();
            }
        });
}

void PodRuntime::announce(const Announce& event) {
    const Instant now = wall_clock();
    if (announced_.size() > most_announced) {
        announced_.clear();
    }
    const auto [told, first] = announced_.emplace(event.reason + event.message, now);
    if (!first && now - told->second < repeat_event) {
        return;
    }
    told->second = now;
    Json involved = {{"kind", "Pod"},
                     {"apiVersion", "v1"},
                     {"namespace", pod_.ns()},
                     {"name", pod_.name()},
                     {"uid", pod_.uid()}};
    if (event.container) {
        const ContainerSpec& container = worker_.spec().containers[*event.container];
        involved["fieldPath"] =
            std::string(container.is_init ? "spec.initContainers{" : "spec.containers{") +
            container.name + "}";
    }
    const std::string suffix = to_hex(static_cast<std::uint64_t>(now.ns) + ++events_told_);
    Json body = {
        {"apiVersion", "v1"},
        {"kind", "Event"},
        {"metadata", {{"name", std::string(pod_.name()) + "." + suffix}, {"namespace", pod_.ns()}}},
        {"involvedObject", involved},
        {"reason", event.reason},
        {"message", event.message.substr(0, 1024)},
        {"source", {{"component", "kubelet"}, {"host", parts_.settings.name}}},
        {"firstTimestamp", format_seconds(now)},
        {"lastTimestamp", format_seconds(now)},
        {"count", 1},
        {"type", event.warning ? "Warning" : "Normal"},
        {"reportingComponent", "kubelet"},
        {"reportingInstance", parts_.settings.name}};
    parts_.api.call(kube::Create{.kind = kube::kinds::event, .object = kube::Object(body)}, {});
}

// For people and scripts that want to kill a container from outside.
void PodRuntime::write_pid(std::size_t index) const {
    const std::string path =
        files_.directory() + "/" + worker_.spec().containers[index].name + ".pid";
    const std::weak_ptr<Sandbox> weak = runs_[index].sandbox;
    // bwrap may tell the number a moment later than the init its start.
    parts_.reactor.after(std::chrono::milliseconds(50), [weak, path] {
        if (const auto sandbox = weak.lock()) {
            std::ofstream(path) << sandbox->init_pid() << "\n";
        }
    });
}

}  // namespace bestgres::fakekube::node
