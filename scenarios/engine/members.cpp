#include "scenarios/engine/members.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "lib/base/yaml.hpp"
#include "lib/kube/workload.hpp"
#include "scenarios/engine/calls.hpp"
#include "scenarios/engine/engine.hpp"
#include "scenarios/engine/exposure.hpp"
#include "scenarios/engine/faults.hpp"
#include "scenarios/engine/kubelet.hpp"
#include "scenarios/engine/rest_answers.hpp"
#include "scenarios/engine/watching.hpp"

namespace bestgres::scenarios {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Duration shortest_nap = milliseconds(1);
constexpr Duration member_patience = seconds(5);
constexpr Duration shutdown_takes = seconds(1);

fakepatroni::MemberSettings member_settings(const WorldState& world, const Container& container) {
    const std::string& ns = world.scenario->topology.ns;
    fakepatroni::MemberSettings settings;
    settings.ns = ns;
    settings.scope = container.cluster;
    settings.pod = container.pod;
    settings.address = container.address;
    settings.system_identifier =
        std::to_string(hash_text(container.pod_uid) % 9'000'000'000 + 7'000'000'000'000'000'000);
    const kube::Object config =
        stored(world, {kube::kinds::config_map, ns, container.cluster + "-patroni"});
    const auto file = parse_yaml(string_at(config.json(), {"data", "patroni.yml"}));
    BG_CHECK(file.ok(), "the rendered Patroni configuration is no YAML");
    settings.bootstrap_config = object_at(*file, {"bootstrap", "dcs"});
    return settings;
}

void wake_member_at(WorldState& world, std::uint32_t index, Instant at) {
    Container& container = world.containers[index];
    at = std::max(at - world.nodes[container.node].skew, world.now + shortest_nap);
    container.wake = at;
    put_at(world, at, MemberWakes{index, container.incarnation});
}

// Of its state before and after an event: whether anybody has to be told.
struct Seen {
    bool writable = false;
    bool ready = false;
    bool operator==(const Seen&) const = default;
};
Seen seen_of(const Container& container) {
    return {is_writable(container), container.runs() && (*container.member)->is_ready()};
}

void agent_looks_soon(WorldState& world, std::uint32_t index) {
    Container& container = world.containers[index];
    if (!container.agent_looks) {
        container.agent_looks = true;
        put_at(world, container.agent.next_round(world.now),
               AgentLooks{index, container.incarnation});
    }
}

void send_of_member(WorldState& world, std::uint32_t index, fakepatroni::MemberOutbox out) {
    const Process self = process_of_member(world, index);
    for (auto& [id, reply] : out.replies) {
        answer_rest(world, index, id, std::move(reply));
    }
    if (out.wake_at) {
        wake_member_at(world, index, *out.wake_at);
    }
    for (auto& [id, call] : out.calls) {
        if (is_alive(world, self)) {
            send_call(world, self, {id, std::move(call), {}, member_patience});
        }
    }
}

void feed_member(WorldState& world, std::uint32_t index, const fakepatroni::MemberEvent& event) {
    Container& container = world.containers[index];
    const Seen before = seen_of(container);
    fakepatroni::MemberOutbox out =
        (*container.member.write()).on(event, clock_of(world, process_of_member(world, index)));
    if (!(seen_of(container) == before)) {
        note_effect(world);
        tell(world, PostgresChanged{container.pod_uid});
        tell(world, PatroniChanged{container.pod_uid});
        measure_exposure(world, container.cluster);
        agent_looks_soon(world, index);
    }
    send_of_member(world, index, std::move(out));
}

}  // namespace

bool is_writable(const Container& container) {
    return container.runs() && (*container.member)->is_writable();
}

void start_member(WorldState& world, std::uint32_t index) {
    Container& container = world.containers[index];
    container.member.write().emplace(member_settings(world, container),
                                     world.volumes[container.claim_uid]);
    container.agent = Agent(world.now);
    container.agent_looks = false;
    note_effect(world);
    tell(world, PatroniChanged{container.pod_uid});
    wake_member_at(world, index, world.now);
    agent_looks_soon(world, index);
}

void terminate_member(WorldState& world, std::uint32_t index) {
    Container& container = world.containers[index];
    feed_member(world, index, fakepatroni::Terminate{});
    // The present model stops at once; what it leaves is what a clean shutdown leaves.
    if (container.runs()) {
        container.due = std::min(container.due, world.now + shutdown_takes);
        put_at(world, container.due, ContainerDue{index, container.incarnation});
    }
}

void end_process(WorldState& world, std::uint32_t index, std::string_view why) {
    Container& container = world.containers[index];
    if (!container.runs()) {
        return;
    }
    tell(world, LineLogged{.process = container.pod, .text = std::string(why)});
    const Process self = process_of_member(world, index);
    world.volumes[container.claim_uid] = (*container.member)->disk();
    container.member.write().reset();
    container.wake.reset();
    container.frozen = false;
    container.inbox.clear();
    container.asked.clear();
    container.ready = false;
    ++container.incarnation;
    world.watches.close_all(self);
    note_effect(world);
    tell(world, PostgresChanged{container.pod_uid});
    tell(world, PatroniChanged{container.pod_uid});
    measure_exposure(world, container.cluster);
}

void member_hears(WorldState& world, const MemberHears& heard) {
    Container& container = world.containers[heard.container];
    if (container.incarnation != heard.incarnation || !container.runs()) {
        return;
    }
    if (container.frozen) {
        container.inbox.push_back(heard.event);
        return;
    }
    feed_member(world, heard.container, heard.event);
}

// The present model of Patroni lists and never watches.
void member_hears_watch(WorldState&, const Process&, const kube::WatchEvent&) {}

void member_wakes(WorldState& world, const MemberWakes& wakes) {
    Container& container = world.containers[wakes.container];
    if (container.incarnation != wakes.incarnation || container.wake != world.now) {
        return;  // a later wish has replaced this one
    }
    container.wake.reset();
    member_hears(world, {wakes.container, wakes.incarnation, fakepatroni::Wake{}});
}

void freeze_patroni(WorldState& world, std::uint32_t index) {
    Container& container = world.containers[index];
    if (!container.runs() || container.frozen) {
        return;
    }
    container.frozen = true;
    container.agent.hears_nothing_from(world.now);
    agent_looks_soon(world, index);
    tell(world, PatroniChanged{container.pod_uid});
}

void thaw_patroni(WorldState& world, std::uint32_t index) {
    Container& container = world.containers[index];
    if (!container.frozen) {
        return;
    }
    container.frozen = false;
    const std::vector<fakepatroni::MemberEvent> heard = std::move(container.inbox);
    container.inbox.clear();
    const Process self = process_of_member(world, index);
    for (const fakepatroni::MemberEvent& event : heard) {
        if (is_alive(world, self)) {
            feed_member(world, index, event);
        }
    }
    agent_looks_soon(world, index);
    tell(world, PatroniChanged{container.pod_uid});
}

}  // namespace bestgres::scenarios
