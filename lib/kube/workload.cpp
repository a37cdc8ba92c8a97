#include "lib/kube/workload.hpp"

#include <charconv>

#include "lib/kube/condition.hpp"

namespace bestgres::kube {
namespace {

const Json* find_container(const Object& pod, std::string_view name) {
    for (const Json& status : array_at(pod.json(), {"status", "containerStatuses"})) {
        if (string_at(status, {"name"}) == name) {
            return &status;
        }
    }
    return nullptr;
}

std::string first_waiting(const Json& statuses) {
    for (const Json& status : statuses) {
        const std::string reason = string_at(status, {"state", "waiting", "reason"});
        if (!reason.empty() && reason != "PodInitializing" && reason != "ContainerCreating") {
            const std::string message = string_at(status, {"state", "waiting", "message"});
            return message.empty() ? reason : reason + ": " + message;
        }
    }
    return "";
}

}  // namespace

bool pod_is_ready(const Object& pod) {
    return condition_is_true(pod, "Ready") && !pod.being_deleted();
}

std::optional<Instant> pod_unready_since(const Object& pod) {
    for (const Json& condition : array_at(pod.json(), {"status", "conditions"})) {
        if (string_at(condition, {"type"}) == "Ready" &&
            string_at(condition, {"status"}) != "True") {
            const Result<Instant> since = parse_time(string_at(condition, {"lastTransitionTime"}));
            return since ? std::optional(*since) : std::nullopt;
        }
    }
    return std::nullopt;
}

bool pod_is_scheduled(const Object& pod) {
    return !pod_node(pod).empty();
}

std::string_view pod_phase(const Object& pod) {
    return pod.text_at({"status", "phase"});
}

std::string_view pod_address(const Object& pod) {
    return pod.text_at({"status", "podIP"});
}

std::string_view pod_node(const Object& pod) {
    return pod.text_at({"spec", "nodeName"});
}

bool container_is_running(const Object& pod, std::string_view container) {
    const Json* const status = find_container(pod, container);
    return status != nullptr && find(*status, {"state", "running"}) != nullptr;
}

std::optional<Instant> container_started_at(const Object& pod, std::string_view container) {
    const Json* const status = find_container(pod, container);
    if (status == nullptr) {
        return std::nullopt;
    }
    const Result<Instant> at = parse_time(string_at(*status, {"state", "running", "startedAt"}));
    return at ? std::optional(*at) : std::nullopt;
}

std::int64_t container_restarts(const Object& pod, std::string_view container) {
    const Json* const status = find_container(pod, container);
    return status == nullptr ? 0 : find_int(*status, {"restartCount"}).value_or(0);
}

std::string pod_obstacle(const Object& pod) {
    for (const Json& condition : array_at(pod.json(), {"status", "conditions"})) {
        if (string_at(condition, {"type"}) == "PodScheduled" &&
            string_at(condition, {"status"}) == "False") {
            return string_at(condition, {"reason"}) + ": " + string_at(condition, {"message"});
        }
    }
    const std::string waiting =
        first_waiting(array_at(pod.json(), {"status", "initContainerStatuses"}));
    return waiting.empty() ? first_waiting(array_at(pod.json(), {"status", "containerStatuses"}))
                           : waiting;
}

std::optional<std::int64_t> ordinal_of(std::string_view name, std::string_view set) {
    if (name.size() < set.size() + 2 || name.substr(0, set.size()) != set ||
        name[set.size()] != '-') {
        return std::nullopt;
    }
    const std::string_view digits = name.substr(set.size() + 1);
    std::int64_t ordinal = 0;
    const auto [stop, code] =
        std::from_chars(digits.data(), digits.data() + digits.size(), ordinal);
    const bool canonical = digits == "0" || digits.front() != '0';
    if (code != std::errc() || stop != digits.data() + digits.size() || ordinal < 0 || !canonical) {
        return std::nullopt;
    }
    return ordinal;
}

std::int64_t desired_replicas(const Object& workload) {
    return find_int(workload.json(), {"spec", "replicas"}).value_or(1);
}

std::string_view claim_phase(const Object& claim) {
    return claim.text_at({"status", "phase"});
}

std::string_view claim_request(const Object& claim) {
    return claim.text_at({"spec", "resources", "requests", "storage"});
}

std::string_view claim_capacity(const Object& claim) {
    return claim.text_at({"status", "capacity", "storage"});
}

}  // namespace bestgres::kube
