#include "fakekube/node/pod_worker.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "fakekube/node/pod_status.hpp"

namespace bestgres::fakekube::node {
namespace {

using namespace std::chrono_literals;

constexpr Instant start{1'800'000'000'000'000'000};

Json container(const std::string& name) {
    return {{"name", name}, {"image", "busybox:1"}};
}

kube::Object pod_of(Json spec, Json status = Json::object(), Json metadata = Json::object()) {
    metadata.update({{"name", "web-0"}, {"namespace", "shop"}, {"uid", "u1"}});
    return kube::Object({{"metadata", metadata}, {"spec", spec}, {"status", status}});
}

template <class Wanted>
std::vector<Wanted> only(const std::vector<Action>& actions) {
    std::vector<Wanted> found;
    for (const Action& action : actions) {
        if (const Wanted* wanted = std::get_if<Wanted>(&action)) {
            found.push_back(*wanted);
        }
    }
    return found;
}

// A worker with a clock and a node that does at once what it is told.
struct World {
    explicit World(const kube::Object& pod) : worker(pod, start) {}

    std::vector<Action> decide() { return worker.decide(now); }
    // Prepares and starts whatever is asked for, until nothing more is.
    void settle() {
        for (int round = 0; round < 10; ++round) {
            for (const Action& action : decide()) {
                if (std::holds_alternative<PreparePod>(action)) {
                    worker.on_prepared("127.64.0.5", "127.0.0.1");
                } else if (const auto* begin = std::get_if<StartContainer>(&action)) {
                    attempts.push_back(begin->attempt);
                    worker.on_started(begin->container, "fakekube://x", now);
                }
            }
        }
    }
    void exit(std::size_t index, int code) {
        Termination how;
        how.exit_code = code;
        how.reason = code == 0 ? "Completed" : "Error";
        how.finished_at = now;
        worker.on_exited(index, how);
    }
    Json status() const { return pod_status(worker.spec(), worker.state()); }
    std::string condition(const std::string& type) const {
        return worker.state().conditions.at(type).is_true ? "True" : "False";
    }

