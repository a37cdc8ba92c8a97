#include "scenarios/engine/endings.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scenarios/engine/calls.hpp"
#include "scenarios/engine/engine.hpp"
#include "scenarios/engine/operators.hpp"

namespace bestgres::scenarios {
namespace {

// As operator/cmd/operator sets it.
constexpr Duration look_every = std::chrono::seconds(30);

kube::Object the_namespace(const WorldState& world) {
    return stored(world, {kube::kinds::namespace_, "", world.scenario->topology.ns});
}

// With the rights of the operator, whose ServiceAccount it has.
Result<kube::Outcome, kube::Error> ask(WorldState& world, kube::Call call) {
    if (is_unreachable(world, {Process::Sort::user, 0, 0})) {
        return kube::Error{.code = kube::ErrorCode::unavailable,
                           .applied = kube::Applied::no,
                           .message = "the API server cannot be reached",
                           .retry_after = std::nullopt,
                           .fields = {}};
    }
    return perform_as(world, {ActorSort::competitor, "release"},
                      caller_of(world, {Process::Sort::operator_core, 0, 0}), call);
}

void begin(WorldState& world, core::Release release, bool stops_operators) {
    world.releases.push_back({std::move(release), stops_operators});
    put(world, world.scenario->knobs.call_latency,
        ReleaseDue{static_cast<std::uint32_t>(world.releases.size() - 1)});
}

core::ReleaseSettings settings_of(const WorldState& world) {
    return {.ns = world.scenario->topology.ns,
            .identity = fmt::format("{}", world.releases.size() + 1)};
}

void stop_operator(WorldState& world, std::uint32_t index) {
    OperatorRun& run = world.operators[index];
    run.wanted = false;
    if (world.told_to_stop.insert(index).second) {
        operator_hears(world, {index, run.incarnation, core::Shutdown{}});
    }
}

void stop_operators(WorldState& world) {
    for (std::uint32_t index = 0; index < world.operators.size(); ++index) {
        stop_operator(world, index);
    }
}

}  // namespace

void end_operators(WorldState& world, const EndOperators& end) {
    if (end.released) {
        begin(world, core::Release::under_the_lease(settings_of(world), world.now), true);
    } else {
        stop_operators(world);
    }
}

void ended_as_told(WorldState& world) {
    begin(world, core::Release::if_namespace_ends(settings_of(world), world.now), false);
}

// A hook of helm that fails leaves the operator where it is.
void release_goes_on(WorldState& world, const ReleaseDue& due) {
    core::Release release = world.releases[due.index].release;
    if (std::optional<kube::Call> call = release.next(world.now)) {
        release.hear(ask(world, *std::move(call)), world.now);
    }
    world.releases[due.index].release = release;
    if (!release.outcome()) {
        put_at(world, std::max(release.due(), world.now + 2 * world.scenario->knobs.call_latency),
               due);
        return;
    }
    note_effect(world);
    if (world.releases[due.index].stops_operators && release.outcome()->ok()) {
        stop_operators(world);
    }
}

void begin_looks(WorldState& world) {
    for (std::uint32_t index = 0; index < world.operators.size(); ++index) {
        put(world, look_every, NamespaceLook{index, world.operators[index].incarnation});
    }
}

void look_at_namespace(WorldState& world, const NamespaceLook& look) {
    const OperatorRun& run = world.operators[look.index];
    if (run.incarnation != look.incarnation || !run.core->has_value()) {
        return;
    }
    if (!run.paused && core::does_anybody_leave((*run.core)->store())) {
        const kube::Ref ref{kube::kinds::namespace_, "", world.scenario->topology.ns};
        const auto read = ask(world, kube::Get{ref});
        if (read.ok() && core::is_ending(std::get<kube::Object>(*read))) {
            stop_operator(world, look.index);
            return;
        }
    }
    put(world, look_every, look);
}

bool is_letting_go(const WorldState& world) {
    const bool releases = std::ranges::any_of(
        world.releases, [](const ReleaseRun& run) { return !run.release.outcome(); });
    const bool may_look = std::ranges::any_of(
        world.operators, [](const OperatorRun& run) { return run.core->has_value(); });
    return releases || (may_look && the_namespace(world).being_deleted());
}

}  // namespace bestgres::scenarios
