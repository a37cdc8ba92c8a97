#include "scenarios/engine/operators.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scenarios/engine/calls.hpp"
#include "scenarios/engine/endings.hpp"
#include "scenarios/engine/engine.hpp"
#include "scenarios/engine/faults.hpp"
#include "scenarios/engine/members.hpp"
#include "scenarios/engine/watching.hpp"

namespace bestgres::scenarios {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// As operator/cmd/operator sets it.
constexpr Duration call_limit = seconds(7);
constexpr Duration restart_takes = seconds(2);
constexpr Duration shortest_sleep = milliseconds(1);
constexpr Duration entropy_takes = milliseconds(1);

core::CoreSettings core_settings(const WorldState& world, const OperatorRun& run) {
    core::CoreSettings settings;
    settings.watch_namespace = world.scenario->topology.ns;
    // Every release has an image of its own, whether or not its templates differ.
    settings.operator_image = run.revision == 0 ? "bestgres-operator:test"
                                                : fmt::format("bestgres-operator:{}", run.revision);
    settings.leader.ns = world.scenario->topology.ns;
    settings.leader.identity = run.name;
    settings.jitter_seed = world.scenario->seed;
    return settings;
}

void give_entropy(WorldState& world, std::uint32_t index) {
    OperatorRun& run = world.operators[index];
    run.entropy_on_its_way = true;
    RandomStream stream(world.scenario->seed,
                        fmt::format("entropy/{}/{}", run.name, run.entropy_drawn++));
    core::Entropy entropy;
    for (int word = 0; word < 512; ++word) {
        const std::uint64_t drawn = stream.next();
        for (unsigned byte = 0; byte < 8; ++byte) {
            entropy.bytes += static_cast<char>(drawn >> (8U * byte) & 0xffU);
        }
    }
    put(world, entropy_takes, OperatorHears{index, run.incarnation, std::move(entropy)});
}

void tell_records(WorldState& world, std::uint32_t index, const core::Outbox& out) {
    const std::string& name = world.operators[index].name;
    for (const core::Record& record : out.records) {
        tell(world,
             LineLogged{.process = name, .text = record.message + " " + dump(record.fields)});
    }
    for (const core::StepBegun& begun : out.begun) {
        note_effect(world);
        world.step_cluster = begun.cluster;
        world.step_effect = begun.effect;
        world.states_changed = true;
        tell(world, StepBegun{.operator_name = name,
                              .cluster = begun.cluster,
                              .effect = begun.effect,
                              .rule = std::string(begun.rule),
                              .because = begun.because});
    }
}

void wake_operator_at(WorldState& world, std::uint32_t index, const core::Outbox& out) {
    OperatorRun& run = world.operators[index];
    if (!out.wake_at) {
        run.wake.reset();
        return;
    }
    const Instant at = std::max(*out.wake_at - run.skew, world.now + shortest_sleep);
    if (run.wake != at) {
        run.wake = at;
        put_at(world, at, OperatorWakes{index, run.incarnation});
    }
}

// A crash in the middle loses the rest.
void send_of_operator(WorldState& world, const Process& self, core::Outbox& out) {
    for (const kube::WatchId id : out.unwatches) {
        close_watch(world, self, id);
    }
    for (core::OpenWatch& watch : out.watches) {
        open_watch(world, self, watch.id, std::move(watch.spec));
    }
    for (core::KubeCall& call : out.kube_calls) {
        if (is_alive(world, self)) {
            send_call(world, self, {call.id, std::move(call.call), call.site, call_limit});
        }
    }
    for (core::PatroniCall& call : out.patroni_calls) {
        if (is_alive(world, self)) {
            ask_patroni(world, self, std::move(call));
        }
    }
    for (core::SqlCall& call : out.sql_calls) {
        if (is_alive(world, self)) {
            ask_postgres(world, self, std::move(call));
        }
    }
}

void feed_operator(WorldState& world, std::uint32_t index, const core::Event& event) {
    const Process self = process_of_operator(world, index);
    if (std::holds_alternative<core::Entropy>(event)) {
        world.operators[index].entropy_on_its_way = false;
    }
    core::Outbox out = (*world.operators[index].core.write()).on(event, clock_of(world, self));
    tell_records(world, index, out);
    wake_operator_at(world, index, out);
    if (out.wants_entropy && !world.operators[index].entropy_on_its_way) {
        give_entropy(world, index);
    }
    const bool finished = out.finished;
    send_of_operator(world, self, out);
    if (finished && is_alive(world, self)) {
        remove_operator(world, index);
        if (world.told_to_stop.contains(index)) {
            ended_as_told(world);
        }
    }
}

void end_process(WorldState& world, std::uint32_t index) {
    OperatorRun& run = world.operators[index];
    if (!run.core->has_value()) {
        return;
    }
    const Process self = process_of_operator(world, index);
    run.core.write().reset();
    run.wake.reset();
    run.paused = false;
    run.entropy_on_its_way = false;
    run.inbox.clear();
    ++run.incarnation;
    world.watches.close_all(self);
    note_effect(world);
    tell(world, OperatorEnded{run.name});
}

}  // namespace