    Instant now = start;
    PodWorker worker;
    std::vector<int> attempts;
};

TEST(PodWorker, prepares_then_runs_init_containers_in_order_then_all_others) {
    World world(pod_of({{"initContainers", {container("a"), container("b")}},
                        {"containers", {container("c"), container("d")}}}));
    EXPECT_EQ(only<PreparePod>(world.decide()).size(), 1U);
    EXPECT_TRUE(world.decide().empty());
    world.worker.on_prepared("127.64.0.5", "127.0.0.1");

    EXPECT_EQ(only<StartContainer>(world.decide()), (std::vector<StartContainer>{{0, 0}}));
    world.worker.on_started(0, "id", world.now);
    EXPECT_TRUE(only<StartContainer>(world.decide()).empty());
    EXPECT_EQ(world.status()["containerStatuses"][0]["state"]["waiting"]["reason"],
              "PodInitializing");
    EXPECT_EQ(world.condition("Initialized"), "False");
    world.exit(0, 0);
    EXPECT_EQ(only<StartContainer>(world.decide()), (std::vector<StartContainer>{{1, 0}}));
    world.worker.on_started(1, "id", world.now);
    world.exit(1, 0);
    EXPECT_EQ(only<StartContainer>(world.decide()), (std::vector<StartContainer>{{2, 0}, {3, 0}}));
    world.worker.on_started(2, "id", world.now);
    world.worker.on_started(3, "id", world.now);
    world.decide();
    EXPECT_EQ(world.worker.state().phase, "Running");
    EXPECT_EQ(world.condition("Ready"), "True");
    EXPECT_EQ(world.status()["podIP"], "127.64.0.5");
}

TEST(PodWorker, restarts_at_once_first_then_backs_off_and_says_so) {
    World world(pod_of({{"containers", {container("c")}}}));
    world.settle();
    world.exit(0, 1);
    world.settle();
    EXPECT_EQ(world.attempts, (std::vector<int>{0, 1}));
    world.exit(0, 2);
    world.settle();
    EXPECT_EQ(world.attempts.size(), 2U);
    const Json status = world.status()["containerStatuses"][0];
    EXPECT_EQ(status["state"]["waiting"]["reason"], "CrashLoopBackOff");
    EXPECT_EQ(status["lastState"]["terminated"]["exitCode"], 2);
    EXPECT_EQ(status["restartCount"], 1);
    EXPECT_EQ(world.worker.next_due(), start + 10s);
    world.now = start + 10s;
    world.settle();
    EXPECT_EQ(world.attempts.back(), 2);
    world.exit(0, 1);
    world.settle();
    EXPECT_EQ(world.worker.next_due(), start + 30s);
    EXPECT_EQ(world.worker.state().phase, "Running");
}

TEST(PodWorker, forgets_the_back_off_after_ten_quiet_minutes) {
    World world(pod_of({{"containers", {container("c")}}}));
    world.settle();
    world.exit(0, 1);
    world.settle();
    world.now = start + 11min;
    world.exit(0, 1);
    world.settle();
    EXPECT_EQ(world.attempts, (std::vector<int>{0, 1, 2}));
}

TEST(PodWorker, ends_succeeded_or_failed_where_nothing_restarts) {
    for (const auto& [policy, code, phase] :
         std::vector<std::tuple<std::string, int, std::string>>{{"Never", 0, "Succeeded"},
                                                                {"Never", 1, "Failed"},
                                                                {"OnFailure", 0, "Succeeded"},
                                                                {"OnFailure", 1, "Running"}}) {
        World world(pod_of({{"restartPolicy", policy}, {"containers", {container("c")}}}));
        world.settle();
        world.exit(0, code);
        world.settle();
        EXPECT_EQ(world.worker.state().phase, phase) << policy << code;
    }
}

TEST(PodWorker, fails_the_pod_when_an_init_container_fails_for_good) {
    World world(pod_of({{"restartPolicy", "Never"},
                        {"initContainers", {container("a")}},
                        {"containers", {container("c")}}}));
    world.settle();
    world.exit(0, 3);
    world.settle();
    EXPECT_EQ(world.worker.state().phase, "Failed");
    EXPECT_TRUE(world.worker.is_over());
}

TEST(PodWorker, waits_for_startup_before_other_probes) {
    Json c = container("c");
    c["startupProbe"] = {{"tcpSocket", {{"port", 1}}}, {"periodSeconds", 2}};
    c["readinessProbe"] = {{"httpGet", {{"port", 8009}, {"path", "/ready"}}},
                           {"initialDelaySeconds", 5}};
    World world(pod_of({{"containers", {c}}}));
    world.settle();
    EXPECT_TRUE(world.worker.state().containers[0].probes[0].in_flight);
    world.worker.on_probe({0, ProbeKind::startup}, {false, "refused"}, world.now);
    EXPECT_EQ(world.worker.next_due(), start + 2s);
    world.now = start + 2s;
    EXPECT_EQ(only<RunProbe>(world.decide()), (std::vector<RunProbe>{{0, ProbeKind::startup}}));
    world.worker.on_probe({0, ProbeKind::startup}, {true, ""}, world.now);
    EXPECT_TRUE(world.worker.state().containers[0].has_started);
    EXPECT_TRUE(only<RunProbe>(world.decide()).empty());
    EXPECT_EQ(world.condition("Ready"), "False");
    world.now = start + 5s;
    EXPECT_EQ(only<RunProbe>(world.decide()), (std::vector<RunProbe>{{0, ProbeKind::readiness}}));
    world.worker.on_probe({0, ProbeKind::readiness}, {true, ""}, world.now);
    world.decide();
    EXPECT_EQ(world.condition("Ready"), "True");
}

TEST(PodWorker, takes_readiness_away_only_at_the_threshold) {
    Json c = container("c");
    c["readinessProbe"] = {{"exec", {{"command", {"true"}}}}, {"failureThreshold", 2}};
    World world(pod_of({{"containers", {c}}}));
    world.settle();
    world.worker.on_probe({0, ProbeKind::readiness}, {true, ""}, world.now);
    for (const std::string expected : {"True", "False"}) {
        world.now = world.now + 10s;
        world.decide();
        world.worker.on_probe({0, ProbeKind::readiness}, {false, "x"}, world.now);
        world.decide();
        EXPECT_EQ(world.condition("Ready"), expected);
    }
}

TEST(PodWorker, restarts_a_container_whose_liveness_fails) {
    Json c = container("c");
    c["livenessProbe"] = {{"exec", {{"command", {"true"}}}},
                          {"failureThreshold", 1},
                          {"terminationGracePeriodSeconds", 4}};
    World world(pod_of({{"containers", {c}}}));
    world.settle();
    world.worker.on_probe({0, ProbeKind::liveness}, {false, "x"}, world.now);
    EXPECT_EQ(only<SignalContainer>(world.decide()), (std::vector<SignalContainer>{{0, false}}));
    world.now = start + 4s;
    EXPECT_EQ(only<SignalContainer>(world.decide()), (std::vector<SignalContainer>{{0, true}}));
    world.exit(0, 137);
    world.settle();
    EXPECT_EQ(world.attempts, (std::vector<int>{0, 1}));
}

TEST(PodWorker, runs_the_pre_stop_hook_then_terminates_then_kills_then_confirms) {
    Json c = container("c");
    c["lifecycle"] = {{"preStop", {{"exec", {{"command", {"bye"}}}}}}};
    const Json spec = {{"containers", {c}}};
    World world(pod_of(spec));
    world.settle();
    world.worker.on_pod(
        pod_of(spec, Json::object(),
               {{"deletionTimestamp", "2026-11-20T00:00:00Z"}, {"deletionGracePeriodSeconds", 10}}),
        world.now);
    const auto actions = world.decide();
    EXPECT_EQ(only<RunHook>(actions), (std::vector<RunHook>{{0, Hook::pre_stop, 10s}}));
    EXPECT_TRUE(only<SignalContainer>(actions).empty());
    world.worker.on_hook({0, Hook::pre_stop, 1s}, {true, ""}, start + 1s);
    EXPECT_EQ(only<SignalContainer>(world.decide()), (std::vector<SignalContainer>{{0, false}}));
    world.now = start + 10s;
    EXPECT_EQ(only<SignalContainer>(world.decide()), (std::vector<SignalContainer>{{0, true}}));
    world.exit(0, 137);
    const auto last = world.decide();
    EXPECT_EQ(only<ReleasePod>(last).size(), 1U);
    EXPECT_EQ(only<ConfirmDeletion>(last).size(), 1U);
    EXPECT_EQ(world.worker.state().phase, "Failed");
}

TEST(PodWorker, leaves_two_seconds_after_a_hook_that_used_all_its_time) {
    Json c = container("c");
    c["lifecycle"] = {{"preStop", {{"sleep", {{"seconds", 100}}}}}};
    const Json spec = {{"containers", {c}}};
    World world(pod_of(spec));
    world.settle();
    world.worker.on_pod(
        pod_of(spec, Json::object(),
               {{"deletionTimestamp", "2026-11-20T00:00:00Z"}, {"deletionGracePeriodSeconds", 5}}),
        world.now);
    world.decide();
    world.now = start + 5s;
    EXPECT_EQ(only<SignalContainer>(world.decide()), (std::vector<SignalContainer>{{0, false}}));
    world.now = start + 7s;
    EXPECT_EQ(only<SignalContainer>(world.decide()), (std::vector<SignalContainer>{{0, true}}));
}

TEST(PodWorker, confirms_at_once_the_deletion_of_a_pod_that_never_ran) {
    World world(pod_of({{"containers", {container("c")}}}, Json::object(),
                       {{"deletionTimestamp", "2026-11-20T00:00:00Z"}}));
    const auto actions = world.decide();
    EXPECT_EQ(only<PreparePod>(actions).size(), 0U);
    EXPECT_EQ(only<ConfirmDeletion>(actions).size(), 1U);
}

TEST(PodWorker, reports_containers_as_lost_after_a_restart_of_the_node) {
    const Json status = {{"phase", "Running"},
                         {"podIP", "127.64.0.9"},
                         {"startTime", "2026-11-20T10:00:00Z"},
                         {"containerStatuses",
                          {{{"name", "c"},
                            {"restartCount", 2},
                            {"containerID", "fakekube://old"},
                            {"state", {{"running", {{"startedAt", "2026-11-20T10:00:00Z"}}}}}}}}};
    World world(pod_of({{"containers", {container("c")}}}, status));
    EXPECT_EQ(world.worker.state().pod_ip, "127.64.0.9");
    world.settle();
    EXPECT_EQ(world.attempts, (std::vector<int>{3}));
    const Json now = world.status()["containerStatuses"][0];
    EXPECT_EQ(now["restartCount"], 3);
    EXPECT_EQ(now["lastState"]["terminated"]["reason"], "ContainerStatusUnknown");
    EXPECT_EQ(now["lastState"]["terminated"]["exitCode"], 137);
}

TEST(PodWorker, does_not_restart_a_lost_container_against_its_policy) {
    const Json running = {{"name", "c"}, {"state", {{"running", Json::object()}}}};
    World world(pod_of({{"restartPolicy", "Never"}, {"containers", {container("c")}}},
                       {{"phase", "Running"}, {"containerStatuses", {running}}}));
    world.settle();
    EXPECT_EQ(world.worker.state().phase, "Failed");
}

TEST(PodWorker, retries_configuration_errors_and_shows_them) {
    World world(pod_of({{"containers", {container("c")}}}));
    world.decide();
    world.worker.on_prepared("1.2.3.4", "1.2.3.4");
    world.decide();
    world.worker.on_start_failed(0, {"CreateContainerConfigError", "secret \"x\" not found"},
                                 world.now);
    world.decide();
    const Json waiting = world.status()["containerStatuses"][0]["state"]["waiting"];
    EXPECT_EQ(waiting["reason"], "CreateContainerConfigError");
    EXPECT_EQ(waiting["message"], "secret \"x\" not found");
    EXPECT_EQ(world.worker.next_due(), start + 5s);
    world.now = start + 5s;
    world.settle();
    EXPECT_EQ(world.attempts, (std::vector<int>{0}));
}

TEST(PodWorker, computes_the_quality_of_service) {
    const Json both = {{"limits", {{"cpu", "1"}, {"memory", "1Gi"}}},
                       {"requests", {{"cpu", "1000m"}, {"memory", "1024Mi"}}}};
    EXPECT_EQ(qos_class_of({{"containers", {container("c")}}}), "BestEffort");
    EXPECT_EQ(qos_class_of({{"containers", {{{"resources", both}}}}}), "Guaranteed");
    EXPECT_EQ(qos_class_of({{"containers", {{{"resources", both}}, container("d")}}}), "Burstable");
}

}  // namespace
}  // namespace bestgres::fakekube::node
