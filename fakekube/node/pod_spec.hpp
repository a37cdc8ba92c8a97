// What the node needs of a Pod's spec, read once into values; absent fields get Kubernetes'
// defaults, whether or not the API server filled them in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "lib/base/json.hpp"
#include "lib/base/time.hpp"
#include "lib/kube/object.hpp"

namespace bestgres::fakekube::node {

struct ExecCommand {
    std::vector<std::string> arguments;
    bool operator==(const ExecCommand&) const = default;
};
struct HttpGet {
    bool tls = false;
    std::string host;  // empty: the pod's address
    int port = 0;
    std::string path = "/";
    std::vector<std::pair<std::string, std::string>> headers;
    bool operator==(const HttpGet&) const = default;
};
struct TcpConnect {  // also stands for grpc probes, whose health protocol is not spoken
    std::string host;
    int port = 0;
    bool operator==(const TcpConnect&) const = default;
};
struct Sleep {
    Duration span{};
    bool operator==(const Sleep&) const = default;
};
using Handler = std::variant<ExecCommand, HttpGet, TcpConnect, Sleep>;

struct Probe {
    Handler handler;
    Duration initial_delay{};
    Duration period = std::chrono::seconds(10);
    Duration timeout = std::chrono::seconds(1);
    int success_threshold = 1;
    int failure_threshold = 3;
    std::optional<Duration> termination_grace;
};

struct ContainerSpec {
    std::string name;
    std::string image;
    bool is_init = false;
    std::optional<Probe> startup, readiness, liveness;
    std::optional<Handler> post_start, pre_stop;
    std::string termination_message_path = "/dev/termination-log";
    bool falls_back_to_logs = false;
    Json json;  // the container as it stands in the pod
};

enum class RestartPolicy { always, on_failure, never };

struct PodSpec {
    std::string ns, name, uid;
    RestartPolicy restart_policy = RestartPolicy::always;
    std::vector<ContainerSpec> containers;  // init containers first, in order
    Duration grace = std::chrono::seconds(30);
    std::optional<Duration> active_deadline;
    std::vector<std::string> readiness_gates;
    std::string qos_class;
};

PodSpec read_pod_spec(const kube::Object& pod);

// "Guaranteed", "Burstable" or "BestEffort".
std::string qos_class_of(const Json& spec);

}  // namespace bestgres::fakekube::node
