#include "scenarios/engine/tasks.hpp"

#include "scenarios/engine/engine.hpp"
#include "scenarios/engine/kubelet.hpp"
#include "scenarios/engine/members.hpp"

namespace bestgres::scenarios {
namespace {

using Phase = Container::Phase;

constexpr Duration program_takes = std::chrono::seconds(20);
constexpr Duration cancelling_takes = std::chrono::milliseconds(200);
constexpr std::int64_t failed = 1;
constexpr std::int64_t killed = 137;

bool reaches(const WorldState& world, const Container& from, const Container& to) {
    const Place here = Place::node(from.node);
    const Place there = Place::node(to.node);
    return world.network.reaches(here, there) && world.network.reaches(there, here);
}

// As libpq with target_session_attrs=read-write, through its node's proxy.
std::optional<std::uint32_t> find_server(WorldState& world, Container& container) {
    const auto& routes = world.nodes[container.node].routes;
    const auto route = routes.find(container.cluster);
    if (route == routes.end() || route->second.empty()) {
        return std::nullopt;
    }
    const std::string& uid = route->second[container.dice.latency.below(route->second.size())];
    const auto found = world.container_of.find(uid);
    if (found == world.container_of.end()) {
        return std::nullopt;
    }
    const Container& server = world.containers[found->second];
    const bool serves = is_writable(server) && reaches(world, container, server);
    return serves ? std::optional(found->second) : std::nullopt;
}

Json condition(const char* type, bool holds) {
    return {{"type", type}, {"status", holds ? "True" : "False"}};
}

Json state_of_task(const WorldState& world, const Container& container) {
    if (container.works()) {
        return {{"running", {{"startedAt", format_seconds(container.started)}}}};
    }
    if (container.is_over()) {
        return {{"terminated",
                 {{"exitCode", container.task->exit_code},
                  {"message", container.task->message},
                  {"finishedAt", format_seconds(world.now)}}}};
    }
    return {{"waiting",
             {{"reason", container.obstacle.empty() ? "PodInitializing" : container.obstacle}}}};
}

}  // namespace

void start_task(WorldState& world, std::uint32_t index) {
    Container& container = world.containers[index];
    note_effect(world);
    container.task->server = find_server(world, container);
    if (!container.task->server) {
        end_task(world, index, failed, "could not connect to the primary");
        return;
    }
    container.set_ready(true, world.now);
    container.task->server_incarnation = world.containers[*container.task->server].incarnation;
    tell(world, TaskBegan{.pod_uid = container.pod_uid,
                          .operation_uid = container.task->operation_uid,
                          .cluster = container.cluster});
    container.due = world.now + jittered(world, program_takes, container.dice.latency);
    put_at(world, container.due, ContainerDue{index, container.incarnation});
}

void task_due(WorldState& world, std::uint32_t index) {
    const Container& container = world.containers[index];
    if (world.now < container.due) {
        return;
    }
    const Container& server = world.containers[*container.task->server];
    const bool stands = server.incarnation == container.task->server_incarnation &&
                        is_writable(server) && reaches(world, container, server);
    if (stands) {
        end_task(world, index, 0, "done");
    } else {
        end_task(world, index, failed, "server closed the connection unexpectedly");
    }
}

void terminate_task(WorldState& world, std::uint32_t index) {
    Container& container = world.containers[index];
    container.phase = Phase::stopping;
    container.due = world.now + cancelling_takes;
    put_at(world, container.due, ContainerDue{index, container.incarnation});
}

void end_task(WorldState& world, std::uint32_t index, std::int64_t exit_code,
              std::string_view message) {
    Container& container = world.containers[index];
    if (container.is_over()) {
        return;
    }
    const bool began = container.task->server.has_value();
    container.phase = Phase::ended;
    container.set_ready(false, world.now);
    container.task->exit_code = exit_code;
    container.task->message = message;
    note_effect(world);
    if (began) {
        tell(world, TaskEnded{.pod_uid = container.pod_uid,
                              .operation_uid = container.task->operation_uid,
                              .cluster = container.cluster,
                              .well = exit_code == 0});
    }
    report(world, index);
}

Json status_of_task(const WorldState& world, const Container& container) {
    const bool has_begun = container.works() || container.is_over();
    const char* const phase = !has_begun                       ? "Pending"
                              : container.works()              ? "Running"
                              : container.task->exit_code == 0 ? "Succeeded"
                                                               : "Failed";
    return {{"phase", phase},
            {"conditions",
             {condition("PodScheduled", true), condition("Initialized", has_begun),
              condition("ContainersReady", container.ready), condition("Ready", container.ready)}},
            {"podIP", container.address},
            {"containerStatuses",
             {{{"name", "client"},
               {"ready", container.ready},
               {"restartCount", 0},
               {"image", container.image},
               {"imageID", ""},
               {"state", state_of_task(world, container)}}}}};
}

}  // namespace bestgres::scenarios
