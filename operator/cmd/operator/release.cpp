#include "operator/cmd/operator/release.hpp"

#include <unistd.h>

#include <array>
#include <chrono>
#include <thread>

#include "lib/kube_client/access.hpp"
#include "lib/kube_client/waiting.hpp"
#include "operator/api/cluster.hpp"
#include "operator/api/operation.hpp"
#include "operator/api/sharded.hpp"
#include "operator/core/leader.hpp"
#include "operator/manifests/names.hpp"

namespace bestgres::cmd {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Until the operator that still runs is removed too.
constexpr Duration lease_lasts = seconds(120);
// Ends well before that.
constexpr Duration patience = seconds(100);
constexpr Duration between_tries = milliseconds(500);
// Of an operator that is being stopped the kubelet waits for 30 seconds.
constexpr Duration longest_call = seconds(7);

struct Held {
    kube::Kind kind;
    std::string_view finalizer;
};
constexpr std::array<Held, 3> held{{{kube::kinds::bg_sharded_cluster, api::sharded_finalizer},
                                    {kube::kinds::bg_cluster, manifests::finalizer},
                                    {kube::kinds::bg_db_ops, api::operation_finalizer}}};

kube::Call taking(const Releasing& with, const kube::Object& lease) {
    const bool exists = !lease.name().empty();
    Json json = lease.json();
    if (!exists) {
        json = {{"apiVersion", "coordination.k8s.io/v1"},
                {"kind", "Lease"},
                {"metadata", {{"name", core::LeaderSettings().name}, {"namespace", with.ns}}}};
    }
    json["metadata"].erase("managedFields");
    Json& spec = json["spec"];
    spec["holderIdentity"] = std::string(release_identity) + with.identity;
    spec["leaseDurationSeconds"] =
        std::chrono::duration_cast<std::chrono::seconds>(lease_lasts).count();
    spec["acquireTime"] = format_micros(with.now());
    spec["renewTime"] = format_micros(with.now());
    spec["leaseTransitions"] =
        find_int(lease.json(), {"spec", "leaseTransitions"}).value_or(-1) + 1;
    kube::Object taken(std::move(json));
    return exists ? kube::Call(kube::Replace{kube::kinds::lease, std::move(taken), ""})
                  : kube::Call(kube::Create{kube::kinds::lease, std::move(taken)});
}

// How long whoever held the lease may still act.
Duration time_of_holder(const kube::Object& lease) {
    const std::string_view holder = lease.text_at({"spec", "holderIdentity"});
    const bool keeps_clusters = !holder.empty() && !holder.starts_with(release_identity);
    return keeps_clusters
               ? Duration(
                     seconds(find_int(lease.json(), {"spec", "leaseDurationSeconds"}).value_or(0)))
               : Duration::zero();
}

// The time to wait before anything else.
Result<Duration> take_lease(const Releasing& with) {
    const kube::Ref ref{kube::kinds::lease, with.ns, core::LeaderSettings().name};
    std::string problem;
    for (const Instant end = with.now() + patience; with.now() < end; with.pause(between_tries)) {
        const auto read = with.ask(kube::Get{ref});
        const bool is_absent = !read.ok() && read.error().code == kube::ErrorCode::not_found;
        if (!read.ok() && !is_absent) {
            problem = read.error().message;
            continue;
        }
        const kube::Object lease = is_absent ? kube::Object() : std::get<kube::Object>(*read);
        const auto written = with.ask(taking(with, lease));
        if (written.ok()) {
            return time_of_holder(lease);
        }
        problem = written.error().message;
    }
    return Error{to_string(ref) + " cannot be taken: " + problem};
}

kube::Call without(const Held& ours, const kube::Object& object) {
    Json kept = Json::array();
    for (const Json& entry : array_at(object.json(), {"metadata", "finalizers"})) {
        if (entry != Json(ours.finalizer)) {
            kept.push_back(entry);
        }
    }
    return kube::Patch{.ref = {ours.kind, std::string(object.ns()), std::string(object.name())},
                       .type = kube::PatchType::merge,
                       .body = {{"metadata",
                                 {{"resourceVersion", std::string(object.resource_version())},
                                  {"uid", std::string(object.uid())},
                                  {"finalizers", std::move(kept)}}}},
                       .subresource = ""};
}

struct Round {
    std::int64_t let_go = 0;
    std::string left;  // what could not be let go, and why; empty: nothing is held any more
};

void let_go_of_kind(const Releasing& with, const Held& ours, Round& round) {
    const auto listed = with.ask(kube::List{ours.kind, with.ns, "", ""});
    if (!listed.ok()) {
        // Without its definition nothing of a kind exists.
        if (listed.error().code != kube::ErrorCode::not_found) {
            round.left = std::string(ours.kind.plural) + ": " + listed.error().message;
        }
        return;
    }
    for (const kube::Object& object : std::get<kube::Listing>(*listed).items) {
        if (!object.has_finalizer(ours.finalizer)) {
            continue;
        }
        const auto patched = with.ask(without(ours, object));
        round.let_go += patched.ok() ? 1 : 0;
        const std::string name = std::string(ours.kind.name) + " " + std::string(object.name());
        round.left = name + (patched.ok() ? "" : ": " + patched.error().message);
    }
}

}  // namespace

Result<std::int64_t> let_go_of_all(const Releasing& with, Duration limit) {
    const Instant end = with.now() + limit;
    std::int64_t let_go = 0;
    std::string left;
    do {
        Round round;
        for (const Held& ours : held) {
            let_go_of_kind(with, ours, round);
        }
        let_go += round.let_go;
        left = round.left;
        if (left.empty()) {
            return let_go;
        }
        with.pause(between_tries);
    } while (with.now() < end);
    return Error{"namespace " + with.ns + " is not released: " + left +
                 ". docs/guide/stopping.md has the command that takes finalizers away by hand"};
}

Result<std::int64_t> release(const Releasing& with) {
    const Result<Duration> wait = take_lease(with);
    BG_TRY(wait);
    const Instant end = with.now() + patience;
    with.pause(*wait);
    return let_go_of_all(with, end - with.now());
}

Result<std::int64_t> with_server(const OperatorOptions& options, const Work& work) {
    const auto access =
        kube_client::find_access({.kubeconfig = options.kubeconfig,
                                  .context = "",
                                  .environment = kube_client::access_environment()});
    BG_TRY(access);
    kube_client::ApiClientOptions settings;
    settings.user_agent = "bestgres-operator";
    settings.field_manager = "bestgres-operator";
    settings.call_limit = longest_call;
    const auto client = kube_client::WaitingClient::make(*access, settings);
    BG_TRY(client);
    return work(
        {.ns = options.watch_namespace.empty() ? access->ns : options.watch_namespace,
         .identity = options.identity.empty() ? std::to_string(getpid()) : options.identity,
         .ask = [&client](kube::Call call) { return (*client)->call_and_wait(std::move(call)); },
         .now = [&client] { return (*client)->loop().now(); },
         .pause = [](Duration span) { std::this_thread::sleep_for(span); }});
}

int release_main(const OperatorOptions& options, const Log& log) {
    const Result<std::int64_t> done = with_server(options, [&log](const Releasing& with) {
        log.info("releasing", {{"namespace", with.ns}});
        return release(with);
    });
    if (!done.ok()) {
        log.error("not released", {{"error", done.error().message}});
        return 1;
    }
    log.info("released", {{"objects", *done}});
    return 0;
}

}  // namespace bestgres::cmd
