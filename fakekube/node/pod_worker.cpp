#include "fakekube/node/pod_worker.hpp"

#include <algorithm>

#include "lib/base/check.hpp"

namespace bestgres::fakekube::node {
namespace {

using State = ContainerRun::State;
using std::chrono::seconds;

constexpr Duration least_after_hook = seconds(2);  // SIGTERM gets this even if preStop used all
constexpr Duration retry_configuration = seconds(5);
constexpr Duration retry_preparation = seconds(2);

std::size_t index_of(ProbeKind kind) {
    return static_cast<std::size_t>(kind);
}

std::string_view name_of(ProbeKind kind) {
    switch (kind) {
        case ProbeKind::startup:
            return "Startup";
        case ProbeKind::readiness:
            return "Readiness";
        case ProbeKind::liveness:
            return "Liveness";
    }
    BG_CHECK(false, "a probe kind without a name");
}

bool is_image_trouble(const std::string& reason) {
    return reason == "ErrImagePull" || reason == "ErrImageNeverPull" ||
           reason == "InvalidImageName";
}

}  // namespace

void PodWorker::on_pod(const kube::Object& pod, Instant now) {
    for (const std::string& gate : spec_.readiness_gates) {
        gates_[gate] = false;
        for (const Json& condition : array_at(pod.json(), {"status", "conditions"})) {
            if (string_at(condition, {"type"}) == gate) {
                gates_[gate] = string_at(condition, {"status"}) == "True";
            }
        }
    }
    if (!pod.being_deleted()) {
        return;
    }
    deletion_asked_ = true;
    const auto grace = find_int(pod.json(), {"metadata", "deletionGracePeriodSeconds"});
    const Duration span =
        grace ? Duration(seconds(std::max<std::int64_t>(*grace, 0))) : spec_.grace;
    // A later request may shorten the grace period, never lengthen it.
    stopping_deadline_ = std::min(stopping_deadline_.value_or(now + span), now + span);
}

void PodWorker::on_removed(Instant now) {
    deletion_confirmed_ = true;
    deletion_asked_ = true;
    const Instant soon = now + seconds(1);
    stopping_deadline_ = std::min(stopping_deadline_.value_or(soon), soon);
}

void PodWorker::on_surroundings(Instant now) {
    for (ContainerRun& run : state_.containers) {
        if (run.state == State::waiting && run.waiting_reason == "CreateContainerConfigError") {
            run.not_before = std::min(run.not_before, now);
        }
    }
}

void PodWorker::on_prepared(std::string pod_ip, std::string host_ip) {
    preparation_ = Preparation::done;
    state_.pod_ip = std::move(pod_ip);
    state_.host_ip = std::move(host_ip);
}

void PodWorker::on_prepare_failed(const std::string& reason, const std::string& message,
                                  Instant now) {
    preparation_ = Preparation::wanted;
    prepare_not_before_ = now + retry_preparation;
    for (ContainerRun& run : state_.containers) {
        if (run.waiting_message != message && &run == &state_.containers.front()) {
            announce(true, reason, message);
        }
        run.waiting_message = message;
    }
}

void PodWorker::on_started(std::size_t container, const std::string& container_id, Instant now) {
    ContainerRun& run = state_.containers[container];
    run.state = State::running;
    run.attempt += 1;
    run.restart_count = run.attempt;
    run.container_id = container_id;
    run.started_at = now;
    run.stop.reset();
    run.terminated.reset();
    run.waiting_message.clear();
    run.start_back_off = BackOff();
    run.hook_pending = spec_.containers[container].post_start.has_value();
    announce(false, "Started", "Started container " + spec_.containers[container].name, container);
    if (run.hook_pending) {
        actions_.emplace_back(RunHook{container, Hook::post_start, spec_.grace});
    } else {
        begin_probes(container, now);
    }
}

void PodWorker::on_start_failed(std::size_t container, const Trouble& trouble, Instant now) {
    const auto& [reason, message] = trouble;
    ContainerRun& run = state_.containers[container];
    run.state = State::waiting;
    if (run.waiting_message != message) {
        announce(true, "Failed", message, container);
    }
    run.waiting_reason = reason;
    run.waiting_message = message;
    if (is_image_trouble(reason)) {
        run.start_back_off.on_retry(now, now);
        run.not_before = now + run.start_back_off.delay();
    } else {
        run.not_before = now + retry_configuration;
    }
}

void PodWorker::on_exited(std::size_t container, Termination how) {
    ContainerRun& run = state_.containers[container];
    if (run.state == State::creating) {
        run.attempt += 1;
        run.restart_count = run.attempt;
    } else {
        how.started_at = run.started_at;
        how.container_id = run.container_id;
    }
    run.state = State::terminated;
    run.is_ready = false;
    run.has_started = false;
    run.hook_pending = false;
    run.stop.reset();
    run.probes = {};
    run.terminated = std::move(how);
}

void PodWorker::begin_probes(std::size_t index, Instant now) {
    ContainerRun& run = state_.containers[index];
    run.probes = {};
    const auto first = [&](ProbeKind kind) -> std::optional<Instant> {
        const std::optional<Probe>& probe = probe_of(index, kind);
        return probe ? std::optional<Instant>(std::max(now, run.started_at + probe->initial_delay))
                     : std::nullopt;
    };
    run.has_started = run.has_started || !probe_of(index, ProbeKind::startup);
    run.is_ready = run.has_started && !probe_of(index, ProbeKind::readiness);
    if (!run.has_started) {
        run.probes[index_of(ProbeKind::startup)].next = first(ProbeKind::startup);
        return;
    }
    run.probes[index_of(ProbeKind::readiness)].next = first(ProbeKind::readiness);
    run.probes[index_of(ProbeKind::liveness)].next = first(ProbeKind::liveness);
}

void PodWorker::on_probe(const RunProbe& which, const Verdict& verdict, Instant now) {
    const auto& [container, kind] = which;
    const auto& [success, message] = verdict;
    ContainerRun& run = state_.containers[container];
    ProbeRun& probe = run.probes[index_of(kind)];
    const std::optional<Probe>& rule = probe_of(container, kind);
    if (run.state != State::running || !probe.in_flight || !rule) {
        return;
    }
    probe.in_flight = false;
    probe.next = std::max(now, probe.next.value_or(now) + rule->period);
    probe.successes = success ? probe.successes + 1 : 0;
    probe.failures = success ? 0 : probe.failures + 1;
    const bool failed = probe.failures == rule->failure_threshold;
    if (!success && (probe.failures == 1 || failed)) {
        announce(true, "Unhealthy", std::string(name_of(kind)) + " probe failed: " + message,
                 container);
    }
    if (kind == ProbeKind::readiness) {
        run.is_ready = probe.successes >= rule->success_threshold ||
                       (run.is_ready && probe.failures < rule->failure_threshold);
    } else if (failed && !run.stop) {
        announce(false, "Killing",
                 "Container " + spec_.containers[container].name + " failed " +
                     (kind == ProbeKind::startup ? "startup" : "liveness") +
                     " probe, will be restarted",
                 container);
        begin_stop(container, rule->termination_grace.value_or(spec_.grace), now);
    } else if (kind == ProbeKind::startup && probe.successes >= rule->success_threshold) {
        run.has_started = true;
        begin_probes(container, now);
    }
}

void PodWorker::on_hook(const RunHook& which, const Verdict& verdict, Instant now) {
    const std::size_t container = which.container;
    const auto& [success, message] = verdict;
    ContainerRun& run = state_.containers[container];
    if (run.state != State::running) {
        return;
    }
    if (which.hook == Hook::pre_stop) {
        if (!success) {
            announce(true, "FailedPreStopHook", message, container);
        }
        if (run.stop && run.stop->hook_running) {
            run.stop->hook_running = false;
            run.stop->deadline = std::max(run.stop->deadline, now + least_after_hook);
        }
        return;
    }
    run.hook_pending = false;
    if (success) {
        begin_probes(container, now);
        return;
    }
    announce(true, "FailedPostStartHook", message, container);
    if (!run.stop) {
        begin_stop(container, spec_.grace, now);
    }
}

std::vector<Action> PodWorker::decide(Instant now) {
    decided_at_ = now;
    if (spec_.active_deadline && state_.start_time && !terminal_ && !stopping_deadline_ &&
        now >= *state_.start_time + *spec_.active_deadline) {
        fail_pod("DeadlineExceeded",
                 "Pod was active on the node longer than the specified deadline", now);
    }
    if (!stopping_deadline_ && !terminal_) {
        decide_prepare(now);
        if (preparation_ == Preparation::done) {
            decide_init(now);
            decide_main(now);
        }
    }
    decide_stops(now);
    decide_probes(now);
    refresh_phase();
    refresh_conditions(now);
    decide_end(now);
    return std::exchange(actions_, {});
}

void PodWorker::decide_prepare(Instant now) {
    if (!state_.start_time) {
        state_.start_time = now;
    }
    if (preparation_ == Preparation::wanted && now >= prepare_not_before_) {
        preparation_ = Preparation::running;
        actions_.emplace_back(PreparePod{});
    }
}

void PodWorker::decide_init(Instant now) {
    for (std::size_t i = 0; i < state_.containers.size() && spec_.containers[i].is_init; ++i) {
        const ContainerRun& run = state_.containers[i];
        const bool completed = run.state == State::terminated && run.terminated->exit_code == 0;
        if (!completed) {
            decide_start(i, now);
            return;
        }
    }
}

void PodWorker::decide_main(Instant now) {
    if (!init_is_done()) {
        return;
    }
    for (std::size_t i = 0; i < state_.containers.size(); ++i) {
        if (!spec_.containers[i].is_init) {
            decide_start(i, now);
        }
    }
}

void PodWorker::decide_start(std::size_t index, Instant now) {
    ContainerRun& run = state_.containers[index];
    if (run.state == State::terminated && will_restart(run)) {
        run.last_terminated = std::exchange(run.terminated, std::nullopt);
        run.state = State::waiting;
        run.not_before = run.back_off.retry_at(run.last_terminated->finished_at);
        run.waiting_reason = "ContainerCreating";
        run.waiting_message.clear();
        if (now < run.not_before) {
            const std::string what = spec_.containers[index].name + " in pod " + spec_.name + "_" +
                                     spec_.ns + "(" + spec_.uid + ")";
            run.waiting_reason = "CrashLoopBackOff";
            run.waiting_message = "back-off " + format_duration(run.back_off.delay()) +
                                  " restarting failed container=" + what;
            announce(true, "BackOff", "Back-off restarting failed container " + what, index);
        }
    }
    if (run.state == State::waiting && is_image_trouble(run.waiting_reason)) {
        run.waiting_reason = "ImagePullBackOff";
    }
    if (run.state != State::waiting || now < run.not_before) {
        return;
    }
    if (run.last_terminated && run.waiting_reason != "CreateContainerConfigError" &&
        run.waiting_reason != "ImagePullBackOff") {
        run.back_off.on_retry(run.last_terminated->finished_at, now);
    }
    run.state = State::creating;
    actions_.emplace_back(StartContainer{index, run.attempt + 1});
}

void PodWorker::begin_stop(std::size_t index, Duration grace, Instant now) {
    ContainerRun& run = state_.containers[index];
    run.stop = Stop{.deadline = now + grace};
    if (spec_.containers[index].pre_stop && grace > Duration(0)) {
        run.stop->hook_running = true;
        actions_.emplace_back(RunHook{index, Hook::pre_stop, grace});
    }
}

void PodWorker::decide_stops(Instant now) {
    for (std::size_t i = 0; i < state_.containers.size(); ++i) {
        ContainerRun& run = state_.containers[i];
        if (run.state != State::running) {
            continue;
        }
        if (stopping_deadline_ && !run.stop) {
            announce(false, "Killing", "Stopping container " + spec_.containers[i].name, i);
            begin_stop(i, std::max(*stopping_deadline_ - now, Duration(0)), now);
        } else if (stopping_deadline_ && *stopping_deadline_ < run.stop->deadline &&
                   !run.stop->term_sent) {
            run.stop->deadline = *stopping_deadline_;
        } else if (stopping_deadline_ && run.stop->term_sent) {
            run.stop->deadline = std::min(run.stop->deadline, std::max(*stopping_deadline_, now));
        }
        if (run.stop) {
            decide_stop(i, now);
        }
    }
}

void PodWorker::decide_stop(std::size_t index, Instant now) {
    Stop& stop = *state_.containers[index].stop;
    if (stop.hook_running && now >= stop.deadline) {
        stop.hook_running = false;
        stop.deadline = now + least_after_hook;
    }
    if (stop.hook_running) {
        return;
    }
    if (!stop.term_sent) {
        stop.term_sent = true;
        actions_.emplace_back(SignalContainer{index, false});
    }
    if (now >= stop.deadline && !stop.kill_sent) {
        stop.kill_sent = true;
        actions_.emplace_back(SignalContainer{index, true});
    }
}

void PodWorker::decide_probes(Instant now) {
    for (std::size_t i = 0; i < state_.containers.size(); ++i) {
        ContainerRun& run = state_.containers[i];
        for (const ProbeKind kind :
             {ProbeKind::startup, ProbeKind::readiness, ProbeKind::liveness}) {
            ProbeRun& probe = run.probes[index_of(kind)];
            const bool wanted =
                run.state == State::running && (!run.stop || kind == ProbeKind::readiness);
            if (wanted && !probe.in_flight && probe.next && now >= *probe.next) {
                probe.in_flight = true;
                actions_.emplace_back(RunProbe{i, kind});
            }
        }
    }
}

void PodWorker::decide_end(Instant now) {
    if (terminal_ && !stopping_deadline_) {
        stopping_deadline_ = now;
    }
    if (!stopping_deadline_ || anything_runs()) {
        return;
    }
    if (!torn_down_) {
        torn_down_ = true;
        actions_.emplace_back(ReleasePod{});
    }
    if (deletion_asked_ && !deletion_confirmed_) {
        deletion_confirmed_ = true;
        actions_.emplace_back(ConfirmDeletion{});
    }
}

void PodWorker::fail_pod(const std::string& reason, const std::string& message, Instant now) {
    state_.reason = reason;
    state_.message = message;
    terminal_ = true;
    stopping_deadline_ = now + spec_.grace;
    announce(false, reason, message);
}

void PodWorker::announce(bool warning, std::string reason, std::string message,
                         std::optional<std::size_t> container) {
    actions_.emplace_back(Announce{warning, std::move(reason), std::move(message), container});
}

}  // namespace bestgres::fakekube::node
