#include "operator/core/release.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "operator/api/cluster.hpp"
#include "operator/api/operation.hpp"
#include "operator/api/sharded.hpp"
#include "operator/core/leader.hpp"
#include "operator/manifests/names.hpp"

namespace bestgres::core {
namespace {

using Heard = Result<kube::Outcome, kube::Error>;

// Until the operator that still runs is removed too.
constexpr Duration lease_lasts = std::chrono::seconds(120);
// Ends well before that.
constexpr Duration patience = std::chrono::seconds(100);
constexpr Duration between_tries = std::chrono::milliseconds(500);
// Together with the shutdown before them less than the 30 seconds of a pod's grace period.
constexpr Duration patience_to_read = std::chrono::seconds(5);
constexpr Duration patience_to_let_go = std::chrono::seconds(15);

struct Held {
    kube::Kind kind;
    std::string_view finalizer;
};
constexpr std::array<Held, 3> held{{{kube::kinds::bg_sharded_cluster, api::sharded_finalizer},
                                    {kube::kinds::bg_cluster, manifests::finalizer},
                                    {kube::kinds::bg_db_ops, api::operation_finalizer}}};

bool is_absent(const Heard& answer) {
    return !answer.ok() && answer.error().code == kube::ErrorCode::not_found;
}

bool is_refused(const Heard& answer) {
    return !answer.ok() && (answer.error().code == kube::ErrorCode::forbidden ||
                            answer.error().code == kube::ErrorCode::unauthorized);
}

kube::Ref namespace_ref(const ReleaseSettings& settings) {
    return {kube::kinds::namespace_, "", settings.ns};
}

kube::Ref lease_ref(const ReleaseSettings& settings) {
    return {kube::kinds::lease, settings.ns, LeaderSettings().name};
}

kube::Call taking(const ReleaseSettings& settings, const kube::Object& lease, Instant now) {
    const bool exists = !lease.name().empty();
    Json json = lease.json();
    if (!exists) {
        json = {{"apiVersion", "coordination.k8s.io/v1"},
                {"kind", "Lease"},
                {"metadata", {{"name", LeaderSettings().name}, {"namespace", settings.ns}}}};
    }
    json["metadata"].erase("managedFields");
    Json& spec = json["spec"];
    spec["holderIdentity"] = std::string(release_identity) + settings.identity;
    spec["leaseDurationSeconds"] =
        std::chrono::duration_cast<std::chrono::seconds>(lease_lasts).count();
    spec["acquireTime"] = format_micros(now);
    spec["renewTime"] = format_micros(now);
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
               ? Duration(std::chrono::seconds(
                     find_int(lease.json(), {"spec", "leaseDurationSeconds"}).value_or(0)))
               : Duration::zero();
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

bool is_leaving(const Store& store, const kube::Kind& kind, const ClusterKey& key) {
    const Store::Entry* const entry = store.find({kind, key.ns, key.name});
    return entry != nullptr && entry->object.being_deleted();
}

}  // namespace

bool is_ending(const kube::Object& ns) {
    return ns.being_deleted() || ns.text_at({"status", "phase"}) == "Terminating";
}

bool does_anybody_leave(const Store& store) {
    const auto any = [&store](const kube::Kind& kind, const std::vector<ClusterKey>& keys) {
        return std::ranges::any_of(
            keys, [&](const ClusterKey& key) { return is_leaving(store, kind, key); });
    };
    return any(kube::kinds::bg_cluster, store.clusters()) ||
           any(kube::kinds::bg_sharded_cluster, store.sharded());
}

Release::Release(ReleaseSettings settings, Stage stage, Instant now, Instant end)
    : settings_(std::move(settings)), stage_(stage), due_(now), end_(end) {}

Release Release::under_the_lease(ReleaseSettings settings, Instant now) {
    return {std::move(settings), Stage::read_lease, now, now + patience};
}

Release Release::if_namespace_ends(ReleaseSettings settings, Instant now) {
    return {std::move(settings), Stage::read_namespace, now, now + patience_to_read};
}

std::optional<kube::Call> Release::next(Instant now) const {
    if (outcome_ || now < due_) {
        return std::nullopt;
    }
    switch (stage_) {
        case Stage::read_namespace:
            return kube::Get{namespace_ref(settings_)};
        case Stage::read_lease:
            return kube::Get{lease_ref(settings_)};
        case Stage::take_lease:
            return taking(settings_, lease_, now);
        case Stage::list:
            return kube::List{held.at(kind_).kind, settings_.ns, "", ""};
        case Stage::let_go:
            return without(held.at(kind_), held_.front());
    }
    return std::nullopt;
}

void Release::hear(const Heard& answer, Instant now) {
    switch (stage_) {
        case Stage::read_namespace:
            return hear_namespace(answer, now);
        case Stage::read_lease:
            return hear_lease(answer, now);
        case Stage::take_lease:
            return hear_taken(answer, now);
        case Stage::list:
            return hear_list(answer, now);
        case Stage::let_go:
            return hear_let_go(answer, now);
    }
}

void Release::hear_namespace(const Heard& answer, Instant now) {
    if (answer.ok() && is_ending(std::get<kube::Object>(*answer))) {
        end_ = now + patience_to_let_go;
        stage_ = Stage::list;
        return;
    }
    if (answer.ok() || is_absent(answer)) {
        outcome_ = 0;
        return;
    }
    due_ = now + between_tries;
    if (is_refused(answer) || now >= end_) {
        outcome_ = Error{to_string(namespace_ref(settings_)) + ": " + answer.error().message};
    }
}

void Release::hear_lease(const Heard& answer, Instant now) {
    if (!answer.ok() && !is_absent(answer)) {
        try_lease_again(answer.error().message, now);
        return;
    }
    lease_ = answer.ok() ? std::get<kube::Object>(*answer) : kube::Object();
    stage_ = Stage::take_lease;
}

void Release::hear_taken(const Heard& answer, Instant now) {
    if (!answer.ok()) {
        try_lease_again(answer.error().message, now);
        return;
    }
    end_ = now + patience;
    due_ = now + time_of_holder(lease_);
    stage_ = Stage::list;
}

void Release::try_lease_again(std::string problem, Instant now) {
    stage_ = Stage::read_lease;
    due_ = now + between_tries;
    if (due_ >= end_) {
        outcome_ = Error{to_string(lease_ref(settings_)) + " cannot be taken: " + problem};
    }
}

void Release::hear_list(const Heard& answer, Instant now) {
    const Held& ours = held.at(kind_);
    if (answer.ok()) {
        for (const kube::Object& object : std::get<kube::Listing>(*answer).items) {
            if (object.has_finalizer(ours.finalizer)) {
                held_.push_back(object);
            }
        }
    } else if (!is_absent(answer)) {  // without its definition nothing of a kind exists
        left_ = std::string(ours.kind.plural) + ": " + answer.error().message;
    }
    go_on(now);
}

void Release::hear_let_go(const Heard& answer, Instant now) {
    let_go_ += answer.ok() ? 1 : 0;
    left_ = std::string(held.at(kind_).kind.name) + " " + std::string(held_.front().name()) +
            (answer.ok() ? "" : ": " + answer.error().message);
    held_.pop_front();
    go_on(now);
}

void Release::hash_into(Hasher& hasher) const {
    hasher.add(static_cast<std::uint64_t>(stage_));
    hasher.add(static_cast<std::uint64_t>(due_.ns));
    hasher.add(static_cast<std::uint64_t>(end_.ns));
    hasher.add(lease_.hash());
    hasher.add(static_cast<std::uint64_t>(kind_));
    for (const kube::Object& object : held_) {
        hasher.add(object.hash());
    }
    hasher.add(left_);
    hasher.add(static_cast<std::uint64_t>(let_go_));
    hasher.add(static_cast<std::uint64_t>(outcome_.has_value()));
}

// To the next object, the next kind or the next round. It is over when a round has found nothing.
void Release::go_on(Instant now) {
    if (!held_.empty()) {
        stage_ = Stage::let_go;
        return;
    }
    stage_ = Stage::list;
    if (++kind_ < held.size()) {
        return;
    }
    kind_ = 0;
    const std::string left = std::exchange(left_, "");
    if (left.empty()) {
        outcome_ = let_go_;
        return;
    }
    due_ = now + between_tries;
    if (due_ >= end_) {
        outcome_ = Error{"namespace " + settings_.ns + " is not released: " + left +
                         ". docs/guide/stopping.md has the command that takes finalizers away by "
                         "hand"};
    }
}

}  // namespace bestgres::core
