#include "fakekube/node/node_object.hpp"

namespace bestgres::fakekube::node {
namespace {

Json condition(const char* type, bool is_true, const char* reason, Instant now) {
    // lastTransitionTime is left to the API server's merge where the status does not change.
    return {{"type", type},
            {"status", is_true ? "True" : "False"},
            {"reason", reason},
            {"message", reason},
            {"lastHeartbeatTime", format_seconds(now)},
            {"lastTransitionTime", format_seconds(now)}};
}

}  // namespace

Json allocatable_of(const Machine& machine) {
    return {{"cpu", std::to_string(machine.cpus)},
            {"memory", std::to_string(machine.memory_bytes / 1024) + "Ki"},
            {"ephemeral-storage", std::to_string(machine.disk_bytes / 1024) + "Ki"},
            {"pods", "110"}};
}

kube::Object make_node(const NodeSettings& settings) {
    Json labels = {{"kubernetes.io/hostname", settings.name},
                   {"kubernetes.io/os", "linux"},
                   {"kubernetes.io/arch", "amd64"}};
    for (const auto& [name, value] : settings.labels) {
        labels[name] = value;
    }
    Json node = {{"apiVersion", "v1"},
                 {"kind", "Node"},
                 {"metadata", {{"name", settings.name}, {"labels", labels}}},
                 {"spec", Json::object()}};
    if (!settings.pod_cidr.empty()) {
        node["spec"] = {{"podCIDR", settings.pod_cidr},
                        {"podCIDRs", Json::array({settings.pod_cidr})}};
    }
    return kube::Object(std::move(node));
}

Json node_status(const NodeSettings& settings, const Machine& machine, int log_port, Instant now) {
    const Json amounts = allocatable_of(machine);
    return {{"capacity", amounts},
            {"allocatable", amounts},
            {"conditions",
             {condition("Ready", true, "KubeletReady", now),
              condition("MemoryPressure", false, "KubeletHasSufficientMemory", now),
              condition("DiskPressure", false, "KubeletHasNoDiskPressure", now),
              condition("PIDPressure", false, "KubeletHasSufficientPID", now)}},
            {"addresses",
             {{{"type", "InternalIP"}, {"address", settings.address}},
              {{"type", "Hostname"}, {"address", settings.name}}}},
            {"daemonEndpoints", {{"kubeletEndpoint", {{"Port", log_port}}}}},
            {"nodeInfo",
             {{"machineID", machine.machine_id},
              {"systemUUID", machine.machine_id},
              {"bootID", machine.boot_id},
              {"kernelVersion", machine.kernel},
              {"osImage", machine.os_image},
              {"containerRuntimeVersion", "bubblewrap://0.8.0"},
              {"kubeletVersion", "v1.32.0-fakekube"},
              {"kubeProxyVersion", "v1.32.0-fakekube"},
              {"operatingSystem", "linux"},
              {"architecture", "amd64"}}}};
}

kube::Object make_lease(const std::string& node, const std::string& node_uid, Instant now) {
    Json metadata = {{"name", node}, {"namespace", "kube-node-lease"}};
    if (!node_uid.empty()) {
        metadata["ownerReferences"] = {
            {{"apiVersion", "v1"}, {"kind", "Node"}, {"name", node}, {"uid", node_uid}}};
    }
    return kube::Object({{"apiVersion", "coordination.k8s.io/v1"},
                         {"kind", "Lease"},
                         {"metadata", metadata},
                         {"spec",
                          {{"holderIdentity", node},
                           {"leaseDurationSeconds", lease_seconds},
                           {"renewTime", format_micros(now)}}}});
}

}  // namespace bestgres::fakekube::node
