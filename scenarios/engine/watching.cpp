#include "scenarios/engine/watching.hpp"

#include <algorithm>
#include <charconv>

#include "scenarios/engine/calls.hpp"
#include "scenarios/engine/engine.hpp"
#include "scenarios/engine/faults.hpp"
#include "scenarios/engine/kubelet.hpp"
#include "scenarios/engine/members.hpp"
#include "scenarios/engine/operators.hpp"
#include "scenarios/engine/proxies.hpp"

namespace bestgres::scenarios {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// The client ends a watch that has been silent for the span it asked for and a little more.
constexpr Duration client_patience = seconds(330);
// A connection whose packets are not acknowledged for so long is given up by the kernel.
constexpr Duration connection_patience = seconds(30);
constexpr Duration refusal_takes = milliseconds(20);
// What kubelets and proxies wait before they try again; others have pauses of their own.
constexpr Duration node_pause = seconds(1);
constexpr std::size_t all_events = 1'000'000;
constexpr std::uint64_t told_again = 20;  // versions, after a reconnect

bool gets_nothing(const WorldState& world, const Process& owner) {
    const bool of_node = owner.sort == Process::Sort::kubelet || owner.sort == Process::Sort::proxy;
    return (of_node && world.nodes[owner.index].cut_off) ||
           !world.network.reaches(Place::api(), place_of(world, owner));
}

bool is_stalled(const WorldState& world, const Watch& watch) {
    return any_active(world, [&](const Fault& fault, const FaultRun& run) {
        return fault.kind == FaultKind::watch_stall && is_watcher(world, watch, run.target);
    });
}

std::uint32_t replica_of(const WorldState& world, const Process& owner) {
    const auto count = static_cast<std::uint32_t>(world.replicas.size());
    switch (owner.sort) {
        case Process::Sort::operator_core:
            return world.operators[owner.index].replica % count;
        case Process::Sort::member:
            return world.containers[owner.index].node % count;
        case Process::Sort::kubelet:
        case Process::Sort::proxy:
            return owner.index % count;
        case Process::Sort::user:
            return 0;
    }
    return 0;
}

std::optional<std::uint64_t> parse_version(std::string_view text) {
    std::uint64_t version = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), version);
    return parsed.ec == std::errc() ? std::optional(version) : std::nullopt;
}

// What to begin with, or why the watch ends before it has begun.
struct Opening {
    Watch watch = {};
    std::uint64_t after = 0;
    bool refused = false;
    bool gone = false;
};

Opening prepare_watch(const WorldState& world, const Process& owner, const kube::WatchSpec& spec) {
    Opening opening;
    const auto resource =
        world.server.find_resource(spec.kind.group, spec.kind.version, spec.kind.plural);
    const auto selection =
        fakekube::parse_selection(resource, spec.label_selector, spec.field_selector);
    const fakekube::Attributes attributes{.verb = "watch",
                                          .group = std::string(spec.kind.group),
                                          .resource = std::string(spec.kind.plural),
                                          .subresource = "",
                                          .ns = spec.ns,
                                          .name = ""};
    const auto version = parse_version(spec.from_version);
    if (!resource || !selection.ok() || !version || is_unreachable(world, owner) ||
        !world.server.is_allowed(caller_of(world, owner).user, attributes)) {
        opening.refused = true;
        return opening;
    }
    opening.watch.owner = owner;
    opening.watch.selection = *selection;
    opening.watch.selection.ns = spec.ns;
    opening.watch.kind = spec.kind;
    opening.watch.replica = replica_of(world, owner);
    opening.after = *version;
    const auto watches = [&](FaultKind kind) {
        return any_active(world, [&](const Fault& fault, const FaultRun& run) {
            return fault.kind == kind && is_watcher(world, opening.watch, run.target);
        });
    };
    opening.gone = watches(FaultKind::watch_gone);
    if (watches(FaultKind::watch_duplicate)) {
        opening.after -= std::min(opening.after, told_again);
    }
    return opening;
}

