// The agent's round: what it hears of its Patroni, and what follows from it.
#include "scenarios/engine/engine.hpp"
#include "scenarios/engine/faults.hpp"
#include "scenarios/engine/kubelet.hpp"
#include "scenarios/engine/members.hpp"
#include "scenarios/engine/servers.hpp"

namespace bestgres::scenarios {
namespace {

// A single answer that is lost is made up for in the agent's next round.
bool patroni_answers(const WorldState& world, const Container& container) {
    const bool is_silent = any_active(world, [&](const Fault& fault, const FaultRun& run) {
        return fault.kind == FaultKind::rest_silent && !run.one_call &&
               (run.target.empty() || run.target == container.pod);
    });
    return !container.frozen && !is_silent;
}

// The two or three requests of one round, as operator/agent/patroni_poll.cpp makes them.
void hear(WorldState& world, Container& container) {
    const fakepatroni::Member& member = **container.member;
    const fakepatroni::Postgres& server = **container.postgres;
    const Instant clock = world.now + world.nodes[container.node].skew;
    const auto leader = member.get("/leader", clock, server);
    auto report = agent::parse_report(leader.status, leader.body);
    if (!report) {
        return;
    }
    const auto config = parse_json(member.get("/config", clock, server).body);
    if (const auto ttl = config.ok() ? find_int(*config, {"ttl"}) : std::nullopt) {
        container.agent.set_ttl(std::chrono::seconds(*ttl));
    }
    const auto lag = config.ok() ? find_int(*config, {"maximum_lag_on_failover"}) : std::nullopt;
    const bool leads = report->holds_lock || report->is_primary;
    const bool within =
        !leads &&
        member.get("/replica?lag=" + std::to_string(lag.value_or(1'048'576)), clock, server)
                .status == 200;
    container.agent.hears(*std::move(report), within, world.now);
}

// The mark beside the data directory, as operator/agent/unfinished.cpp makes and removes it.
void follow_data_directory(WorldState& world, const Container& container) {
    const auto& report = container.agent.observation().report;
    if (is_being_filled((*container.postgres)->volume())) {
        world.unfinished.insert(container.claim_uid);
    } else if (patroni_answers(world, container) && report && agent::proves_good(*report)) {
        world.unfinished.erase(container.claim_uid);
    }
}

void follow_decisions(WorldState& world, std::uint32_t index) {
    Container& container = world.containers[index];
    follow_data_directory(world, container);
    look_at_readiness(world, index);
    const fakepatroni::Postgres& server = **container.postgres;
    const agent::LocalFacts local{
        .postgres_runs = server.state() != fakepatroni::ServerState::stopped,
        .standby_signal = server.volume().standby_signal};
    const bool half_made = is_half_made(world, container.claim_uid, server.volume());
    if (!container.agent.is_live(half_made, world.now)) {
        kill_container(world, index, "the liveness probe");
        return;
    }
    if (world.scenario->knobs.agent_watchdog && container.agent.reason_to_kill(local, world.now)) {
        kill_server(world, index, "the watchdog");
    }
}

}  // namespace

void agent_looks_soon(WorldState& world, std::uint32_t index) {
    Container& container = world.containers[index];
    if (!container.agent_looks) {
        container.agent_looks = true;
        put_at(world, container.agent.next_round(world.now),
               AgentLooks{index, container.incarnation});
    }
}

void agent_hears_anew(WorldState& world, std::uint32_t index) {
    Container& container = world.containers[index];
    if (!container.runs()) {
        return;
    }
    if (patroni_answers(world, container)) {
        hear(world, container);
    } else {
        if (container.agent.hears_something()) {
            hear(world, container);  // what it was told last
        }
        container.agent.hears_nothing_from(world.now);
    }
    if (const auto next = container.agent.next_decision(world.now)) {
        put_at(world, *next, AgentLooks{index, container.incarnation});
    }
}

void agent_looks(WorldState& world, const AgentLooks& looks) {
    Container& container = world.containers[looks.container];
    if (container.incarnation != looks.incarnation || !container.runs()) {
        return;
    }
    container.agent_looks = false;
    agent_hears_anew(world, looks.container);
    follow_decisions(world, looks.container);
}

}  // namespace bestgres::scenarios
