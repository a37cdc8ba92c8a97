#include "scenarios/engine/members.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "lib/base/encoding.hpp"
#include "lib/base/yaml.hpp"
#include "lib/kube/quantity.hpp"
#include "lib/kube/workload.hpp"
#include "scenarios/engine/calls.hpp"
#include "scenarios/engine/engine.hpp"
#include "scenarios/engine/exposure.hpp"
#include "scenarios/engine/fault_kinds.hpp"
#include "scenarios/engine/faults.hpp"
#include "scenarios/engine/kubelet.hpp"
#include "scenarios/engine/servers.hpp"
#include "scenarios/engine/watching.hpp"

namespace bestgres::scenarios {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Duration shortest_nap = milliseconds(1);
constexpr Duration member_patience = seconds(10);
constexpr Duration hop = milliseconds(1);
// As the agent's environment sets it.
constexpr Duration checkpoint_deadline = seconds(30);

// Groups of a sharded cluster share one, named after their scope.
std::string secret_of(const WorldState& world, const std::string& name, std::string_view key) {
    const kube::Object secret =
        stored(world, {kube::kinds::secret, world.scenario->topology.ns, name});
    return decode_base64(string_at(secret.json(), {"data", key})).value_or("");
}

std::optional<fakepatroni::MemberSettings> member_settings(const WorldState& world,
                                                           const Container& container) {
    const std::string& ns = world.scenario->topology.ns;
    const kube::Object config =
        stored(world, {kube::kinds::config_map, ns, container.cluster + "-patroni"});
    const auto file = parse_yaml(string_at(config.json(), {"data", "patroni.yml"}));
    if (!file.ok() || !file->is_object()) {
        return std::nullopt;
    }
    fakepatroni::MemberSettings settings = fakepatroni::read_settings(*file);
    settings.version = world.scenario->topology.patroni == PatroniVersion::v3_0
                           ? fakepatroni::Version::v3_0_2
                           : fakepatroni::Version::v4_1;
    settings.ns = ns;
    if (!settings.citus) {
        settings.scope = container.cluster;
    }
    settings.name = container.pod;
    settings.address = container.address;
    settings.seed = world.scenario->seed;
    settings.system_identifier =
        std::to_string(hash_text(container.pod_uid) % 9'000'000'000 + 7'000'000'000'000'000'000);
    for (const auto& [role, key] :
         {std::pair("postgres", "superuser-password"), std::pair("standby", "replication-password"),
          std::pair("rewind_user", "rewind-password")}) {
        settings.passwords[role] =
            fakepatroni::digest_of_password(secret_of(world, settings.scope, key));
    }
    return settings;
}

// The agent removes what an interrupted initdb or copy has left, and marks an empty directory.
fakepatroni::Volume take_volume(WorldState& world, const Container& container) {
    fakepatroni::Volume volume = std::move(world.volumes[container.claim_uid]);
    world.volumes.erase(container.claim_uid);
    if (is_being_filled(volume) || is_half_made(world, container.claim_uid, volume)) {
        volume.wipe();
        world.unfinished.insert(container.claim_uid);
    }
    const kube::Object claim = stored(world, {kube::kinds::persistent_volume_claim,
                                              world.scenario->topology.ns, container.claim});
    const auto size = kube::Quantity::parse(kube::claim_capacity(claim));
    if (size.ok()) {
        volume.disk.size = static_cast<std::uint64_t>(size->bytes());
    }
    return volume;
}

void wake_member_at(WorldState& world, std::uint32_t index, Instant at) {
    Container& container = world.containers[index];
    at = std::max(at - world.nodes[container.node].skew, world.now + shortest_nap);
    any_active(world, [&](const Fault& fault, const FaultRun& run) {
        if (fault.kind == FaultKind::patroni_slow && run.target == container.pod) {
            at = at + milliseconds(fault.amount);
        }
        return false;
    });
    if (container.wake != at) {
        container.wake = at;
        put_at(world, at, MemberWakes{index, container.incarnation});
    }
}

std::uint64_t face_of_patroni(const WorldState& world, const Container& container) {
    const fakepatroni::Member& member = **container.member;
    Hasher hasher;
    hasher.add(static_cast<std::uint64_t>(believes_to_lead(world, container)) * 4 +
               static_cast<std::uint64_t>(member.sees_leader()) * 2 +
               static_cast<std::uint64_t>(member.is_gone()));
    hasher.add(static_cast<std::uint64_t>((*container.postgres)->connection().has_value()));
    hasher.add(member.source());
    return hasher.value();
}

void tell_of_patroni(WorldState& world, std::uint32_t index) {
    Container& container = world.containers[index];
    const std::uint64_t face = face_of_patroni(world, container);
    if (container.patroni_face != face) {
        container.patroni_face = face;
        note_effect(world);
        tell(world, PatroniChanged{container.pod_uid});
        agent_looks_soon(world, index);
    }
}

void send_of_member(WorldState& world, std::uint32_t index, fakepatroni::MemberOutbox out) {
    const Process self = process_of_member(world, index);
    for (std::string& line : out.log) {
        tell(world, LineLogged{.process = world.containers[index].pod, .text = std::move(line)});
    }
    for (auto& [id, reply] : out.replies) {
        answer_rest(world, index, id, std::move(reply));
    }
    for (const kube::WatchId id : out.unwatches) {
        close_watch(world, self, id);
    }
    for (fakepatroni::WatchRequest& watch : out.watches) {
        open_watch(world, self, watch.id, std::move(watch.spec));
    }
    if (out.wake_at) {
        wake_member_at(world, index, *out.wake_at);
    }
    for (fakepatroni::PeerRequest& request : out.peer_requests) {
        ask_peer(world, index, std::move(request));
    }
    for (fakepatroni::SourceQuestion& question : out.source_questions) {
        put(world, hop, SourceAsked{index, self.incarnation, std::move(question)});
    }
    for (auto& [id, call] : out.calls) {
        if (is_alive(world, self)) {
            send_call(world, self, {id, std::move(call), {}, member_patience});
        }
    }
}

void feed_member(WorldState& world, std::uint32_t index, const fakepatroni::MemberEvent& event) {
    Container& container = world.containers[index];
    const Process self = process_of_member(world, index);
    fakepatroni::MemberOutbox out =
        (*container.member.write()).on(event, clock_of(world, self), *container.postgres.write());
    const std::optional<std::string> exit = out.exit;
    tell_of_patroni(world, index);
    send_of_member(world, index, std::move(out));
    if (is_alive(world, self)) {
        serve(world, index);
    }
    if (exit && is_alive(world, self)) {
        container_ended(world, index, *exit);
    }
}

}  // namespace

bool is_being_filled(const fakepatroni::Volume& volume) {
    return volume.directory == fakepatroni::DataDirectory::empty ||
           volume.directory == fakepatroni::DataDirectory::initializing ||
           volume.directory == fakepatroni::DataDirectory::copying;
}

bool is_half_made(const WorldState& world, const std::string& claim_uid,
                  const fakepatroni::Volume& volume) {
    return world.unfinished.count(claim_uid) > 0 && !is_being_filled(volume) && !volume.from_backup;
}

bool is_writable(const Container& container) {
    return container.runs() && (*container.postgres)->is_writable();
}

bool believes_to_lead(const WorldState& world, const Container& container) {
    return container.runs() &&
           (*container.member)->leads(world.now + world.nodes[container.node].skew);
}

void start_member(WorldState& world, std::uint32_t index) {
    Container& container = world.containers[index];
    const auto settings = member_settings(world, container);
    if (!settings) {
        // Without its configuration the agent ends at once.
        ++container.incarnation;
        container_ended(world, index, "the configuration cannot be read");
        return;
    }
    fakepatroni::PostgresSettings server;
    server.name = container.pod;
    server.timings.base_backup = world.scenario->knobs.copy_takes;
    container.postgres.write().emplace(server, take_volume(world, container));
    container.member.write().emplace(*settings);
    container.agent = Agent(world.now);
    container.agent_looks = false;
    container.server_due.reset();
    container.server_face = 0;
    container.patroni_face = 0;
    container.citus_face = 0;
    set_server_faults(world, index);
    note_effect(world);
    tell(world, PatroniChanged{container.pod_uid});
    wake_member_at(world, index, clock_of(world, process_of_member(world, index)));
    agent_looks_soon(world, index);
}

void terminate_member(WorldState& world, std::uint32_t index) {
    Container& container = world.containers[index];
    const auto& report = container.agent.observation().report;
    const bool leads = report && report->is_running && !report->in_recovery;
    if (leads && (*container.postgres.write()).checkpoint(world.now).ok()) {
        container.checkpoint_until = world.now + checkpoint_deadline;
        put_at(world, *container.checkpoint_until, CheckpointEnds{index, container.incarnation});
        serve(world, index);
        return;
    }
    signal_patroni(world, index);
}

void checkpoint_ends(WorldState& world, const CheckpointEnds& ends) {
    Container& container = world.containers[ends.container];
    if (container.incarnation == ends.incarnation && container.checkpoint_until) {
        container.checkpoint_until.reset();
        signal_patroni(world, ends.container);
    }
}

void signal_patroni(WorldState& world, std::uint32_t index) {
    put(world, Duration::zero(),
        MemberHears{index, world.containers[index].incarnation, fakepatroni::Terminate{}});
}

void end_process(WorldState& world, std::uint32_t index, std::string_view why, bool told) {
    Container& container = world.containers[index];
    if (!container.runs()) {
        return;
    }
    tell(world, LineLogged{.process = container.pod, .text = std::string(why)});
    const Process self = process_of_member(world, index);
    fakepatroni::Postgres& server = *container.postgres.write();
    server.kill(std::string(why), world.now);
    world.volumes[container.claim_uid] = server.volume();
    lose_links(world, index, told);
    container.postgres.write().reset();
    container.member.write().reset();
    container.wake.reset();
    container.server_due.reset();
    container.checkpoint_until.reset();
    container.frozen = false;
    container.inbox.clear();
    container.asked.clear();
    container.set_ready(false, world.now);
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

void member_wakes(WorldState& world, const MemberWakes& wakes) {
    Container& container = world.containers[wakes.container];
    if (container.incarnation != wakes.incarnation || container.wake != world.now) {
        return;  // a later wish has replaced this one
    }
    container.wake.reset();
    member_hears(world, {wakes.container, wakes.incarnation, fakepatroni::Wake{}});
}

void source_asked(WorldState& world, const SourceAsked& asked) {
    if (!is_alive(world, {Process::Sort::member, asked.from, asked.incarnation})) {
        return;
    }
    fakepatroni::SourceAnswer answer{.id = asked.question.id, .facts = std::nullopt};
    const auto source = find_server(world, asked.question.peer);
    if (source && reach_each_other(world, asked.from, *source)) {
        const fakepatroni::Postgres& server = **world.containers[*source].postgres;
        if (server.answers()) {
            answer.facts = fakepatroni::UpstreamFacts{.in_recovery = server.in_recovery(),
                                                      .timelines = server.volume().wal.timelines(),
                                                      .position = server.flushed()};
        }
        member_hears(world, {asked.from, asked.incarnation, std::move(answer)});
        return;
    }
    // Refused at once where a kernel is there to refuse; else its own deadline tells.
    const bool refused = !source;
    if (refused) {
        member_hears(world, {asked.from, asked.incarnation, std::move(answer)});
    }
}

void freeze_patroni(WorldState& world, std::uint32_t index) {
    Container& container = world.containers[index];
    if (container.runs() && !container.frozen) {
        container.frozen = true;
        agent_hears_anew(world, index);
        tell(world, PatroniChanged{container.pod_uid});
    }
}

void thaw_patroni(WorldState& world, std::uint32_t index) {
    if (!world.containers[index].frozen) {
        return;
    }
    world.containers[index].frozen = false;
    const std::vector<fakepatroni::MemberEvent> heard = std::move(world.containers[index].inbox);
    world.containers[index].inbox.clear();
    const Process self = process_of_member(world, index);
    for (const fakepatroni::MemberEvent& event : heard) {
        if (is_alive(world, self)) {
            feed_member(world, index, event);
        }
    }
    if (is_alive(world, self)) {
        feed_member(world, index, fakepatroni::Wake{});
    }
    if (is_alive(world, self)) {
        agent_looks_soon(world, index);
        tell(world, PatroniChanged{world.containers[index].pod_uid});
    }
}

}  // namespace bestgres::scenarios