Duration delay_of(WorldState& world, const Watch& watch) {
    Duration delay =
        jittered(world, world.scenario->knobs.watch_latency, dice_of(world, watch.owner).latency);
    any_active(world, [&](const Fault& fault, const FaultRun& run) {
        const bool delays =
            fault.kind == FaultKind::watch_delay || fault.kind == FaultKind::watch_coalesce;
        if (delays && is_watcher(world, watch, run.target)) {
            delay += milliseconds(std::max<std::int64_t>(fault.amount, 1));
        }
        return false;
    });
    return delay;
}

bool coalesces(const WorldState& world, const Watch& watch) {
    return any_active(world, [&](const Fault& fault, const FaultRun& run) {
        return fault.kind == FaultKind::watch_coalesce && is_watcher(world, watch, run.target);
    });
}

// Of each object the last state alone; what came and went in between was never seen.
std::vector<kube::WatchEvent> coalesced(const std::vector<kube::WatchEvent>& events) {
    std::vector<kube::WatchEvent> kept;
    for (const kube::WatchEvent& event : events) {
        const auto earlier = std::find_if(kept.begin(), kept.end(), [&](const auto& one) {
            return one.object.uid() == event.object.uid();
        });
        if (earlier == kept.end()) {
            kept.push_back(event);
            continue;
        }
        const bool was_new = earlier->type == kube::WatchEventType::added;
        const bool is_gone = event.type == kube::WatchEventType::deleted;
        kept.erase(earlier);
        if (was_new && is_gone) {
            continue;
        }
        kept.push_back(event);
        if (was_new) {
            kept.back().type = kube::WatchEventType::added;
        }
    }
    return kept;
}

std::vector<kube::WatchEvent> take_untold(WorldState& world, Watch& watch) {
    const std::uint64_t shown = world.replicas[watch.replica].shows(world.server.version());
    std::vector<kube::WatchEvent> events;
    std::size_t told = 0;
    for (; told < watch.untold.size() && watch.untold[told] <= shown; ++told) {
        const auto stored = world.server.events_after(watch.untold[told] - 1, 1);
        if (!stored.ok() || stored->empty()) {
            continue;  // compacted: the watch is broken soon
        }
        if (auto event = seen_through(watch, stored->front())) {
            events.push_back(std::move(*event));
        }
    }
    watch.untold.erase(watch.untold.begin(),
                       watch.untold.begin() + static_cast<std::ptrdiff_t>(told));
    return coalesces(world, watch) ? coalesced(events) : events;
}

void hear(WorldState& world, const Process& owner, const kube::WatchEvent& event) {
    switch (owner.sort) {
        case Process::Sort::operator_core:
            operator_hears(world, {owner.index, owner.incarnation, event});
            return;
        case Process::Sort::member:
            member_hears(world, {owner.index, owner.incarnation, event});
            return;
        case Process::Sort::kubelet:
            kubelet_sees(world, owner.index, event);
            return;
        case Process::Sort::proxy:
            proxy_sees(world, owner.index, event);
            return;
        case Process::Sort::user:
            return;
    }
}

void end_watch(WorldState& world, WatchTable::Number number, bool gone) {
    const Watch* const watch = world.watches.find(number);
    if (watch == nullptr) {
        return;
    }
    const Process owner = watch->owner;
    const kube::WatchEvent last{
        .id = watch->id,
        .type = gone ? kube::WatchEventType::gone : kube::WatchEventType::closed,
        .object = {},
        .message = gone ? "too old resource version" : "the connection was closed"};
    world.watches.close(number);
    if (is_alive(world, owner)) {
        hear(world, owner, last);
    }
}

// Nothing passes: the client will notice in its own time.
void keep_silent(WorldState& world, WatchTable::Number number, Watch& watch) {
    if (!watch.silent_since) {
        watch.silent_since = world.now;
        put(world, client_patience, WatchBreaks{.watch = number, .out_of_patience = true});
    }
}

}  // namespace

bool is_watcher(const WorldState& world, const Watch& watch, std::string_view who) {
    const std::size_t slash = who.find('/');
    const bool of_kind = slash == std::string_view::npos || who.substr(slash + 1).empty() ||
                         who.substr(slash + 1) == watch.kind.name;
    return of_kind && is_meant(who.substr(0, slash), actor_of(world, watch.owner));
}

