#include <fmt/format.h>

#include <algorithm>

#include "operator/api/cluster.hpp"
#include "operator/cmd/fleet/fleet.hpp"

namespace bestgres::cmd {
namespace {

namespace kinds = kube::kinds;
using std::chrono::milliseconds;
using std::chrono::seconds;

double seconds_of(Duration span) {
    return std::chrono::duration<double>(span).count();
}

template <class... Values>
void say(fmt::format_string<Values...> form, Values&&... values) {
    fmt::print(form, std::forward<Values>(values)...);
    std::fflush(stdout);
}

Json node_condition(const char* type, const char* status, Instant now) {
    return {{"type", type},
            {"status", status},
            {"lastHeartbeatTime", format_seconds(now)},
            {"lastTransitionTime", format_seconds(now)}};
}

}  // namespace

std::string Fleet::cluster_name(int number) const {
    return fmt::format("c{:05}", number);
}

Json Fleet::cluster_manifest(int number) const {
    return {{"apiVersion", "bestgres.io/v1"},
            {"kind", "BGCluster"},
            {"metadata", {{"name", cluster_name(number)}, {"namespace", options_.ns}}},
            {"spec",
             {{"instances", options_.members},
              {"image", {{"tag", "bestgres-patroni:15"}}},
              {"volumeSpec", {{"persistentVolumeSize", "1Gi"}}}}}};
}

bool Fleet::run() {
    add_nodes();
    follow({.kind = kinds::pod, .ns = options_.ns, .label_selector = "bestgres.io/cluster"});
    follow({.kind = kinds::bg_cluster, .ns = options_.ns});
    follow({.kind = kinds::lease,
            .ns = options_.ns,
            .field_selector = "metadata.name=bestgres-operator"});
    for (const kube::Kind& kind : {kinds::config_map, kinds::service}) {
        follow({.kind = kind,
                .ns = options_.ns,
                .label_selector = "app.kubernetes.io/managed-by=bestgres"});
    }
    drain();
    renew_next();
    const bool complete = create_clusters();
    if (!complete || !settle()) {
        return false;
    }
    measure_steady();
    measure_reaction();
    return true;
}

void Fleet::add_nodes() {
    const Instant now = loop_.now();
    const Json amounts = {{"cpu", "100000"}, {"memory", "100000Gi"}, {"pods", "100000"}};
    const Json status = {{"capacity", amounts},
                         {"allocatable", amounts},
                         {"conditions", Json::array({node_condition("Ready", "True", now)})}};
    for (const char* name : {"bench-1", "bench-2", "bench-3"}) {
        wait_for(kube::Create{
            .kind = kinds::node,
            .object = kube::Object(
                {{"apiVersion", "v1"},
                 {"kind", "Node"},
                 {"metadata", {{"name", name}, {"labels", {{"kubernetes.io/hostname", name}}}}}})});
        wait_for(kube::Patch{.ref = {kinds::node, "", name},
                             .type = kube::PatchType::strategic,
                             .body = {{"status", status}},
                             .subresource = "status"});
        wait_for(kube::Create{.kind = kinds::lease,
                              .object = kube::Object(
                                  {{"apiVersion", "coordination.k8s.io/v1"},
                                   {"kind", "Lease"},
                                   {"metadata", {{"name", name}, {"namespace", "kube-node-lease"}}},
                                   {"spec",
                                    {{"holderIdentity", name},
                                     {"leaseDurationSeconds", 40},
                                     {"renewTime", format_micros(now)}}}})});
    }
    renew_nodes();
}

bool Fleet::create_clusters() {
    const Instant start = loop_.now();
    const ProcessUse before = use_of(options_.operator_process);
    for (int number = 0; number < options_.clusters; ++number) {
        call(kube::Create{kinds::bg_cluster, kube::Object(cluster_manifest(number))});
    }
    const auto all_run = [this] {
        return running_.size() == static_cast<std::size_t>(options_.clusters);
    };
    const bool complete = loop_.run_until(all_run, options_.create_limit);
    const ProcessUse after = use_of(options_.operator_process);
    say("clusters running              {} of {} after {:.1f} s; operator CPU {:.1f} s, load "
        "{:.1f}\n",
        running_.size(), options_.clusters, seconds_of(loop_.now() - start),
        after.cpu_seconds - before.cpu_seconds, load_average());
    return complete;
}

// Until nobody but this program writes or asks for five seconds.
bool Fleet::settle() {
    beats_ = true;
    Count last = count();
    for (int round = 0; round < 24; ++round) {
        loop_.run_until([] { return false; }, seconds(5));
        const Count now = count();
        const auto leases = std::ranges::count_if(lease_versions_, [&](std::uint64_t version) {
            return version > last.version && version <= now.version;
        });
        const std::uint64_t own = now.own_writes - last.own_writes;
        const std::uint64_t own_requests = now.own_requests - last.own_requests;
        const auto renewals = static_cast<std::uint64_t>(leases);
        // A renewal may fall between a write that is counted and its request.
        if (now.version - last.version <= own + renewals &&
            now.requests - last.requests <= own_requests + renewals + 1) {
            return true;
        }
        last = now;
    }
    say("the fleet did not come to rest within two minutes\n");
    return false;
}

void Fleet::measure_steady() {
    const Count before = count();
    const Instant start = loop_.now();
    const ProcessUse operator_before = use_of(options_.operator_process);
    const ProcessUse server_before = use_of(options_.server_process);
    loop_.run_until([] { return false; }, options_.steady);
    const Count after = count();
    const double span = seconds_of(loop_.now() - start);
    const ProcessUse operator_after = use_of(options_.operator_process);
    const ProcessUse server_after = use_of(options_.server_process);
    loop_.run_until([] { return false; }, seconds(1));  // the lease's last event
    const auto leases = std::ranges::count_if(lease_versions_, [&](std::uint64_t version) {
        return version > before.version && version <= after.version;
    });
    const auto own = static_cast<std::int64_t>(after.own_writes - before.own_writes);
    const auto own_requests = static_cast<std::int64_t>(after.own_requests - before.own_requests);
    const auto writes = static_cast<std::int64_t>(after.version - before.version) - own - leases;
    const auto requests =
        static_cast<std::int64_t>(after.requests - before.requests) - own_requests - leases;
    say("steady state, watched for     {:.0f} s, in which the members wrote {} times\n", span, own);
    say("operator lease renewals       {}\n", leases);
    say("other writes                  {}\n", writes);
    say("other requests (polls)        {}\n", requests - writes);
    say("operator RSS / peak           {:.1f} / {:.1f} MiB\n", operator_after.rss_mib,
        operator_after.peak_mib);
    say("operator CPU                  {:.2f} % of a core\n",
        100 * (operator_after.cpu_seconds - operator_before.cpu_seconds) / span);
    say("fakekube RSS, CPU             {:.1f} MiB, {:.1f} % of a core\n", server_after.rss_mib,
        100 * (server_after.cpu_seconds - server_before.cpu_seconds) / span);
}

// One changed resource at a time, evenly spaced: from sending the change to seeing the operator's
// first write, by the watch.
void Fleet::measure_reaction() {
    const double load = load_average();
    for (int number = 0; number < options_.changes; ++number) {
        loop_.after(options_.change_gap * number, [this, number] { change(number); });
    }
    const auto all_seen = [this] {
        return reactions_.size() == static_cast<std::size_t>(options_.changes);
    };
    loop_.run_until(all_seen, options_.change_gap * options_.changes + seconds(30));
    say("change to first action        {} of {}: p50 {:.1f} ms, p99 {:.1f} ms, load {:.1f}\n",
        reactions_.size(), options_.changes, percentile_ms(reactions_, 50),
        percentile_ms(reactions_, 99), load);
}

void Fleet::change(int number) {
    // 7919 is a prime: the changed clusters lie all over the fleet.
    const std::string cluster = cluster_name(number * 7919 % options_.clusters);
    changed_[cluster] = loop_.now();
    call(kube::Patch{
        .ref = {kinds::bg_cluster, options_.ns, cluster},
        .type = kube::PatchType::merge,
        .body = {{"spec",
                  {{"services",
                    {{"primary", {{"annotations", {{"bench", std::to_string(number)}}}}}}}}}},
        .subresource = ""});
}

}  // namespace bestgres::cmd
