#include "scenarios/engine/world.hpp"

#include <fmt/format.h>

#include "lib/base/overloaded.hpp"

namespace bestgres::scenarios {
namespace {

constexpr Instant beginning{1'800'000'000'000'000'000};

const fakekube::Caller& administrator() {
    static const fakekube::Caller caller{
        .user = {.name = "admin", .groups = {"system:masters"}, .uid = ""},
        .field_manager = "admin"};
    return caller;
}

fakekube::ServerOptions server_options(const WorldOptions& options) {
    fakekube::ServerOptions server;
    server.started = beginning;
    server.seed = options.seed;
    return server;
}

fakekube::ControllerManagerOptions controller_options() {
    fakekube::ControllerManagerOptions controllers;
    controllers.record_events = false;
    controllers.volumes.creates_standard_class = true;
    // Nodes of this world send no heartbeats; the simulator's issue gives them leases.
    controllers.without = {"node-lifecycle-controller"};
    return controllers;
}

Json node_manifest(int number) {
    return {{"apiVersion", "v1"},
            {"kind", "Node"},
            {"metadata",
             {{"name", fmt::format("node-{}", number)},
              {"labels", {{"kubernetes.io/hostname", fmt::format("node-{}", number)}}}}},
            {"status",
             {{"capacity", {{"cpu", "8"}, {"memory", "32Gi"}, {"pods", "110"}}},
              {"allocatable", {{"cpu", "8"}, {"memory", "32Gi"}, {"pods", "110"}}},
              {"conditions", {{{"type", "Ready"}, {"status", "True"}}}}}}};
}

}  // namespace

World::World(WorldOptions options)
    : options_(std::move(options)),
      now_(beginning),
      server_(server_options(options_)),
      controllers_(controller_options()),
      seen_version_(server_.version()) {
    apply({{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", options_.ns}}}});
    for (int number = 1; number <= options_.nodes; ++number) {
        apply(node_manifest(number));
        // Admission taints new nodes; nobody watches over nodes here who would take it off.
        const kube::Patch ready{.ref = {kube::kinds::node, "", fmt::format("node-{}", number)},
                                .type = kube::PatchType::merge,
                                .body = {{"spec", {{"taints", nullptr}}}},
                                .subresource = ""};
        const auto outcome = fakekube::perform(server_, administrator(), ready, now_);
        BG_CHECK(outcome.ok(), outcome.error().message);
    }
}

void World::apply(const Json& manifest) {
    const auto kind =
        kube::find_kind(string_at(manifest, {"apiVersion"}), string_at(manifest, {"kind"}));
    const kube::Apply apply{.kind = kind.value_or(kube::kinds::bg_cluster),
                            .object = kube::Object(manifest),
                            .field_manager = "admin",
                            .force = true,
                            .subresource = ""};
    const auto outcome = fakekube::perform(server_, administrator(), apply, now_);
    BG_CHECK(outcome.ok(), outcome.error().message);
    after_writes();
}

void World::remove(const kube::Ref& ref) {
    kube::Delete call;
    call.ref = ref;
    const auto outcome = fakekube::perform(server_, administrator(), call, now_);
    BG_CHECK(outcome.ok(), outcome.error().message);
    after_writes();
}

kube::Object World::get(const kube::Ref& ref) const {
    const auto object =
        server_.get(*server_.find_resource(ref.kind.group, ref.kind.version, ref.kind.plural),
                    {.ns = ref.ns, .name = ref.name});
    return object.ok() ? *object : kube::Object();
}

std::vector<std::string> World::writable_members() const {
    std::vector<std::string> names;
    for (const auto& [uid, pod] : pods_) {
        if (pod.member && pod.member->is_writable()) {
            names.push_back(pod.name);
        }
    }
    return names;
}

void World::after(Duration delay, Happening happening) {
    queue_.emplace(std::pair(now_ + delay, queued_++), std::move(happening));
}

// Whoever watches hears of new versions a moment later; the trace takes them in at once.
void World::after_writes() {
    if (server_.version() == seen_version_) {
        return;
    }
    const auto events = server_.events_after(seen_version_, 1'000'000);
    BG_CHECK(events.ok(), "the world fell behind its own log");
    for (const fakekube::StoredEvent& event : *events) {
        trace_.add(static_cast<std::uint64_t>(now_.ns));
        trace_.add(static_cast<std::uint64_t>(event.type));
        trace_.add(event.object.hash());
    }
    seen_version_ = server_.version();
    after(Duration(0), ControllersDue{});
    after(options_.watch_latency, WatchesDue{});
    after(options_.watch_latency, KubeletDue{});
}

void World::run_for(Duration span) {
    run_until([](const World&) { return false; }, span);
}

bool World::run_until(const std::function<bool(const World&)>& done, Duration limit) {
    const Instant end = now_ + limit;
    while (!done(*this)) {
        if (queue_.empty() || queue_.begin()->first.first > end) {
            now_ = end;
            return false;
        }
        auto next = queue_.extract(queue_.begin());
        now_ = next.key().first;
        happen(std::move(next.mapped()));
        after_writes();
    }
    return true;
}

void World::happen(Happening happening) {
    std::visit(
        Overloaded{
            [&](const OperatorWake&) {
                if (operator_wake_ && *operator_wake_ <= now_) {
                    operator_wake_.reset();
                    feed_operator(core::Tick{});
                }
            },
            [&](const OperatorEvent& event) { feed_operator(event.event); },
            [&](const OperatorCall& call) {
                const fakekube::Caller caller{
                    .user = {.name = "system:serviceaccount:" + options_.ns + ":bestgres-operator",
                             .groups = {"system:serviceaccounts", "system:authenticated"},
                             .uid = ""},
                    .field_manager = "bestgres-operator"};
                kube::Answer answer{
                    .id = call.call.id,
                    .outcome = fakekube::perform(server_, caller, call.call.call, now_)};
                after(options_.call_latency, OperatorEvent{std::move(answer)});
            },
            [&](const OperatorPatroni& call) { ask_member(call.call); },
            [&](const WatchesDue&) { poll_watches(); },
            [&](const KubeletDue&) { kubelet_pass(); },
            [&](const ControllersDue&) { run_controllers(); },
            [&](const MemberWake& wake) { wake_member(wake); },
            [&](const MemberCall& call) {
                const fakekube::Caller caller{
                    .user = {.name = "patroni", .groups = {"system:masters"}, .uid = ""},
                    .field_manager = "Patroni"};
                kube::Answer answer{.id = call.id,
                                    .outcome = fakekube::perform(server_, caller, call.call, now_)};
                after(options_.call_latency,
                      MemberInput{call.pod_uid, call.incarnation, std::move(answer)});
            },
            [&](const MemberInput& input) {
                feed_member(input.pod_uid, input.incarnation, input.event);
            },
        },
        happening);
}

void World::run_controllers() {
    controllers_.run(server_, now_);
    const auto due = controllers_.next_due();
    if (!due || (controllers_wake_ && *controllers_wake_ > now_ && *controllers_wake_ <= *due)) {
        return;
    }
    controllers_wake_ = std::max(*due, now_ + std::chrono::milliseconds(1));
    after(*controllers_wake_ - now_, ControllersDue{});
}

}  // namespace bestgres::scenarios