void open_watch(WorldState& world, const Process& owner, kube::WatchId id, kube::WatchSpec spec) {
    Opening opening = prepare_watch(world, owner, spec);
    opening.watch.owner = owner;
    opening.watch.id = id;
    opening.watch.kind = spec.kind;
    const auto missed = opening.refused || opening.gone
                            ? fakekube::Outcome<std::vector<fakekube::StoredEvent>>(
                                  std::vector<fakekube::StoredEvent>())
                            : world.server.events_after(opening.after, all_events);
    const bool gone = opening.gone || !missed.ok();
    opening.watch.refused = opening.refused || gone;
    const WatchTable::Number number = world.watches.open(std::move(opening.watch));
    if (opening.refused || gone) {
        const bool of_node =
            owner.sort == Process::Sort::kubelet || owner.sort == Process::Sort::proxy;
        put(world, of_node ? node_pause : refusal_takes,
            WatchBreaks{.watch = number, .gone = gone && !opening.refused});
        return;
    }
    Watch& watch = *world.watches.find(number);
    for (const fakekube::StoredEvent& event : *missed) {
        if (event.kind->is(watch.kind) && seen_through(watch, event)) {
            watch.untold.push_back(event.version);
        }
    }
    if (!watch.untold.empty()) {
        schedule_delivery(world, number);
    }
}

void close_watch(WorldState& world, const Process& owner, kube::WatchId id) {
    if (const auto number = world.watches.find(owner, id)) {
        world.watches.close(*number);
    }
}

void schedule_delivery(WorldState& world, WatchTable::Number number) {
    Watch* const watch = world.watches.find(number);
    if (watch == nullptr || watch->on_its_way) {
        return;
    }
    watch->on_its_way = true;
    put(world, delay_of(world, *watch), WatchDelivers{number});
}

void deliver(WorldState& world, const WatchDelivers& due) {
    Watch* const watch = world.watches.find(due.watch);
    if (watch == nullptr) {
        return;
    }
    watch->on_its_way = false;
    const Process owner = watch->owner;
    if (!is_alive(world, owner)) {
        world.watches.close(due.watch);
        return;
    }
    if (gets_nothing(world, owner) || is_stalled(world, *watch)) {
        keep_silent(world, due.watch, *watch);
        return;
    }
    watch->silent_since.reset();
    for (const kube::WatchEvent& event : take_untold(world, *watch)) {
        // Each may end the process or the watch.
        if (is_alive(world, owner) && world.watches.find(due.watch) != nullptr) {
            hear(world, owner, event);
        }
    }
}

void break_watch(WorldState& world, const WatchBreaks& due) {
    const Watch* const watch = world.watches.find(due.watch);
    if (watch == nullptr) {
        return;
    }
    const bool is_silent =
        watch->silent_since && world.now - *watch->silent_since >= client_patience;
    if (!due.out_of_patience || is_silent) {
        end_watch(world, due.watch, due.gone);
    }
}

void resume_watches(WorldState& world) {
    std::vector<WatchTable::Number> waiting;
    for (const auto& [number, watch] : world.watches.all()) {
        if (!watch.untold.empty() && !watch.on_its_way) {
            waiting.push_back(number);
        }
    }
    for (const WatchTable::Number number : waiting) {
        const Watch* const watch = world.watches.find(number);
        if (watch == nullptr) {
            continue;  // its owner closed it, as it heard of another one's end
        }
        const bool dead = watch->silent_since &&
                          world.now - *watch->silent_since >= connection_patience &&
                          !is_stalled(world, *watch);
        if (dead) {
            end_watch(world, number, false);
        } else {
            schedule_delivery(world, number);
        }
    }
}

void drop_untold(WorldState& world, std::string_view who) {
    for (auto& [number, watch] : world.watches.all()) {
        if (is_watcher(world, watch, who)) {
            watch.untold.clear();
        }
    }
}

void break_watches(WorldState& world, std::string_view who, bool gone) {
    std::vector<WatchTable::Number> broken;
    for (const auto& [number, watch] : world.watches.all()) {
        if (is_watcher(world, watch, who)) {
            broken.push_back(number);
        }
    }
    for (const WatchTable::Number number : broken) {
        end_watch(world, number, gone);
    }
}

}  // namespace bestgres::scenarios
