#include "scenarios/engine/world.hpp"

#include "lib/base/overloaded.hpp"
#include "scenarios/engine/calls.hpp"
#include "scenarios/engine/clients.hpp"
#include "scenarios/engine/edits.hpp"
#include "scenarios/engine/endings.hpp"
#include "scenarios/engine/engine.hpp"
#include "scenarios/engine/faults.hpp"
#include "scenarios/engine/kubelet.hpp"
#include "scenarios/engine/members.hpp"
#include "scenarios/engine/operators.hpp"
#include "scenarios/engine/proxies.hpp"
#include "scenarios/engine/remotes.hpp"
#include "scenarios/engine/row_clients.hpp"
#include "scenarios/engine/servers.hpp"
#include "scenarios/engine/settle.hpp"
#include "scenarios/engine/setup.hpp"
#include "scenarios/engine/watching.hpp"

namespace bestgres::scenarios {
namespace {

constexpr std::uint64_t events_a_block = 1024;
constexpr Duration shortest_pause = std::chrono::milliseconds(1);

void run_controllers(WorldState& world) {
    if (!world.controllers_due || *world.controllers_due > world.now) {
        return;  // another run was asked for earlier, and did it
    }
    world.controllers_due.reset();
    world.acting = {ActorSort::controller, "kube-controller-manager"};
    fakekube::ControllerManager& controllers = *world.controllers.write();
    controllers.run(world.server, world.now);
    const auto due = controllers.next_due();
    after_writes(world);
    if (due && (!world.controllers_due || *due < *world.controllers_due)) {
        world.controllers_due = std::max(*due, world.now + shortest_pause);
        put_at(world, *world.controllers_due, ControllersRun{});
    }
}

void happen(WorldState& world, Happening happening) {
    std::visit(Overloaded{[&](CallArrives& arrives) { arrive(world, std::move(arrives)); },
                          [&](AnswerArrives& arrives) { answer(world, std::move(arrives)); },
                          [&](WatchDelivers& due) { deliver(world, due); },
                          [&](WatchBreaks& due) { break_watch(world, due); },
                          [&](ControllersRun&) { run_controllers(world); },
                          [&](OperatorWakes& wakes) { operator_wakes(world, wakes); },
                          [&](OperatorHears& heard) { operator_hears(world, heard); },
                          [&](OperatorStarts& starts) { start_operator(world, starts); },
                          [&](OperatorGoesOn& due) { go_on(world, due); },
                          [&](RestArrives& arrives) { rest_arrives(world, std::move(arrives)); },
                          [&](SqlArrives& arrives) { sql_arrives(world, std::move(arrives)); },
                          [&](SourceAsked& asked) { source_asked(world, asked); },
                          [&](RemoteArrives& arrives) { remote_arrives(world, arrives); },
                          [&](RemoteReplies& replies) { remote_replies(world, replies); },
                          [&](ServerDue& due) { server_due(world, due); },
                          [&](ServerConnects& connects) { server_connects(world, connects); },
                          [&](WalArrives& arrives) { wal_arrives(world, std::move(arrives)); },
                          [&](ReportArrives& arrives) { report_arrives(world, arrives); },
                          [&](LinkBreaks& breaks) { break_link(world, breaks); },
                          [&](CheckpointEnds& ends) { checkpoint_ends(world, ends); },
                          [&](MemberWakes& wakes) { member_wakes(world, wakes); },
                          [&](MemberHears& heard) { member_hears(world, heard); },
                          [&](Heartbeat& beat) { heartbeat(world, beat); },
                          [&](ContainerDue& due) { container_due(world, due); },
                          [&](AgentLooks& looks) { agent_looks(world, looks); },
                          [&](ProbeEnds& ends) { probe_ends(world, ends); },
                          [&](StatusDue& due) { status_due(world, due); },
                          [&](RouteDue& due) { route_due(world, due); },
                          [&](NodeReturns& due) { return_node(world, due); },
                          [&](ClientWrites& due) { client_writes(world, due); },
                          [&](WriteArrives& arrives) { write_arrives(world, arrives); },
                          [&](WriteAnswered& answered) { write_answered(world, answered); },
                          [&](RowsDue& due) { rows_due(world, due); },
                          [&](RowsAnswered& answered) { rows_answered(world, answered); },
                          [&](WriteGivenUp& given_up) { write_given_up(world, given_up); },
                          [&](TriggersDue&) {},
                          [&](FaultEnds& ends) { end_fault(world, ends.fault); },
                          [&](DrainGoesOn& due) { drain_goes_on(world, due); },
                          [&](ReleaseDue& due) { release_goes_on(world, due); },
                          [&](NamespaceLook& look) { look_at_namespace(world, look); },
                          [&](SettleCheck&) { check_settled(world); }},
               happening);
}

std::size_t chosen(const WorldState& world, std::size_t choice) {
    for (const Choice& one : world.scenario->choices) {
        if (one.event == world.event + 1) {
            return one.index;
        }
    }
    return choice;
}

}  // namespace

World::World(const World&) = default;
World::World(World&&) noexcept = default;
World& World::operator=(const World&) = default;
World& World::operator=(World&&) noexcept = default;
World::~World() = default;

World::World(const Ground& ground, Scenario scenario, TraceDetail detail)
    : state_(first_state(ground, std::move(scenario), detail)) {}

bool World::step(std::size_t choice) {
    if (state_.over || state_.timeline.empty()) {
        return false;
    }
    auto due = state_.timeline.take(chosen(state_, choice));
    state_.now = due.at;
    ++state_.event;
    state_.cause = due.entry.cause;
    state_.trace.add(static_cast<std::uint64_t>(due.at.ns));
    state_.trace.add(due.entry.what.index());
    if (state_.detail == TraceDetail::full) {
        state_.history.push_back({state_.event, state_.cause, due.at, name_of(due.entry.what)});
    }
    happen(state_, std::move(due.entry.what));
    look_at_triggers(state_);
    if (state_.event % events_a_block == 0) {
        state_.trace_blocks.push_back(state_.trace.value());
    }
    return !state_.over;
}

void World::run(bool stop_at_violation) {
    while (!(stop_at_violation && !state_.violations.empty()) && step()) {
    }
}

void World::run_to(Instant at) {
    while (!state_.over && !state_.timeline.empty() && state_.timeline.next_at() <= at) {
        step();
    }
}

std::vector<std::string_view> World::ready() const {
    std::vector<std::string_view> names;
    for (const Happening* happening : state_.timeline.ready()) {
        names.push_back(name_of(*happening));
    }
    return names;
}

std::vector<std::string> World::never_triggered() const {
    return scenarios::never_triggered(state_);
}

void World::set_detail(TraceDetail detail) {
    state_.detail = detail;
    state_.calls.clear();
    state_.log.clear();
    state_.history.clear();
}

// What is added while a world runs becomes a part of its scenario, and begins at once.
void World::make(const Edit& edit) {
    Scenario scenario = *state_.scenario;
    scenario.edits.push_back(edit);
    state_.scenario = std::make_shared<const Scenario>(std::move(scenario));
    state_.edits.emplace_back();
    make_edit(state_, static_cast<std::uint32_t>(state_.edits.size() - 1));
}

void World::begin(const Fault& fault) {
    Scenario scenario = *state_.scenario;
    scenario.faults.push_back(fault);
    state_.scenario = std::make_shared<const Scenario>(std::move(scenario));
    state_.faults.emplace_back();
    begin_fault(state_, static_cast<std::uint32_t>(state_.faults.size() - 1));
}

kube::Object World::get(const kube::Ref& ref) const {
    return stored(state_, ref);
}

}  // namespace bestgres::scenarios
