// The stand-in for kubelets: bound pods start after a moment, report what their member says,
// restart in place, and end.
#include <fmt/format.h>

#include "lib/base/yaml.hpp"
#include "lib/kube/workload.hpp"
#include "scenarios/engine/world.hpp"

namespace bestgres::scenarios {
namespace {

const fakekube::Caller& kubelet() {
    static const fakekube::Caller caller{
        .user = {.name = "kubelet", .groups = {"system:masters"}, .uid = ""},
        .field_manager = "kubelet"};
    return caller;
}

std::string claim_name(const kube::Object& pod) {
    for (const Json& volume : array_at(pod.json(), {"spec", "volumes"})) {
        if (const auto name = find_string(volume, {"persistentVolumeClaim", "claimName"})) {
            return *name;
        }
    }
    return "";
}

Json pod_status(const std::string& address, bool ready, int restarts) {
    const char* const word = ready ? "True" : "False";
    return {
        {"phase", "Running"},
        {"podIP", address},
        {"podIPs", {{{"ip", address}}}},
        {"conditions",
         {{{"type", "PodScheduled"}, {"status", "True"}}, {{"type", "Ready"}, {"status", word}}}},
        {"containerStatuses",
         {{{"name", "postgres"},
           {"ready", ready},
           {"restartCount", restarts},
           {"image", ""},
           {"imageID", ""},
           {"state", {{"running", Json::object()}}}}}}};
}

std::string address_of(const std::string& uid) {
    return fmt::format("10.{}.{}.{}", hash_text(uid) % 200 + 1, hash_text(uid) / 256 % 250,
                       hash_text(uid) / 65536 % 250);
}

}  // namespace

kube::Object World::pod_object(const std::string& name) const {
    return get({kube::kinds::pod, options_.ns, name});
}

void World::kubelet_pass() {
    begin_pods();
    std::vector<std::string> uids;
    for (const auto& [uid, pod] : pods_) {
        uids.push_back(uid);
    }
    for (const std::string& uid : uids) {
        advance_pod(uid, pods_.at(uid));
    }
}

void World::begin_pods() {
    const auto listed = server_.list(server_.resource(kube::kinds::pod), options_.ns, {});
    BG_CHECK(listed.ok(), "pods cannot be listed");
    for (const kube::Object& object : listed->items) {
        const std::string uid(object.uid());
        if (!kube::pod_is_scheduled(object) || pods_.count(uid) > 0) {
            continue;
        }
        const kube::Object claim =
            get({kube::kinds::persistent_volume_claim, options_.ns, claim_name(object)});
        if (kube::claim_phase(claim) != "Bound") {
            continue;
        }
        pods_[uid] = {.name = std::string(object.name()),
                      .claim = std::string(claim.uid()),
                      .phase = PodPhase::starting,
                      .due = now_ + options_.container_start,
                      .restarts = 0,
                      .ready = false,
                      .wake = std::nullopt,
                      .member = std::nullopt};
        after(options_.container_start, KubeletDue{});
    }
}

void World::advance_pod(const std::string& uid, Pod& pod) {
    const kube::Object object = pod_object(pod.name);
    if (object.uid() != uid) {
        // Gone without us: a force deletion.
        pods_.erase(uid);
        return;
    }
    if (object.being_deleted() && pod.phase != PodPhase::stopping) {
        if (pod.member) {
            feed_member(uid, pod.restarts, fakepatroni::Terminate{});
            disks_[pod.claim] = pod.member->disk();
        }
        pod.phase = PodPhase::stopping;
        pod.due = now_ + options_.container_start;
        after(options_.container_start, KubeletDue{});
        return;
    }
    if (now_ >= pod.due && pod.phase == PodPhase::stopping) {
        finish_pod(uid, pod);
        return;
    }
    if (now_ >= pod.due && pod.phase == PodPhase::starting) {
        start_member(uid, pod);
    }
    if (pod.phase == PodPhase::running) {
        report_ready(uid, pod);
    }
}

void World::start_member(const std::string& uid, Pod& pod) {
    const kube::Object object = pod_object(pod.name);
    fakepatroni::MemberSettings settings;
    settings.ns = options_.ns;
    settings.scope = object.label("bestgres.io/cluster");
    settings.pod = pod.name;
    settings.address = address_of(uid);
    settings.system_identifier =
        std::to_string(hash_text(uid) % 9'000'000'000 + 7'000'000'000'000'000'000);
    const kube::Object config =
        get({kube::kinds::config_map, options_.ns, settings.scope + "-patroni"});
    const auto file = parse_yaml(string_at(config.json(), {"data", "patroni.yml"}));
    BG_CHECK(file.ok(), "the rendered Patroni configuration is no YAML");
    settings.bootstrap_config = object_at(*file, {"bootstrap", "dcs"});
    pod.member.emplace(settings, disks_[pod.claim]);
    pod.phase = PodPhase::running;
    pod.ready = true;  // so that the first report is written
    wake_member_at(uid, pod, now_);
}

void World::wake_member_at(const std::string& uid, Pod& pod, Instant at) {
    pod.wake = at;
    after(at - now_, MemberWake{uid, pod.restarts});
}

// A later wish replaces an earlier one: what was queued for it finds another time here.
void World::wake_member(const MemberWake& wake) {
    const auto found = pods_.find(wake.pod_uid);
    if (found == pods_.end() || found->second.wake != now_) {
        return;
    }
    found->second.wake.reset();
    feed_member(wake.pod_uid, wake.incarnation, fakepatroni::Wake{});
}

void World::report_ready(const std::string& uid, Pod& pod) {
    const bool ready = pod.member && pod.member->is_ready();
    const bool reported = kube::pod_phase(pod_object(pod.name)) == "Running";
    if (ready == pod.ready && reported) {
        return;
    }
    pod.ready = ready;
    const kube::Patch patch{.ref = {kube::kinds::pod, options_.ns, pod.name},
                            .type = kube::PatchType::merge,
                            .body = {{"status", pod_status(address_of(uid), ready, pod.restarts)}},
                            .subresource = "status"};
    const auto outcome = fakekube::perform(server_, kubelet(), patch, now_);
    BG_CHECK(outcome.ok(), outcome.error().message);
}

void World::finish_pod(const std::string& uid, Pod& pod) {
    kube::Delete call;
    call.ref = {kube::kinds::pod, options_.ns, pod.name};
    call.only_if.uid = uid;
    call.grace_period_seconds = 0;
    (void)fakekube::perform(server_, kubelet(), call, now_);
    pods_.erase(uid);
}

void World::kill_container(const std::string& name) {
    for (auto& [uid, pod] : pods_) {
        if (pod.name == name && pod.member) {
            disks_[pod.claim] = pod.member->disk();
            pod.member.reset();
            ++pod.restarts;
            pod.phase = PodPhase::starting;
            pod.due = now_ + options_.container_start;
            after(options_.container_start, KubeletDue{});
            return;
        }
    }
    BG_CHECK(false, name + " runs no container");
}

void World::feed_member(const std::string& uid, int incarnation,
                        const fakepatroni::MemberEvent& event) {
    const auto found = pods_.find(uid);
    if (found == pods_.end() || !found->second.member || found->second.restarts != incarnation) {
        return;  // for a process that is gone
    }
    take_member_outbox(uid, found->second, found->second.member->on(event, now_));
}

void World::take_member_outbox(const std::string& uid, Pod& pod, fakepatroni::MemberOutbox outbox) {
    for (auto& [id, call] : outbox.calls) {
        after(options_.call_latency, MemberCall{uid, pod.restarts, id, std::move(call)});
    }
    for (auto& [id, reply] : outbox.replies) {
        after(options_.call_latency,
              OperatorEvent{patroni::Answer{.id = id, .outcome = std::move(reply)}});
    }
    if (outbox.wake_at) {
        wake_member_at(uid, pod, std::max(*outbox.wake_at, now_ + std::chrono::milliseconds(1)));
    }
    if ((pod.member && pod.member->is_ready()) != pod.ready) {
        after(options_.watch_latency, KubeletDue{});
    }
}

}  // namespace bestgres::scenarios
