#include "scenarios/report/look.hpp"

#include <fmt/format.h>

#include <map>

#include "fakepatroni/local_state.hpp"
#include "scenarios/engine/members.hpp"

namespace bestgres::scenarios {
namespace {

std::string phase_in_words(const Container& container) {
    switch (container.phase) {
        case Container::Phase::waiting:
            return container.obstacle.empty() ? "waits for its volume or image"
                                              : "waits: " + container.obstacle;
        case Container::Phase::starting:
            return "its container starts";
        case Container::Phase::running:
            return "no process";
        case Container::Phase::backing_off:
            return "its container ended and will start again";
        case Container::Phase::stopping:
            return "its container stops";
        case Container::Phase::ended:
            return "its container has ended";
    }
    check_failed(__FILE__, __LINE__, "phase", "a phase without words");
}

std::string server_in_words(const fakepatroni::Postgres& server) {
    const auto work = server.work();
    const bool shows_work =
        work != fakepatroni::PostgresWork::none && work != fakepatroni::PostgresWork::checkpoint;
    const std::string doing =
        shows_work ? fmt::format(", {} under way", to_string(work)) : std::string();
    if (server.state() != fakepatroni::ServerState::running) {
        return fmt::format("PostgreSQL {}{}", to_string(server.state()), doing);
    }
    if (!server.in_recovery()) {
        return fmt::format("primary on timeline {}{}{}", server.timeline(),
                           server.is_writable() ? "" : ", accepts no writes", doing);
    }
    return fmt::format(
        "replica on timeline {}{}{}", server.timeline(),
        server.connection() ? ", streams from " + server.upstream() : ", does not stream", doing);
}

Shade shade_of(const Container& container) {
    if (!container.runs()) {
        return Shade::off;
    }
    const fakepatroni::Postgres& server = **container.postgres;
    if (server.state() != fakepatroni::ServerState::running) {
        return Shade::off;
    }
    if (!server.in_recovery()) {
        return server.is_writable() ? Shade::leading : Shade::partly;
    }
    return server.connection() ? Shade::well : Shade::partly;
}

std::string situation_of(const WorldState& world, const Container& container) {
    if (!container.runs()) {
        return phase_in_words(container);
    }
    std::string text = server_in_words(**container.postgres);
    text += believes_to_lead(world, container) ? ", holds the lock" : "";
    text += container.ready ? "" : ", not ready";
    text += container.frozen ? ", Patroni stands still" : "";
    return text;
}

Look look_of(const WorldState& world, const OperatorRun& run) {
    if (!run.core->has_value()) {
        return {run.name, Shade::off, run.wanted ? "does not run" : "is not wanted any more"};
    }
    if (run.paused) {
        return {run.name, Shade::partly, "stands still"};
    }
    const bool leads = (*run.core)->holds_lease(world.now + run.skew);
    return {run.name, leads ? Shade::leading : Shade::well,
            leads ? "holds the lease" : "runs without the lease"};
}

Look look_of_writers(const WorldState& world) {
    if (!world.two_writers_since.empty()) {
        return {"clients", Shade::bad,
                "two members accept writes of " + world.two_writers_since.begin()->first};
    }
    if (!world.writerless_since.empty()) {
        return {"clients", Shade::bad,
                "nobody can write to " + world.writerless_since.begin()->first};
    }
    if (world.has_been_written_to.empty()) {
        return {"clients", Shade::none, "there is nothing to write to yet"};
    }
    return {"clients", Shade::well, "can write"};
}

}  // namespace

std::string_view word_of(Shade shade) {
    switch (shade) {
        case Shade::none:
            return "none";
        case Shade::leading:
            return "leading";
        case Shade::well:
            return "well";
        case Shade::partly:
            return "partly";
        case Shade::off:
            return "off";
        case Shade::bad:
            return "bad";
    }
    check_failed(__FILE__, __LINE__, "shade", "a shade without a word");
}

std::vector<const Container*> members_by_name(const WorldState& world) {
    std::map<std::string, const Container*> last;
    for (const Container& container : world.containers) {
        last[container.pod] = &container;
    }
    std::vector<const Container*> members;
    for (const auto& [pod, container] : last) {
        members.push_back(container);
    }
    return members;
}

std::vector<Look> looks(const WorldState& world) {
    std::vector<Look> all;
    for (const OperatorRun& run : world.operators) {
        all.push_back(look_of(world, run));
    }
    for (const Container* member : members_by_name(world)) {
        all.push_back({member->pod, shade_of(*member), situation_of(world, *member)});
    }
    all.push_back(look_of_writers(world));
    return all;
}

std::string describe_now(const WorldState& world, const Container& container) {
    std::string text = fmt::format("{} on {}: {}", container.pod, world.nodes[container.node].name,
                                   situation_of(world, container));
    if (container.runs()) {
        const fakepatroni::Postgres& server = **container.postgres;
        text += fmt::format(
            ", written up to {}, flushed {}, replayed {}", patroni::to_string(server.written()),
            patroni::to_string(server.flushed()), patroni::to_string(server.replayed()));
    }
    return text;
}

}  // namespace bestgres::scenarios
