// The life of one pod as a pure state machine: what happened goes in, what to do comes out of
// decide(). It owns no process and asks no clock; whoever performs the actions reports back.
// Rules: init containers one after the other, restart policy with back-off, probes, hooks, grace
// periods. https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "fakekube/node/back_off.hpp"
#include "fakekube/node/pod_spec.hpp"

namespace bestgres::fakekube::node {

enum class ProbeKind { startup, readiness, liveness };
enum class Hook { post_start, pre_stop };

// Volumes, address, directories: once, before the first container.
struct PreparePod {
    bool operator==(const PreparePod&) const = default;
};
struct StartContainer {
    std::size_t container;
    int attempt;  // 0 the first time
    bool operator==(const StartContainer&) const = default;
};
struct SignalContainer {
    std::size_t container;
    bool kill;  // SIGKILL, else SIGTERM
    bool operator==(const SignalContainer&) const = default;
};
struct RunProbe {
    std::size_t container;
    ProbeKind kind;
    bool operator==(const RunProbe&) const = default;
};
struct RunHook {
    std::size_t container;
    Hook hook;
    Duration timeout;
    bool operator==(const RunHook&) const = default;
};
struct Announce {  // a Kubernetes Event
    bool warning;
    std::string reason, message;
    std::optional<std::size_t> container;
    bool operator==(const Announce&) const = default;
};
// Nothing runs any more and nothing will.
struct ReleasePod {
    bool operator==(const ReleasePod&) const = default;
};
// The object is to be removed, after the last status was reported.
struct ConfirmDeletion {
    bool operator==(const ConfirmDeletion&) const = default;
};
using Action = std::variant<PreparePod, StartContainer, SignalContainer, RunProbe, RunHook,
                            Announce, ReleasePod, ConfirmDeletion>;

struct Termination {
    int exit_code = 0;
    int signal = 0;
    std::string reason, message;  // "Completed", "Error", "StartError", "ContainerStatusUnknown"...
    std::optional<Instant> started_at;
    Instant finished_at;
    std::string container_id;
};

struct ProbeRun {
    bool in_flight = false;
    std::optional<Instant> next;
    int successes = 0;
    int failures = 0;
};

struct Stop {
    Instant deadline;
    bool hook_running = false;
    bool term_sent = false;
    bool kill_sent = false;
};

struct ContainerRun {
    enum class State { waiting, creating, running, terminated };

    State state = State::waiting;
    std::string waiting_reason = "ContainerCreating", waiting_message;
    Instant not_before;  // of a waiting container
    int attempt = -1;    // of the run that is or was; -1: never started
    int restart_count = 0;
    std::string container_id;
    Instant started_at;
    bool hook_pending = false;  // postStart has not ended
    bool has_started = false;   // the startup probe passed
    bool is_ready = false;
    std::array<ProbeRun, 3> probes;  // by ProbeKind
    std::optional<Stop> stop;
    std::optional<Termination> terminated;       // of state terminated
    std::optional<Termination> last_terminated;  // of the run before
    BackOff back_off;
    BackOff start_back_off;  // of images
};

struct PodCondition {
    bool is_true = false;
    std::string reason, message;
    Instant since;
};

// Everything that a status is made of.
struct PodState {
    std::vector<ContainerRun> containers;
    std::string pod_ip, host_ip;
    std::optional<Instant> start_time;
    std::map<std::string, PodCondition> conditions;
    std::string phase = "Pending", reason, message;
};

// Of a probe or hook.
struct Verdict {
    bool success = false;
    std::string message;
};

struct Trouble {
    std::string reason, message;
};

class PodWorker {
public:
    // `pod` as the API server has it: what its status says was running before is gone now, because
    // containers die with their node.
    PodWorker(const kube::Object& pod, Instant now);

    // Deletion and its grace period, conditions of others; the rest of a spec is immutable here.
    void on_pod(const kube::Object& pod, Instant now);
    // The object is gone from the API server.
    void on_removed(Instant now);

    // What a container lacked may be there now.
    void on_surroundings(Instant now);

    void on_prepared(std::string pod_ip, std::string host_ip);
    void on_prepare_failed(const std::string& reason, const std::string& message, Instant now);
    void on_started(std::size_t container, const std::string& container_id, Instant now);
    // Reasons of the kubelet: "CreateContainerConfigError", "ErrImagePull"...
    void on_start_failed(std::size_t container, const Trouble& trouble, Instant now);
    void on_exited(std::size_t container, Termination how);
    void on_probe(const RunProbe& probe, const Verdict& verdict, Instant now);
    // Of its timeout nothing is needed.
    void on_hook(const RunHook& hook, const Verdict& verdict, Instant now);

    std::vector<Action> decide(Instant now);
    // When decide() may have something new to say without further input.
    std::optional<Instant> next_due() const;

    const PodSpec& spec() const { return spec_; }
    const PodState& state() const { return state_; }
    bool is_stopping() const { return stopping_deadline_.has_value(); }
    bool is_over() const { return torn_down_; }

private:
    void restore(const Json& status, Instant now);
    void restore_container(std::size_t index, const Json& status, Instant now);
    bool will_restart(const ContainerRun& run) const;
    void decide_prepare(Instant now);
    void decide_init(Instant now);
    void decide_main(Instant now);
    void decide_start(std::size_t index, Instant now);
    void decide_stops(Instant now);
    void decide_stop(std::size_t index, Instant now);
    void decide_probes(Instant now);
    void decide_end(Instant now);
    void begin_stop(std::size_t index, Duration grace, Instant now);
    void begin_probes(std::size_t index, Instant now);
    void fail_pod(const std::string& reason, const std::string& message, Instant now);
    void refresh_phase();
    void refresh_conditions(Instant now);
    void set_condition(const std::string& type, PodCondition condition);
    bool init_is_done() const;
    bool anything_runs() const;
    const std::optional<Probe>& probe_of(std::size_t index, ProbeKind kind) const;
    void announce(bool warning, std::string reason, std::string message,
                  std::optional<std::size_t> container = {});

    PodSpec spec_;
    PodState state_;
    std::map<std::string, bool> gates_;
    std::optional<Instant> stopping_deadline_;  // the pod's containers must end
    bool deletion_asked_ = false;
    enum class Preparation { wanted, running, done } preparation_ = Preparation::wanted;
    Instant prepare_not_before_;
    bool terminal_ = false;  // Succeeded or Failed: nothing starts again
    bool torn_down_ = false;
    bool deletion_confirmed_ = false;
    Instant decided_at_;
    std::vector<Action> actions_;
};

}  // namespace bestgres::fakekube::node
