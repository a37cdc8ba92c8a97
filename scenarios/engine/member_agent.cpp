// The agent's round: what it hears of its Patroni, and what follows from it.
#include "scenarios/engine/engine.hpp"
#include "scenarios/engine/faults.hpp"
#include "scenarios/engine/kubelet.hpp"
#include "scenarios/engine/members.hpp"

namespace bestgres::scenarios {
namespace {

// GET /leader of this member, as the agent reads it.
agent::PatroniReport report_of(const WorldState& world, const Container& container) {
    const fakepatroni::Member& member = **container.member;
    agent::PatroniReport report;
    report.is_running = member.is_ready() || member.is_writable();
    report.is_primary = member.is_writable();
    report.in_recovery = !member.is_writable();
    report.holds_lock = member.is_writable() && member.is_ready();
    report.dcs_last_seen = Instant{world.now.ns - world.now.ns % 1'000'000'000};
    return report;
}

bool answers(const WorldState& world, const Container& container) {
    return !container.frozen && !strikes(world, FaultKind::rest_silent, container.pod);
}

}  // namespace

void agent_looks(WorldState& world, const AgentLooks& looks) {
    Container& container = world.containers[looks.container];
    if (container.incarnation != looks.incarnation || !container.runs()) {
        return;
    }
    container.agent_looks = false;
    if (answers(world, container)) {
        container.agent.hears(report_of(world, container), (*container.member)->is_ready(),
                              world.now);
    } else {
        container.agent.hears_nothing_from(world.now);
    }
    look_at_readiness(world, looks.container);
    const agent::LocalFacts local{.postgres_runs = true, .standby_signal = !is_writable(container)};
    const bool kills = world.scenario->knobs.agent_watchdog &&
                       container.agent.reason_to_kill(local, world.now).has_value();
    if (kills || !container.agent.is_live(world.now)) {
        kill_container(world, looks.container, kills ? "the watchdog" : "the liveness probe");
        return;
    }
    if (const auto next = container.agent.next_decision(world.now)) {
        container.agent_looks = true;
        put_at(world, *next, AgentLooks{looks.container, looks.incarnation});
    }
}

}  // namespace bestgres::scenarios
