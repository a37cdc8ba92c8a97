#include "fakekube/node/kubelet.hpp"

#include <filesystem>
#include <system_error>

namespace bestgres::fakekube::node {
namespace {

namespace fs = std::filesystem;

constexpr Duration settle_time = std::chrono::milliseconds(20);
constexpr Duration housekeeping_period = std::chrono::seconds(10);

const Selection all_services{kube::kinds::service, "", ""};
const Selection all_slices{kube::kinds::endpoint_slice, "", ""};
const Selection all_volumes{kube::kinds::persistent_volume, "", ""};

Selection own_pods(const std::string& node) {
    return {kube::kinds::pod, "", "spec.nodeName=" + node};
}

}  // namespace

Kubelet::Kubelet(const NodeSettings& settings, AddressPool addresses, KubeletPorts ports)
    : settings_(settings),
      addresses_(std::move(addresses)),
      ports_(std::move(ports)),
      machine_(measure_machine(settings.root_directory)),
      allocatable_(allocatable_of(machine_)),
      cache_(ports_.reactor, ports_.api,
             [this](const kube::Ref& ref, const auto& object) { on_change(ref, object); }),
      parts_{.settings = settings_,
             .reactor = ports_.reactor,
             .api = ports_.api,
             .cache = cache_,
             .prober = ports_.prober,
             .log = ports_.log,
             .post = ports_.post,
             .allocatable = allocatable_,
             .services = [this]() -> const ServiceView& { return services_; },
             .service_environment =
                 [this](const std::string& ns) {
                     return service_environment(cache_.all(all_services), ns, settings_.api_server);
                 }},
      registration_(ports_.reactor, ports_.api, ports_.log, settings_),
      complaints_(ports_.log),
      forwarder_([this](const std::string& problem) {
          ports_.reactor.post([this, problem] {
              ports_.log.warn("service address not forwarded", {{"because", problem}});
          });
      }) {}

void Kubelet::start(int log_port) {
    registration_.start(machine_, log_port);
    cache_.want(selection_of({kube::kinds::node, "", settings_.name}));
    cache_.want(all_services);
    cache_.want(all_slices);
    cache_.want(all_volumes);
    cache_.want(own_pods(settings_.name));
    housekeep();
}

void Kubelet::on_change(const kube::Ref& ref, const std::optional<kube::Object>& object) {
    if (ref.kind == kube::kinds::pod) {
        object ? on_pod(*object) : on_pod_removed(ref);
    } else if (ref.kind == kube::kinds::node) {
        registration_.on_node(object);
    } else if (ref.kind == kube::kinds::service || ref.kind == kube::kinds::endpoint_slice) {
        refresh_soon(true);
    } else {
        if (ref.kind == kube::kinds::persistent_volume) {
            on_volume(ref, object);
        }
        refresh_soon(false);
    }
}

void Kubelet::on_pod(const kube::Object& pod) {
    const std::string uid(pod.uid());
    if (const auto found = pods_.find(uid); found != pods_.end()) {
        found->second->on_pod(pod);
        return;
    }
    // The name was taken over by a new pod while nobody told that the old one is gone.
    on_pod_removed({kube::kinds::pod, std::string(pod.ns()), std::string(pod.name())});
    const bool shares_host = find_bool(pod.json(), {"spec", "hostNetwork"}).value_or(false);
    const auto address = shares_host ? std::optional<std::string>(settings_.address)
                                     : addresses_.take(string_at(pod.json(), {"status", "podIP"}));
    if (!address) {
        ports_.log.error("no pod address is free", {{"pod", pod.name()}, {"namespace", pod.ns()}});
        return;
    }
    ports_.log.info(
        "pod found",
        {{"pod", pod.name()}, {"namespace", pod.ns()}, {"uid", uid}, {"address", *address}});
    const auto runtime = std::make_shared<PodRuntime>(parts_, pod, *address);
    pods_[uid] = runtime;
    runtime->step();
}

void Kubelet::on_pod_removed(const kube::Ref& ref) {
    for (const auto& entry : pods_) {
        if (entry.second->pod().ns() == ref.ns && entry.second->pod().name() == ref.name) {
            const std::shared_ptr<PodRuntime> pod = entry.second;
            pod->on_removed();
        }
    }
    refresh_soon(false);
}

// What a provisioner does where the reclaim policy says so. An object that is merely not listed any
// more proves nothing: the data goes only after its deletion was seen.
void Kubelet::on_volume(const kube::Ref& ref, const std::optional<kube::Object>& object) {
    if (object) {
        const bool provisioned = !object->annotation("pv.kubernetes.io/provisioned-by").empty();
        const bool deletes = object->text_at({"spec", "persistentVolumeReclaimPolicy"}) == "Delete";
        if (provisioned && deletes && object->being_deleted()) {
            doomed_volumes_.insert(ref.name);
        } else {
            doomed_volumes_.erase(ref.name);
        }
        return;
    }
    const std::string path = settings_.volumes_directory + "/" + ref.name;
    std::error_code ignored;
    if (doomed_volumes_.erase(ref.name) != 0 && !settings_.volumes_directory.empty() &&
        fs::is_directory(path, ignored)) {
        ports_.log.info("volume removed", {{"path", path}});
        fs::remove_all(path, ignored);
    }
}

void Kubelet::refresh_soon(bool services) {
    services_changed_ = services_changed_ || services;
    if (!std::exchange(refresh_pending_, true)) {
        ports_.reactor.after(settle_time, [this] { refresh(); });
    }
}

void Kubelet::refresh() {
    refresh_pending_ = false;
    if (std::exchange(services_changed_, false)) {
        ServiceView view = make_service_view(cache_.all(all_services), cache_.all(all_slices));
        if (view.forwards != services_.forwards) {
            forwarder_.set_table(view.forwards);
        }
        services_ = std::move(view);
    }
    const auto pods = pods_;  // a pod's callback may change the list
    for (const auto& entry : pods) {
        entry.second->on_surroundings();
        if (entry.second->is_finished()) {
            ports_.log.info("pod gone", {{"pod", entry.second->pod().name()},
                                         {"namespace", entry.second->pod().ns()}});
            addresses_.give_back(entry.second->address());
            fs::path directory(settings_.root_directory + "/pods/" + entry.first);
            std::error_code ignored;
            fs::remove_all(directory, ignored);
            pods_.erase(entry.first);
        } else if (entry.second->is_removed()) {
            refresh_soon(false);
        }
    }
}

// Tokens come due, and directories of pods that went while this node was away are removed.
void Kubelet::housekeep() {
    refresh_soon(false);
    tell_troubles();
    if (!strangers_removed_ && cache_.is_known(own_pods(settings_.name))) {
        strangers_removed_ = true;
        remove_strangers();
    }
    ports_.reactor.after(housekeeping_period, [this] { housekeep(); });
}

// A server that cannot be reached at all is the registration's complaint.
void Kubelet::tell_troubles() {
    for (const Selection& selection :
         {all_services, all_slices, all_volumes, own_pods(settings_.name)}) {
        complaints_.tell("not seen: " + std::string(selection.kind.plural),
                         registration_.is_registered() ? cache_.trouble(selection) : "");
    }
}

void Kubelet::remove_strangers() {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(settings_.root_directory + "/pods", ignored)) {
        if (pods_.count(entry.path().filename().string()) == 0) {
            fs::remove_all(entry.path(), ignored);
        }
    }
}

std::optional<PodRuntime::LogFile> Kubelet::log_file(const kube::Ref& pod,
                                                     const std::string& container,
                                                     bool previous) const {
    for (const auto& entry : pods_) {
        if (entry.second->pod().ns() == pod.ns && entry.second->pod().name() == pod.name &&
            !entry.second->is_removed()) {
            return entry.second->log_file(container, previous);
        }
    }
    return std::nullopt;
}

}  // namespace bestgres::fakekube::node
