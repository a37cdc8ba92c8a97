#include "operator/cmd/fleet/member_player.hpp"

#include <fmt/format.h>

#include "lib/kube/workload.hpp"

namespace bestgres::cmd {
namespace {

namespace kinds = kube::kinds;

constexpr std::string_view scope_label = "bestgres.io/cluster";
constexpr std::string_view role_label = "bestgres.io/role";

// The position in the WAL: it moves with time, as under traffic.
std::int64_t position(Instant now) {
    return 67'108'864 + now.ns / 1'000'000 % 1'000'000'000;
}

Json condition(const char* type, Instant now) {
    return {{"type", type}, {"status", "True"}, {"lastTransitionTime", format_seconds(now)}};
}

Json running_status(const kube::Object& pod, const std::string& address, Instant now) {
    const std::string image(
        string_at(pod.json()["spec"]["containers"][0], {"image"}, "bestgres-patroni:15"));
    const Json container = {{"name", "postgres"},
                            {"image", image},
                            {"imageID", image},
                            {"ready", true},
                            {"started", true},
                            {"restartCount", 0},
                            {"state", {{"running", {{"startedAt", format_seconds(now)}}}}}};
    return {{"phase", "Running"},
            {"podIP", address},
            {"podIPs", Json::array({{{"ip", address}}})},
            {"startTime", format_seconds(now)},
            {"conditions",
             {condition("PodScheduled", now), condition("Initialized", now),
              condition("ContainersReady", now), condition("Ready", now)}},
            {"containerStatuses", Json::array({container})}};
}

Json leader_annotations(const std::string& cluster, Instant now) {
    return {{"leader", cluster + "-0"},
            {"ttl", "30"},
            {"renewTime", format_micros(now)},
            {"transitions", "0"},
            {"optime", std::to_string(position(now))}};
}

}  // namespace

std::vector<kube::Call> MemberPlayer::on_pod(const kube::Object& pod, const Json& dcs,
                                             Instant now) {
    const std::string cluster(pod.label(scope_label));
    const auto ordinal = kube::ordinal_of(pod.name(), cluster);
    if (!ordinal || kube::pod_node(pod).empty() || pod.being_deleted() ||
        !started_.insert(std::string(pod.uid())).second) {
        return {};
    }
    std::vector<kube::Call> calls{run(pod, now)};
    if (*ordinal == 0) {
        calls.push_back(create_map(cluster, "-config",
                                   {{"initialize", "7300000000000000000"}, {"config", dump(dcs)}}));
        calls.push_back(create_map(cluster, "-leader", leader_annotations(cluster, now)));
    }
    calls.push_back(report(cluster, *ordinal, now));
    return calls;
}

Json MemberPlayer::rest_status(const std::string& address) const {
    const auto found = members_.find(address);
    if (found == members_.end()) {
        return nullptr;
    }
    const std::string cluster(found->second.label(scope_label));
    const bool leads = kube::ordinal_of(found->second.name(), cluster) == 0;
    return {
        {"state", leads ? "running" : "streaming"},
        {"role", leads ? "primary" : "replica"},
        {"server_version", 150'020},
        {"timeline", 1},
        {"patroni",
         {{"version", "4.1.4"}, {"scope", cluster}, {"name", std::string(found->second.name())}}}};
}

kube::Call MemberPlayer::run(const kube::Object& pod, Instant now) {
    const std::size_t number = members_.size() + 1;
    const std::string address = fmt::format("127.200.{}.{}", number / 250 % 250, number % 250 + 1);
    members_.insert_or_assign(address, pod);
    return kube::Patch{.ref = {kinds::pod, ns_, std::string(pod.name())},
                       .type = kube::PatchType::strategic,
                       .body = {{"status", running_status(pod, address, now)}},
                       .subresource = "status"};
}

kube::Call MemberPlayer::report(const std::string& cluster, std::int64_t ordinal,
                                Instant now) const {
    const bool leads = ordinal == 0;
    Json status = {{"state", "running"},
                   {"role", leads ? "primary" : "replica"},
                   {"version", "4.1.5"},
                   {"xlog_location", position(now)},
                   {"timeline", 1}};
    if (!leads) {
        status["replication_state"] = "streaming";
    }
    return kube::Patch{.ref = {kinds::pod, ns_, fmt::format("{}-{}", cluster, ordinal)},
                       .type = kube::PatchType::merge,
                       .body = {{"metadata",
                                 {{"labels", {{role_label, leads ? "master" : "replica"}}},
                                  {"annotations", {{"status", dump(status)}}}}}},
                       .subresource = ""};
}

kube::Call MemberPlayer::create_map(const std::string& cluster, std::string_view suffix,
                                    Json annotations) const {
    return kube::Create{
        .kind = kinds::config_map,
        .object = kube::Object(
            {{"apiVersion", "v1"},
             {"kind", "ConfigMap"},
             {"metadata",
              {{"name", cluster + std::string(suffix)},
               {"namespace", ns_},
               {"labels", {{scope_label, cluster}, {"app.kubernetes.io/name", "postgresql"}}},
               {"annotations", std::move(annotations)}}}})};
}

kube::Call MemberPlayer::renewal(const std::string& cluster, Instant now) const {
    return kube::Patch{.ref = {kinds::config_map, ns_, cluster + "-leader"},
                       .type = kube::PatchType::merge,
                       .body = {{"metadata", {{"annotations", leader_annotations(cluster, now)}}}},
                       .subresource = ""};
}

std::vector<kube::Call> MemberPlayer::reports(const std::string& cluster, std::int64_t members,
                                              Instant now) const {
    std::vector<kube::Call> calls;
    for (std::int64_t ordinal = 0; ordinal < members; ++ordinal) {
        calls.push_back(report(cluster, ordinal, now));
    }
    return calls;
}

}  // namespace bestgres::cmd
