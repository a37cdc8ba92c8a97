// A small world on virtual time: the API server and its controllers, a stand-in for kubelets,
// modelled members, and the production operator's core. A plain value: a copy is a second world
// with the same future. Everything that will happen is data in one queue; equal times keep the
// order in which they were queued.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "fakekube/api_server.hpp"
#include "fakekube/controllers/controller_manager.hpp"
#include "fakekube/in_process_cluster.hpp"
#include "fakepatroni/member.hpp"
#include "lib/base/hash.hpp"
#include "operator/core/operator_core.hpp"

namespace bestgres::scenarios {

struct WorldOptions {
    std::uint64_t seed = 1;
    std::string ns = "shop";
    int nodes = 3;
    Duration call_latency = std::chrono::milliseconds(5);  // each way
    Duration watch_latency = std::chrono::milliseconds(10);
    Duration container_start = std::chrono::seconds(1);
};

class World {
public:
    explicit World(WorldOptions options);

    // As a cluster administrator; refusals abort the scenario.
    void apply(const Json& manifest);
    void remove(const kube::Ref& ref);
    kube::Object get(const kube::Ref& ref) const;  // empty where there is none

    void start_operator();
    void stop_operator();
    // SIGKILL of the pod's container: nobody says goodbye; the kubelet starts it anew.
    void kill_container(const std::string& pod);

    // Lets time pass until `done` holds (checked after every event) or `limit` is over; whether it
    // held.
    bool run_until(const std::function<bool(const World&)>& done, Duration limit);
    void run_for(Duration span);

    Instant now() const { return now_; }
    const fakekube::ApiServer& server() const { return server_; }
    // The members whose Postgres accepts writes.
    std::vector<std::string> writable_members() const;
    // Of everything that was written, in order and with its time.
    std::uint64_t trace_hash() const { return trace_.value(); }
    // Steps that the operator performed, as its log tells them.
    const std::vector<std::string>& steps() const { return steps_; }

private:
    enum class PodPhase { starting, running, stopping };
    struct Pod {
        std::string name;
        std::string claim;  // uid of the volume's claim
        PodPhase phase = PodPhase::starting;
        Instant due;  // of the next phase
        int restarts = 0;
        bool ready = false;
        std::optional<Instant> wake;  // the only pending one that counts
        std::optional<fakepatroni::Member> member;
    };

    struct OperatorWake {};
    struct OperatorEvent {
        core::Event event;
    };
    struct OperatorCall {
        core::KubeCall call;
    };
    struct OperatorPatroni {
        core::PatroniCall call;
    };
    struct WatchesDue {};
    struct KubeletDue {};
    struct ControllersDue {};
    struct MemberWake {
        std::string pod_uid;
        int incarnation = 0;
    };
    struct MemberCall {
        std::string pod_uid;
        int incarnation = 0;
        kube::CallId id = 0;
        kube::Call call;
    };
    struct MemberInput {
        std::string pod_uid;
        int incarnation = 0;
        fakepatroni::MemberEvent event;
    };
    using Happening =
        std::variant<OperatorWake, OperatorEvent, OperatorCall, OperatorPatroni, WatchesDue,
                     KubeletDue, ControllersDue, MemberWake, MemberCall, MemberInput>;

    void happen(Happening happening);
    void after(Duration delay, Happening happening);
    void after_writes();

    // operator.cpp
    void feed_operator(const core::Event& event);
    void take_outbox(core::Outbox outbox);
    void ask_member(const core::PatroniCall& call);
    void poll_watches();
    void run_controllers();

    // kubelet.cpp
    void kubelet_pass();
    void begin_pods();
    void advance_pod(const std::string& uid, Pod& pod);
    void wake_member(const MemberWake& wake);
    void wake_member_at(const std::string& uid, Pod& pod, Instant at);
    void start_member(const std::string& uid, Pod& pod);
    void report_ready(const std::string& uid, Pod& pod);
    void finish_pod(const std::string& uid, Pod& pod);
    void feed_member(const std::string& uid, int incarnation,
                     const fakepatroni::MemberEvent& event);
    void take_member_outbox(const std::string& uid, Pod& pod, fakepatroni::MemberOutbox outbox);
    kube::Object pod_object(const std::string& name) const;

    WorldOptions options_;
    Instant now_;
    fakekube::ApiServer server_;
    fakekube::ControllerManager controllers_;
    std::optional<core::OperatorCore> operator_;
    std::map<kube::WatchId, fakekube::WatchCursor> watches_;
    std::optional<Instant> operator_wake_;
    std::optional<Instant> controllers_wake_;
    std::uint64_t entropy_drawn_ = 0;
    std::map<std::string, Pod> pods_;                 // by uid
    std::map<std::string, fakepatroni::Disk> disks_;  // by uid of the claim
    std::map<std::pair<Instant, std::uint64_t>, Happening> queue_;
    std::uint64_t queued_ = 0;
    std::uint64_t seen_version_ = 0;
    Hasher trace_;
    std::vector<std::string> steps_;
};

}  // namespace bestgres::scenarios
