#include "scenarios/engine/servers.hpp"

#include <algorithm>

#include "lib/base/overloaded.hpp"
#include "scenarios/engine/clients.hpp"
#include "scenarios/engine/engine.hpp"
#include "scenarios/engine/exposure.hpp"
#include "scenarios/engine/members.hpp"
#include "scenarios/engine/remotes.hpp"

namespace bestgres::scenarios {
namespace {

using fakepatroni::Postgres;

// What others see of a server; its positions move all the time and are left out.
std::uint64_t face_of(const Postgres& server) {
    Hasher hasher;
    hasher.add(static_cast<std::uint64_t>(server.state()) * 8 +
               static_cast<std::uint64_t>(server.in_recovery()) * 4 +
               static_cast<std::uint64_t>(server.is_writable()) * 2 +
               static_cast<std::uint64_t>(server.answers()));
    hasher.add(static_cast<std::uint64_t>(server.timeline()));
    hasher.add(static_cast<std::uint64_t>(server.volume().directory));
    return hasher.value();
}

void give_source(WorldState& world, std::uint32_t index, fakepatroni::PostgresWork work) {
    Container& container = world.containers[index];
    const auto source = find_server(world, (*container.member)->source());
    const bool reachable = source && *source != index && reach_each_other(world, index, *source);
    const Result<fakepatroni::Volume> copy =
        reachable ? (*world.containers[*source].postgres)->copy_for(work)
                  : Result<fakepatroni::Volume>(Error{"could not connect to the source server"});
    Postgres& server = *container.postgres.write();
    if (work == fakepatroni::PostgresWork::rewind) {
        server.finish_rewind(copy, world.now);
    } else {
        server.finish_base_backup(copy, world.now);
    }
}

void work_ended(WorldState& world, std::uint32_t index, const fakepatroni::WorkEnded& ended) {
    Container& container = world.containers[index];
    if (ended.work == fakepatroni::PostgresWork::checkpoint && container.checkpoint_until) {
        container.checkpoint_until.reset();
        signal_patroni(world, index);
    }
    // A Patroni that is frozen finds out when it goes on.
    if (is_alive(world, process_of_member(world, index)) && !world.containers[index].frozen) {
        put(world, Duration::zero(),
            MemberHears{index, world.containers[index].incarnation,
                        fakepatroni::PostgresWorkEnded{ended}});
    }
}

void take_server_event(WorldState& world, std::uint32_t index,
                       const fakepatroni::PostgresEvent& event) {
    std::visit(
        Overloaded{
            [&](const fakepatroni::WorkEnded& ended) { work_ended(world, index, ended); },
            [&](const fakepatroni::CommitEnded& ended) { commit_ended(world, index, ended); },
            [&](const fakepatroni::SqlEnded& ended) { sql_ended(world, index, ended.answer); },
            [&](const fakepatroni::SessionCut& cut) { session_cut(world, index, cut.session); },
            [&](const fakepatroni::UpstreamWanted&) { seek_upstream(world, index); },
            [&](const fakepatroni::SourceWanted& wanted) {
                give_source(world, index, wanted.work);
            },
            [&](const fakepatroni::RemoteWanted& wanted) {
                ask_server(world, index, wanted.request);
            },
            [&](const fakepatroni::RemoteAnswered& answered) {
                answer_server(world, index, answered);
            },
            [&](const fakepatroni::CitusEnded& ended) {
                put(world, Duration::zero(),
                    MemberHears{index, world.containers[index].incarnation,
                                fakepatroni::CitusStatementEnded{ended}});
            },
            [&](const fakepatroni::Crashed& crashed) {
                tell(world,
                     LineLogged{.process = world.containers[index].pod, .text = crashed.message});
            }},
        event);
}

void tell_of_citus(WorldState& world, std::uint32_t index) {
    Container& container = world.containers[index];
    const Postgres& server = **container.postgres;
    if (container.citus_face == server.citus_face()) {
        return;
    }
    container.citus_face = server.citus_face();
    if (container.citus_structure != server.citus_structure()) {
        container.citus_structure = server.citus_structure();
        note_effect(world);
    }
    tell(world, CitusChanged{container.pod_uid});
}

void tell_of_change(WorldState& world, std::uint32_t index) {
    Container& container = world.containers[index];
    const std::uint64_t face = face_of(**container.postgres);
    if (container.server_face == face) {
        return;
    }
    container.server_face = face;
    note_effect(world);
    tell(world, PostgresChanged{container.pod_uid});
    measure_exposure(world, container.cluster);
    agent_looks_soon(world, index);
}

}  // namespace

std::optional<std::uint32_t> find_server(const WorldState& world, const std::string& member) {
    for (auto index = static_cast<std::uint32_t>(world.containers.size()); index-- > 0;) {
        const Container& container = world.containers[index];
        if (container.pod == member && container.runs()) {
            return index;
        }
    }
    return std::nullopt;
}

bool reach_each_other(const WorldState& world, std::uint32_t one, std::uint32_t other) {
    const Place here = Place::node(world.containers[one].node);
    const Place there = Place::node(world.containers[other].node);
    return world.network.reaches(here, there) && world.network.reaches(there, here);
}

void serve(WorldState& world, std::uint32_t index) {
    // Each event may end the process.
    while (world.containers[index].runs()) {
        Postgres& server = *world.containers[index].postgres.write();
        server.advance(world.now);
        const std::vector<fakepatroni::PostgresEvent> events = server.take_events();
        tell_of_change(world, index);
        tell_of_citus(world, index);
        for (const fakepatroni::PostgresEvent& event : events) {
            if (world.containers[index].runs()) {
                take_server_event(world, index, event);
            }
        }
        if (events.empty()) {
            break;
        }
    }
    Container& container = world.containers[index];
    if (!container.runs()) {
        return;
    }
    ship(world, index);
    const auto due = (*container.postgres)->next_due();
    if (due && (!container.server_due || *due < *container.server_due)) {
        container.server_due = std::max(*due, world.now);
        put_at(world, *container.server_due, ServerDue{index, container.incarnation});
    }
}

void server_due(WorldState& world, const ServerDue& due) {
    Container& container = world.containers[due.container];
    if (container.incarnation != due.incarnation || !container.runs() ||
        container.server_due != world.now) {
        return;  // an earlier time was asked for since
    }
    container.server_due.reset();
    serve(world, due.container);
}

void kill_server(WorldState& world, std::uint32_t index, std::string_view why) {
    Container& container = world.containers[index];
    if (container.runs()) {
        (*container.postgres.write()).kill(std::string(why), world.now);
        serve(world, index);
    }
}

}  // namespace bestgres::scenarios
