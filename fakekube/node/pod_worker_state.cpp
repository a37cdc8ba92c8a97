// The parts of PodWorker that judge: what a status restores, phase, conditions, what is due.
#include <algorithm>

#include "fakekube/node/pod_worker.hpp"

namespace bestgres::fakekube::node {
namespace {

using State = ContainerRun::State;

constexpr int exit_lost = 137;

Instant time_or(const Json& json, std::initializer_list<std::string_view> path, Instant fallback) {
    return parse_time(string_at(json, path)).value_or(fallback);
}

Termination read_termination(const Json& json, Instant now) {
    Termination result;
    result.exit_code = static_cast<int>(find_int(json, {"exitCode"}).value_or(0));
    result.signal = static_cast<int>(find_int(json, {"signal"}).value_or(0));
    result.reason = string_at(json, {"reason"});
    result.message = string_at(json, {"message"});
    result.container_id = string_at(json, {"containerID"});
    result.started_at = time_or(json, {"startedAt"}, now);
    result.finished_at = time_or(json, {"finishedAt"}, now);
    return result;
}

Termination lost(const Json& status, Instant now) {
    return Termination{.exit_code = exit_lost,
                       .signal = 0,
                       .reason = "ContainerStatusUnknown",
                       .message = "The container could not be located: its node was restarted",
                       .started_at = time_or(status, {"state", "running", "startedAt"}, now),
                       .finished_at = now,
                       .container_id = string_at(status, {"containerID"})};
}

std::string bracketed(const std::vector<std::string>& names) {
    std::string text = "[";
    for (const std::string& name : names) {
        text += (text.size() > 1 ? " " : "") + name;
    }
    return text + "]";
}

}  // namespace

PodWorker::PodWorker(const kube::Object& pod, Instant now)
    : spec_(read_pod_spec(pod)), decided_at_(now) {
    state_.containers.resize(spec_.containers.size());
    for (std::size_t i = 0; i < spec_.containers.size(); ++i) {
        if (!spec_.containers[i].is_init && spec_.containers.front().is_init) {
            state_.containers[i].waiting_reason = "PodInitializing";
        }
    }
    restore(object_at(pod.json(), {"status"}), now);
    on_pod(pod, now);
}

void PodWorker::restore(const Json& status, Instant now) {
    state_.phase = string_at(status, {"phase"}, "Pending");
    state_.reason = string_at(status, {"reason"});
    state_.message = string_at(status, {"message"});
    state_.pod_ip = string_at(status, {"podIP"});
    if (const auto start = parse_time(string_at(status, {"startTime"})); start.ok()) {
        state_.start_time = *start;
    }
    for (const Json& condition : array_at(status, {"conditions"})) {
        state_.conditions[string_at(condition, {"type"})] =
            PodCondition{.is_true = string_at(condition, {"status"}) == "True",
                         .reason = string_at(condition, {"reason"}),
                         .message = string_at(condition, {"message"}),
                         .since = time_or(condition, {"lastTransitionTime"}, now)};
    }
    terminal_ = state_.phase == "Succeeded" || state_.phase == "Failed";
    for (const char* list : {"initContainerStatuses", "containerStatuses"}) {
        for (const Json& each : array_at(status, {list})) {
            const auto found = std::find_if(
                spec_.containers.begin(), spec_.containers.end(),
                [&](const ContainerSpec& spec) { return spec.name == string_at(each, {"name"}); });
            if (found != spec_.containers.end()) {
                restore_container(static_cast<std::size_t>(found - spec_.containers.begin()), each,
                                  now);
            }
        }
    }
}

void PodWorker::restore_container(std::size_t index, const Json& status, Instant now) {
    ContainerRun& run = state_.containers[index];
    const Json* before = find(status, {"lastState", "terminated"});
    const Json* ended = find(status, {"state", "terminated"});
    const bool was_running = find(status, {"state", "running"}) != nullptr;
    if (before != nullptr) {
        run.last_terminated = read_termination(*before, now);
    }
    run.restart_count = static_cast<int>(find_int(status, {"restartCount"}).value_or(0));
    run.container_id = string_at(status, {"containerID"});
    const bool ran = before != nullptr || ended != nullptr || was_running || run.restart_count > 0;
    run.attempt = ran ? run.restart_count : -1;
    if (was_running) {
        run.terminated = lost(status, now);
    } else if (ended != nullptr) {
        run.terminated = read_termination(*ended, now);
    }
    if (!run.terminated) {
        return;
    }
    run.state = State::terminated;
    // The sandbox is new, so init containers run again, as the kubelet does after a reboot.
    const bool again = spec_.containers[index].is_init && !terminal_;
    if (again || (!terminal_ && will_restart(run))) {
        run.state = State::waiting;
        run.last_terminated = std::exchange(run.terminated, std::nullopt);
        run.not_before = now;
    }
}

bool PodWorker::will_restart(const ContainerRun& run) const {
    const bool is_init =
        spec_.containers[static_cast<std::size_t>(&run - state_.containers.data())].is_init;
    const bool failed = run.terminated && run.terminated->exit_code != 0;
    switch (spec_.restart_policy) {
        case RestartPolicy::always:
            return !is_init || failed;
        case RestartPolicy::on_failure:
            return failed;
        case RestartPolicy::never:
            return false;
    }
    return false;
}

bool PodWorker::init_is_done() const {
    for (std::size_t i = 0; i < state_.containers.size() && spec_.containers[i].is_init; ++i) {
        const ContainerRun& run = state_.containers[i];
        if (run.state != State::terminated || run.terminated->exit_code != 0) {
            return false;
        }
    }
    return true;
}

bool PodWorker::anything_runs() const {
    return std::any_of(state_.containers.begin(), state_.containers.end(), [](const auto& run) {
        return run.state == State::running || run.state == State::creating;
    });
}

const std::optional<Probe>& PodWorker::probe_of(std::size_t index, ProbeKind kind) const {
    const ContainerSpec& container = spec_.containers[index];
    switch (kind) {
        case ProbeKind::startup:
            return container.startup;
        case ProbeKind::readiness:
            return container.readiness;
        case ProbeKind::liveness:
            return container.liveness;
    }
    return container.startup;
}

void PodWorker::refresh_phase() {
    if (state_.phase == "Succeeded" || state_.phase == "Failed") {
        return;
    }
    bool init_failed = false;
    bool all_ended = true;
    bool all_succeeded = true;
    bool unstarted = !init_is_done();
    for (std::size_t i = 0; i < state_.containers.size(); ++i) {
        const ContainerRun& run = state_.containers[i];
        const bool ended = run.state == State::terminated && !will_restart(run);
        const bool failed = run.state == State::terminated && run.terminated->exit_code != 0;
        if (spec_.containers[i].is_init) {
            init_failed = init_failed || (ended && failed);
            continue;
        }
        all_ended = all_ended && ended;
        all_succeeded = all_succeeded && !failed;
        unstarted = unstarted || (run.attempt < 0);
    }
    const bool stopped_for_good = stopping_deadline_ && !anything_runs() && !unstarted;
    if (init_failed || (terminal_ && !anything_runs())) {
        state_.phase = "Failed";
    } else if (all_ended || stopped_for_good) {
        state_.phase = all_succeeded ? "Succeeded" : "Failed";
    } else {
        state_.phase = unstarted ? "Pending" : "Running";
    }
    terminal_ = terminal_ || init_failed || all_ended;
}

void PodWorker::refresh_conditions(Instant now) {
    std::vector<std::string> incomplete;
    std::vector<std::string> unready;
    for (std::size_t i = 0; i < state_.containers.size(); ++i) {
        const ContainerRun& run = state_.containers[i];
        const bool completed = run.state == State::terminated && run.terminated->exit_code == 0;
        if (spec_.containers[i].is_init ? !completed : !run.is_ready) {
            (spec_.containers[i].is_init ? incomplete : unready)
                .push_back(spec_.containers[i].name);
        }
    }
    const auto condition = [&](bool is_true, const std::string& reason, const std::string& text) {
        return is_true ? PodCondition{.is_true = true, .reason = "", .message = "", .since = now}
                       : PodCondition{
                             .is_true = false, .reason = reason, .message = text, .since = now};
    };
    set_condition("PodScheduled", condition(true, "", ""));
    set_condition("Initialized",
                  condition(incomplete.empty(), "ContainersNotInitialized",
                            "containers with incomplete status: " + bracketed(incomplete)));
    const bool succeeded = state_.phase == "Succeeded";
    const std::string reason = succeeded ? "PodCompleted" : "ContainersNotReady";
    const std::string message =
        succeeded ? "" : "containers with unready status: " + bracketed(unready);
    set_condition("ContainersReady", condition(unready.empty(), reason, message));
    const auto closed =
        std::find_if(gates_.begin(), gates_.end(), [](const auto& gate) { return !gate.second; });
    if (unready.empty() && closed != gates_.end()) {
        set_condition("Ready", condition(false, "ReadinessGatesNotReady",
                                         "corresponding condition of pod readiness gate \"" +
                                             closed->first + "\" does not exist or is not True"));
    } else {
        set_condition("Ready", condition(unready.empty(), reason, message));
    }
}

void PodWorker::set_condition(const std::string& type, PodCondition condition) {
    PodCondition& held = state_.conditions[type];
    if (held.is_true == condition.is_true && held.since.ns != 0) {
        condition.since = held.since;
    }
    held = std::move(condition);
}

std::optional<Instant> PodWorker::next_due() const {
    std::optional<Instant> due;
    const auto consider = [&](Instant at) {
        if (at > decided_at_ && (!due || at < *due)) {
            due = at;
        }
    };
    if (preparation_ == Preparation::wanted && !stopping_deadline_) {
        consider(prepare_not_before_);
    }
    if (spec_.active_deadline && state_.start_time && !terminal_) {
        consider(*state_.start_time + *spec_.active_deadline);
    }
    for (const ContainerRun& run : state_.containers) {
        if (run.state == State::waiting && !stopping_deadline_) {
            consider(run.not_before);
        }
        if (run.stop) {
            consider(run.stop->deadline);
        }
        for (const ProbeRun& probe : run.probes) {
            if (probe.next && !probe.in_flight && run.state == State::running) {
                consider(*probe.next);
            }
        }
    }
    return due;
}

}  // namespace bestgres::fakekube::node