std::optional<std::uint32_t> find_operator(const WorldState& world, std::string_view name) {
    for (std::uint32_t index = 0; index < world.operators.size(); ++index) {
        if (world.operators[index].name == name) {
            return index;
        }
    }
    return std::nullopt;
}

std::uint32_t add_operator(WorldState& world, std::int64_t revision) {
    const auto index = static_cast<std::uint32_t>(world.operators.size());
    const std::string name = fmt::format("operator-{}", index + 1);
    world.operators.push_back({.name = name, .dice = Dice(world.scenario->seed, name)});
    world.operators.back().revision = revision;
    put(world, Duration::zero(), OperatorStarts{index, 0});
    return index;
}

void start_operator(WorldState& world, const OperatorStarts& starts) {
    OperatorRun& run = world.operators[starts.index];
    if (run.incarnation != starts.incarnation || run.core->has_value() || !run.wanted) {
        return;
    }
    run.core.write().emplace(core_settings(world, run));
    note_effect(world);
    tell(world, OperatorStarted{run.name});
    feed_operator(world, starts.index, core::Tick{});
}

void crash_operator(WorldState& world, std::uint32_t index, Duration down) {
    end_process(world, index);
    put(world, std::max(down, restart_takes),
        OperatorStarts{index, world.operators[index].incarnation});
}

void remove_operator(WorldState& world, std::uint32_t index) {
    world.operators[index].wanted = false;
    end_process(world, index);
}

void pause_operator(WorldState& world, std::uint32_t index) {
    world.operators[index].paused = true;
}

void go_on(WorldState& world, const OperatorGoesOn& due) {
    OperatorRun& run = world.operators[due.index];
    if (run.incarnation != due.incarnation || !run.paused) {
        return;
    }
    run.paused = false;
    const std::vector<core::Event> heard = std::move(run.inbox);
    run.inbox.clear();
    const Process self = process_of_operator(world, due.index);
    for (const core::Event& event : heard) {
        if (is_alive(world, self)) {
            feed_operator(world, due.index, event);
        }
    }
    if (is_alive(world, self)) {
        feed_operator(world, due.index, core::Tick{});
    }
}

void operator_hears(WorldState& world, const OperatorHears& heard) {
    OperatorRun& run = world.operators[heard.index];
    if (run.incarnation != heard.incarnation || !run.core->has_value()) {
        return;
    }
    if (run.paused) {
        run.inbox.push_back(heard.event);
        return;
    }
    feed_operator(world, heard.index, heard.event);
}

// A later wish replaces an earlier one: what was queued for it finds another time here.
void operator_wakes(WorldState& world, const OperatorWakes& wakes) {
    OperatorRun& run = world.operators[wakes.index];
    if (run.incarnation != wakes.incarnation || run.wake != world.now || run.paused) {
        return;
    }
    run.wake.reset();
    operator_hears(world, {wakes.index, wakes.incarnation, core::Tick{}});
}

void upgrade_operators(WorldState& world, std::int64_t revision) {
    for (std::uint32_t index = 0; index < world.operators.size(); ++index) {
        if (!world.operators[index].wanted) {
            continue;
        }
        world.operators[index].wanted = false;
        operator_hears(world, {index, world.operators[index].incarnation, core::Shutdown{}});
    }
    add_operator(world, revision);
}

}  // namespace bestgres::scenarios
