// Replication between the servers of two members: connections, WAL one way, reports the other.
#include <algorithm>

#include "scenarios/engine/engine.hpp"
#include "scenarios/engine/faults.hpp"
#include "scenarios/engine/servers.hpp"

namespace bestgres::scenarios {
namespace {

using fakepatroni::Postgres;
using std::chrono::milliseconds;

constexpr Duration link_hop = milliseconds(1);
constexpr Duration connect_gives_up = std::chrono::seconds(10);

Postgres& server_of(WorldState& world, std::uint32_t container) {
    return *world.containers[container].postgres.write();
}

bool lives(const WorldState& world, std::uint32_t container, std::uint32_t incarnation) {
    return world.containers[container].incarnation == incarnation &&
           world.containers[container].runs();
}

Link* find_link(WorldState& world, fakepatroni::ConnectionId connection) {
    const auto found =
        std::find_if(world.links.begin(), world.links.end(),
                     [connection](const Link& link) { return link.connection == connection; });
    return found == world.links.end() ? nullptr : &*found;
}

void break_soon(WorldState& world, Link& link) {
    if (!link.breaking) {
        link.breaking = true;
        put(world, link_hop, LinkBreaks{link.connection});
    }
}

Duration lag_of(const WorldState& world, const Container& standby) {
    Duration lag = link_hop;
    any_active(world, [&](const Fault& fault, const FaultRun& run) {
        if (fault.kind == FaultKind::replication_lag &&
            (run.target.empty() || run.target == standby.pod)) {
            lag += milliseconds(fault.amount);
        }
        return false;
    });
    return lag;
}

void send_wal(WorldState& world, Link& link) {
    Container& upstream = world.containers[link.upstream];
    Container& standby = world.containers[link.standby];
    const auto extra = world.network.extra_delay(Place::node(upstream.node),
                                                 Place::node(standby.node), upstream.dice.loss);
    if (!extra || link.silent) {
        return;
    }
    auto message = server_of(world, link.upstream).wal_for(link.connection);
    if (message) {
        link.last_down = std::max(link.last_down, world.now + lag_of(world, standby) + *extra);
        put_at(world, link.last_down, WalArrives{link.connection, *std::move(message)});
    }
}

void send_report(WorldState& world, Link& link) {
    Container& upstream = world.containers[link.upstream];
    Container& standby = world.containers[link.standby];
    const auto extra = world.network.extra_delay(Place::node(standby.node),
                                                 Place::node(upstream.node), standby.dice.loss);
    if (!extra || link.silent) {
        return;
    }
    if (const auto report = server_of(world, link.standby).take_report()) {
        link.last_up = std::max(link.last_up, world.now + link_hop + *extra);
        put_at(world, link.last_up, ReportArrives{link.connection, *report});
    }
}

}  // namespace

void seek_upstream(WorldState& world, std::uint32_t index) {
    Container& container = world.containers[index];
    const auto request = (*container.postgres)->upstream_request();
    if (request) {
        put(world, link_hop, ServerConnects{index, container.incarnation, *request});
    }
}

void server_connects(WorldState& world, const ServerConnects& connects) {
    if (!lives(world, connects.container, connects.incarnation)) {
        return;
    }
    const auto upstream = find_server(world, connects.request.upstream);
    const bool reachable = upstream && reach_each_other(world, connects.container, *upstream);
    const auto accepted =
        reachable ? server_of(world, *upstream).accept_standby(connects.request, world.now)
                  : Result<fakepatroni::ConnectionId>(Error{"no route to host"});
    Postgres& server = server_of(world, connects.container);
    if (accepted.ok()) {
        // A restarted server counts anew.
        std::erase_if(world.links,
                      [&accepted](const Link& one) { return one.connection == *accepted; });
        world.links.push_back({.connection = *accepted,
                               .standby = connects.container,
                               .standby_incarnation = connects.incarnation,
                               .upstream = *upstream,
                               .upstream_incarnation = world.containers[*upstream].incarnation});
        server.upstream_accepted(connects.request, *accepted);
        serve(world, *upstream);
    } else {
        server.upstream_refused(connects.request, accepted.error().message,
                                reachable ? world.now : world.now + connect_gives_up);
    }
    serve(world, connects.container);
}

void wal_arrives(WorldState& world, WalArrives arrives) {
    const Link* const link = find_link(world, arrives.connection);
    if (link == nullptr || !lives(world, link->standby, link->standby_incarnation)) {
        return;
    }
    const std::uint32_t standby = link->standby;
    server_of(world, standby).receive(arrives.message, world.now);
    serve(world, standby);
}

void report_arrives(WorldState& world, const ReportArrives& arrives) {
    const Link* const link = find_link(world, arrives.connection);
    if (link == nullptr || !lives(world, link->upstream, link->upstream_incarnation)) {
        return;
    }
    const std::uint32_t upstream = link->upstream;
    server_of(world, upstream).take_standby_report(arrives.report, world.now);
    serve(world, upstream);
}

void break_link(WorldState& world, const LinkBreaks& breaks) {
    const Link* const found = find_link(world, breaks.connection);
    if (found == nullptr) {
        return;
    }
    const Link link = *found;
    std::erase_if(world.links,
                  [&breaks](const Link& one) { return one.connection == breaks.connection; });
    if (lives(world, link.standby, link.standby_incarnation)) {
        Postgres& standby = server_of(world, link.standby);
        if (standby.connection() == link.connection) {
            standby.upstream_lost(world.now);
        }
        serve(world, link.standby);
    }
    if (lives(world, link.upstream, link.upstream_incarnation)) {
        server_of(world, link.upstream).standby_lost(link.connection, world.now);
        serve(world, link.upstream);
    }
}

void ship(WorldState& world, std::uint32_t container) {
    for (Link& link : world.links) {
        const bool as_upstream = link.upstream == container;
        const bool as_standby = link.standby == container;
        if ((!as_upstream && !as_standby) || link.breaking) {
            continue;
        }
        const bool up = lives(world, link.upstream, link.upstream_incarnation);
        const bool down = lives(world, link.standby, link.standby_incarnation);
        if (as_upstream && up) {
            if ((*world.containers[container].postgres)->senders().find(link.connection) ==
                nullptr) {
                break_soon(world, link);
            } else if (down) {
                send_wal(world, link);
            }
        }
        if (as_standby && down) {
            if ((*world.containers[container].postgres)->connection() != link.connection) {
                break_soon(world, link);
            } else if (up) {
                send_report(world, link);
            }
        }
    }
}

void lose_links(WorldState& world, std::uint32_t container, bool told) {
    for (Link& link : world.links) {
        const bool as_upstream =
            link.upstream == container &&
            link.upstream_incarnation == world.containers[container].incarnation;
        const bool as_standby = link.standby == container &&
                                link.standby_incarnation == world.containers[container].incarnation;
        if (!as_upstream && !as_standby) {
            continue;
        }
        if (told) {
            break_soon(world, link);
        } else if (as_upstream && lives(world, link.standby, link.standby_incarnation)) {
            server_of(world, link.standby).upstream_silent(world.now);
        } else if (as_standby && lives(world, link.upstream, link.upstream_incarnation)) {
            server_of(world, link.upstream).standby_silent(link.connection, world.now);
        }
    }
}

void tend_links(WorldState& world) {
    std::vector<std::uint32_t> touched;
    for (Link& link : world.links) {
        if (!lives(world, link.standby, link.standby_incarnation) ||
            !lives(world, link.upstream, link.upstream_incarnation)) {
            continue;
        }
        const bool silent = !reach_each_other(world, link.standby, link.upstream);
        if (silent == link.silent) {
            continue;
        }
        link.silent = silent;
        if (silent) {
            server_of(world, link.standby).upstream_silent(world.now);
            server_of(world, link.upstream).standby_silent(link.connection, world.now);
        } else {
            server_of(world, link.standby).upstream_spoken();
            server_of(world, link.upstream).standby_spoken(link.connection);
        }
        touched.push_back(link.standby);
        touched.push_back(link.upstream);
    }
    for (const std::uint32_t container : touched) {
        serve(world, container);
    }
}

}  // namespace bestgres::scenarios
