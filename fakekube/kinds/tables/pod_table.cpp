#include <fmt/format.h>

#include "fakekube/kinds/tables/cells.hpp"
#include "fakekube/kinds/tables/tables.hpp"

namespace bestgres::fakekube {
namespace {

struct Containers {
    std::size_t total = 0;
    std::size_t ready = 0;
    std::int64_t restarts = 0;
    bool any_running = false;
    std::string reason = {};  // of the first container that waits or has ended, if any
};

std::string ended_reason(const Json& terminated) {
    const std::string reason = string_at(terminated, {"reason"});
    if (!reason.empty()) {
        return reason;
    }
    const std::int64_t signal = find_int(terminated, {"signal"}).value_or(0);
    return signal != 0 ? fmt::format("Signal:{}", signal)
                       : fmt::format("ExitCode:{}", find_int(terminated, {"exitCode"}).value_or(0));
}

Containers count_containers(const Json& pod) {
    Containers counted{.total = array_at(pod, {"spec", "containers"}).size()};
    const Json& statuses = array_at(pod, {"status", "containerStatuses"});
    for (auto status = statuses.rbegin(); status != statuses.rend(); ++status) {
        counted.restarts += find_int(*status, {"restartCount"}).value_or(0);
        const bool is_ready = find_bool(*status, {"ready"}).value_or(false);
        const std::string waiting = string_at(*status, {"state", "waiting", "reason"});
        const Json* terminated = find(*status, {"state", "terminated"});
        if (!waiting.empty()) {
            counted.reason = waiting;
        } else if (terminated != nullptr) {
            counted.reason = ended_reason(*terminated);
        } else if (is_ready && find(*status, {"state", "running"}) != nullptr) {
            counted.any_running = true;
            ++counted.ready;
        }
    }
    return counted;
}

// "Init:1/2", "Init:Error"; empty once all have ended well.
std::string init_reason(const Json& pod) {
    const Json& statuses = array_at(pod, {"status", "initContainerStatuses"});
    for (std::size_t i = 0; i < statuses.size(); ++i) {
        const Json* terminated = find(statuses[i], {"state", "terminated"});
        if (terminated != nullptr && find_int(*terminated, {"exitCode"}).value_or(0) == 0) {
            continue;
        }
        if (terminated != nullptr) {
            return "Init:" + ended_reason(*terminated);
        }
        const std::string waiting = string_at(statuses[i], {"state", "waiting", "reason"});
        if (!waiting.empty() && waiting != "PodInitializing") {
            return "Init:" + waiting;
        }
        return fmt::format("Init:{}/{}", i, array_at(pod, {"spec", "initContainers"}).size());
    }
    return "";
}

bool is_ready(const Json& pod) {
    for (const Json& condition : array_at(pod, {"status", "conditions"})) {
        if (string_at(condition, {"type"}) == "Ready") {
            return string_at(condition, {"status"}) == "True";
        }
    }
    return false;
}

std::string status_of(const Json& pod, const Containers& containers) {
    std::string reason = string_at(pod, {"status", "reason"});
    reason = reason.empty() ? string_at(pod, {"status", "phase"}) : reason;
    const std::string init = init_reason(pod);
    if (!init.empty()) {
        reason = init;
    } else if (!containers.reason.empty()) {
        reason = containers.reason;
    }
    if (reason == "Completed" && containers.any_running) {
        reason = is_ready(pod) ? "Running" : "NotReady";
    }
    if (find(pod, {"metadata", "deletionTimestamp"}) != nullptr) {
        return string_at(pod, {"status", "reason"}) == "NodeLost" ? "Unknown" : "Terminating";
    }
    return reason;
}

std::string gates_of(const Json& pod) {
    const Json& gates = array_at(pod, {"spec", "readinessGates"});
    std::size_t passed = 0;
    for (const Json& gate : gates) {
        for (const Json& condition : array_at(pod, {"status", "conditions"})) {
            passed += string_at(condition, {"type"}) == string_at(gate, {"conditionType"}) &&
                      string_at(condition, {"status"}) == "True";
        }
    }
    return gates.empty() ? "<none>" : fmt::format("{}/{}", passed, gates.size());
}

}  // namespace

std::vector<TableColumn> pod_columns() {
    return columns_of(
        "Name:name Ready Status Restarts:integer Age IP:wide Node:wide Nominated_Node:wide "
        "Readiness_Gates:wide");
}

std::vector<Json> pod_cells(const Json& pod, Instant now) {
    const Containers containers = count_containers(pod);
    return {name_cell(pod),
            fmt::format("{}/{}", containers.ready, containers.total),
            status_of(pod, containers),
            containers.restarts,
            age_cell(pod, now),
            or_none(string_at(pod, {"status", "podIP"})),
            or_none(string_at(pod, {"spec", "nodeName"})),
            or_none(string_at(pod, {"status", "nominatedNodeName"})),
            gates_of(pod)};
}

std::vector<TableColumn> pod_template_columns() {
    return columns_of("Name:name Containers Images Pod_Labels");
}

std::vector<Json> pod_template_cells(const Json& object, Instant) {
    const Json& spec = object_at(object, {"template", "spec"});
    return {name_cell(object), container_names_cell(spec), images_cell(spec),
            labels_cell(object_at(object, {"template", "metadata", "labels"}))};
}

}  // namespace bestgres::fakekube
