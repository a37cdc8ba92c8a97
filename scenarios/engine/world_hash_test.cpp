// Two worlds that differ in one thing alone have different hashes, and equal ones have equal.
#include <gtest/gtest.h>

#include "scenarios/testing.hpp"

namespace bestgres::scenarios {
namespace {

using std::chrono::seconds;

// In the middle of a creation, with calls on their way in both directions.
const WorldState& busy() {
    static const WorldState state = [] {
        Scenario scenario;
        scenario.edits.push_back({.id = "create",
                                  .when = {.when = AtTime{seconds(1)}},
                                  .action = ApplyManifest{cluster_manifest(2)}});
        World world(shop(), std::move(scenario));
        while (world.state().containers.size() < 2 && world.step()) {
        }
        world.run_to(world.now() + seconds(20));
        return world.state();
    }();
    return state;
}

using Change = std::function<void(WorldState&)>;

std::uint64_t changed_by(const Change& change) {
    WorldState state = busy();
    change(state);
    return hash_of_world(state);
}

// The first of these events that waits, put in once more after a change to it.
template <class Kind>
Change waiting(std::function<void(Kind&)> change) {
    return [change](WorldState& state) {
        Kind kind{};
        change(kind);
        state.timeline.put(state.now + seconds(1), std::move(kind), 0);
    };
}

TEST(WorldHash, is_the_same_for_a_copy) {
    EXPECT_EQ(changed_by([](WorldState&) {}), hash_of_world(busy()));
    EXPECT_FALSE(busy().timeline.empty());
}

TEST(WorldHash, sees_what_differs_in_the_world_itself) {
    const std::vector<Change> changes = {
        [](WorldState& state) { state.now = state.now + Duration(1); },
        [](WorldState& state) { ++state.store_hash; },
        [](WorldState& state) { state.replicas[0].lags_by = 1; },
        [](WorldState& state) { state.watches.all().begin()->second.duplicates = true; },
        [](WorldState& state) { state.watches.all().begin()->second.untold.push_back(1); },
        [](WorldState& state) { state.network.add({.fault = 1, .kind = FaultKind::latency}); },
        [](WorldState& state) { state.network.add({.fault = 1, .kind = FaultKind::half_open}); },
        [](WorldState& state) { state.operators[0].skew += Duration(1); },
        [](WorldState& state) { state.operators[0].inbox.emplace_back(core::Shutdown{}); },
        [](WorldState& state) { state.operators[0].inbox.emplace_back(core::Tick{}); },
        [](WorldState& state) { (void)state.operators[0].dice.latency.next(); },
        [](WorldState& state) { ++state.operators[0].incarnation; },
        [](WorldState& state) { state.operators[0].core.write().reset(); },
        [](WorldState& state) { state.forced[7] = Forced::reset; },
        [](WorldState& state) { state.forced[7] = Forced::gone; },
        [](WorldState& state) { state.nodes[0].skew += Duration(1); },
        [](WorldState& state) { state.nodes[0].routes["db"].push_back("nobody"); },
        [](WorldState& state) { state.nodes[0].routes_due.insert("other"); },
        [](WorldState& state) { state.containers[0].image = "another"; },
        [](WorldState& state) { state.containers[0].failures += 1; },
        [](WorldState& state) { state.containers[0].status_is_stale ^= true; },
        [](WorldState& state) { state.containers[0].asked[9] = {}; },
        [](WorldState& state) { state.containers[0].agent.set_ttl(seconds(99)); },
        [](WorldState& state) { state.volumes["nobody's"] = {}; },
        [](WorldState& state) { state.unfinished.insert("nobody's"); },
        [](WorldState& state) { state.links.push_back({.connection = 77}); },
        [](WorldState& state) { state.attached["nobody's"] = 1; },
        [](WorldState& state) { state.drains.push_back({.node = "node-1"}); },
        [](WorldState& state) { state.edits[0].progress.count += 1; },
        [](WorldState& state) { state.last_effect = state.last_effect + Duration(1); },
        [](WorldState& state) { state.writerless_since["db"] = Instant{1}; },
    };
    std::set<std::uint64_t> hashes = {hash_of_world(busy())};
    for (std::size_t at = 0; at < changes.size(); ++at) {
        EXPECT_TRUE(hashes.insert(changed_by(changes[at])).second) << "change " << at;
    }
}

TEST(WorldHash, sees_what_a_waiting_event_says) {
    const std::vector<Change> changes = {
        waiting<WatchDelivers>([](WatchDelivers&) {}),
        waiting<WatchDelivers>([](WatchDelivers& due) { due.watch = 2; }),
        waiting<WatchBreaks>([](WatchBreaks& due) { due.gone = true; }),
        waiting<WatchBreaks>([](WatchBreaks& due) { due.out_of_patience = true; }),
        waiting<CallArrives>([](CallArrives& due) { due.sent.call = kube::Delete{}; }),
        waiting<CallArrives>([](CallArrives& due) { due.sent.call = kube::Patch{}; }),
        waiting<CallArrives>([](CallArrives& due) {
            due.sent.call = kube::Patch{.ref = {}, .body = {{"a", 1}}};
        }),
        waiting<CallArrives>([](CallArrives& due) {
            due.sent.call = kube::Patch{.ref = {}, .body = {{"a", 2}}};
        }),
        waiting<CallArrives>([](CallArrives& due) {
            due.sent.call = kube::Patch{.ref = {}, .body = {{"a", 2}}, .subresource = "status"};
        }),
        waiting<CallArrives>([](CallArrives& due) { due.sent.treatment.lost_after = true; }),
        waiting<CallArrives>([](CallArrives& due) { due.sent.from.index = 1; }),
        waiting<OperatorHears>([](OperatorHears& due) { due.event = core::Entropy{"a"}; }),
        waiting<OperatorHears>([](OperatorHears& due) { due.event = core::Entropy{"b"}; }),
        waiting<MemberHears>([](MemberHears& due) { due.event = fakepatroni::Terminate{}; }),
        waiting<MemberHears>(
            [](MemberHears& due) { due.event = fakepatroni::RestRequest{.path = "/leader"}; }),
        waiting<RestArrives>([](RestArrives& due) {
            due.request.body = {{"ttl", 1}};
        }),
        waiting<WalArrives>([](WalArrives& due) { due.connection = 3; }),
        waiting<RouteDue>([](RouteDue& due) { due.service = "db"; }),
        waiting<WriteAnswered>([](WriteAnswered& due) { due.mark.digest = 4; }),
        waiting<FaultEnds>([](FaultEnds& due) { due.fault = 5; }),
    };
    std::set<std::uint64_t> hashes = {hash_of_world(busy())};
    for (std::size_t at = 0; at < changes.size(); ++at) {
        EXPECT_TRUE(hashes.insert(changed_by(changes[at])).second) << "change " << at;
    }
}

// Each event of a patroni or a PostgreSQL moves its hash: nothing that it keeps is left out for
// long.
TEST(WorldHash, sees_members_and_servers) {
    const auto member_of = [](WorldState& state) -> fakepatroni::Member& {
        return *state.containers[0].member.write();
    };
    ASSERT_TRUE(busy().containers[0].runs());
    const std::vector<Change> changes = {
        [&](WorldState& state) {
            member_of(state).on(
                fakepatroni::RestRequest{
                    .id = 3, .method = "PATCH", .path = "/config", .body = {{"ttl", 33}}},
                state.now, *state.containers[0].postgres.write());
        },
        [&](WorldState& state) {
            member_of(state).on(
                fakepatroni::RestRequest{
                    .id = 3, .method = "PATCH", .path = "/config", .body = {{"ttl", 34}}},
                state.now, *state.containers[0].postgres.write());
        },
        [](WorldState& state) {
            fakepatroni::PostgresFaults faults;
            (*state.containers[0].postgres.write()).set_faults(faults, state.now);
            (*state.containers[0].postgres.write()).corrupt();
        },
        [](WorldState& state) { (*state.containers[0].postgres.write()).make_slot("a_slot"); },
    };
    std::set<std::uint64_t> hashes = {hash_of_world(busy())};
    for (std::size_t at = 0; at < changes.size(); ++at) {
        EXPECT_TRUE(hashes.insert(changed_by(changes[at])).second) << "change " << at;
    }
}

}  // namespace
}  // namespace bestgres::scenarios
