#include "fakekube/node/pod_status.hpp"

namespace bestgres::fakekube::node {
namespace {

using State = ContainerRun::State;

Json termination_json(const Termination& how) {
    Json json = {{"exitCode", how.exit_code},
                 {"reason", how.reason},
                 {"finishedAt", format_seconds(how.finished_at)},
                 {"startedAt", format_seconds(how.started_at.value_or(how.finished_at))}};
    if (how.signal != 0) {
        json["signal"] = how.signal;
    }
    if (!how.message.empty()) {
        json["message"] = how.message;
    }
    if (!how.container_id.empty()) {
        json["containerID"] = how.container_id;
    }
    return json;
}

Json state_json(const ContainerRun& run) {
    switch (run.state) {
        case State::waiting:
        case State::creating: {
            const bool waits = run.state == State::waiting;
            Json waiting = {{"reason", waits || run.waiting_reason == "PodInitializing"
                                           ? run.waiting_reason
                                           : "ContainerCreating"}};
            if (waits && !run.waiting_message.empty()) {
                waiting["message"] = run.waiting_message;
            }
            return {{"waiting", waiting}};
        }
        case State::running:
            return {{"running", {{"startedAt", format_seconds(run.started_at)}}}};
        case State::terminated:
            return {{"terminated", termination_json(*run.terminated)}};
    }
    return Json::object();
}

Json container_status(const ContainerSpec& spec, const ContainerRun& run) {
    const bool completed = run.state == State::terminated && run.terminated->exit_code == 0;
    Json json = {{"name", spec.name},
                 {"image", spec.image},
                 {"imageID", run.attempt >= 0 ? "fakekube://" + spec.image : ""},
                 {"restartCount", run.restart_count},
                 {"ready", spec.is_init ? completed : run.is_ready},
                 {"started", run.state == State::running && run.has_started},
                 {"state", state_json(run)},
                 {"lastState", Json::object()}};
    if (!run.container_id.empty()) {
        json["containerID"] = run.container_id;
    }
    if (run.last_terminated) {
        json["lastState"] = {{"terminated", termination_json(*run.last_terminated)}};
    }
    return json;
}

Json condition_json(const std::string& type, const PodCondition& condition) {
    Json json = {{"type", type},
                 {"status", condition.is_true ? "True" : "False"},
                 {"lastProbeTime", nullptr},
                 {"lastTransitionTime", format_seconds(condition.since)}};
    // Null deletes what an earlier report said.
    json["reason"] = condition.reason.empty() ? Json() : Json(condition.reason);
    json["message"] = condition.message.empty() ? Json() : Json(condition.message);
    return json;
}

}  // namespace

Json pod_status(const PodSpec& spec, const PodState& state) {
    Json status = {{"phase", state.phase},
                   {"qosClass", spec.qos_class},
                   {"conditions", Json::array()},
                   {"containerStatuses", Json::array()}};
    status["reason"] = state.reason.empty() ? Json() : Json(state.reason);
    status["message"] = state.message.empty() ? Json() : Json(state.message);
    if (state.start_time) {
        status["startTime"] = format_seconds(*state.start_time);
    }
    if (!state.pod_ip.empty()) {
        status["podIP"] = state.pod_ip;
        status["podIPs"] = Json::array({{{"ip", state.pod_ip}}});
    }
    if (!state.host_ip.empty()) {
        status["hostIP"] = state.host_ip;
        status["hostIPs"] = Json::array({{{"ip", state.host_ip}}});
    }
    for (const char* type : {"PodScheduled", "Initialized", "ContainersReady", "Ready"}) {
        if (const auto found = state.conditions.find(type); found != state.conditions.end()) {
            status["conditions"].push_back(condition_json(type, found->second));
        }
    }
    for (std::size_t i = 0; i < spec.containers.size(); ++i) {
        const bool is_init = spec.containers[i].is_init;
        status[is_init ? "initContainerStatuses" : "containerStatuses"].push_back(
            container_status(spec.containers[i], state.containers[i]));
    }
    return status;
}

}  // namespace bestgres::fakekube::node
