#include "scenarios/invariants/k8_authority.hpp"

#include <algorithm>

#include "fakepatroni/postgres.hpp"
#include "lib/patroni/parse.hpp"
#include "operator/manifests/labels.hpp"
#include "scenarios/invariants/sharded_reached.hpp"
#include "scenarios/invariants/sharding.hpp"

namespace bestgres::scenarios {
namespace {

bool nulls_initialize_alone(const Json& body) {
    Json rest = body;
    const Json* const initialize = find(body, {"metadata", "annotations"});
    if (initialize == nullptr || *initialize != Json{{"initialize", nullptr}}) {
        return false;
    }
    rest["metadata"].erase("annotations");
    const bool by_version = rest["metadata"].erase("resourceVersion") == 1;
    rest["metadata"].erase("uid");
    return by_version && rest == Json{{"metadata", Json::object()}};
}

// The member whose PostgreSQL runs, or the volume that holds data; empty where none. A container in
// which PostgreSQL is stopped proves nothing: its Patroni waits for a bootstrap.
std::string proof_of_data(const Truth& truth, const ClusterId& id) {
    for (const MemberTruth& member : members_of(truth, id)) {
        if (member.postgres != nullptr &&
            member.postgres->state() != fakepatroni::ServerState::stopped) {
            return "PostgreSQL runs in " + member.pod;
        }
    }
    for (const kube::Object& claim : children(truth, kube::kinds::persistent_volume_claim, id)) {
        const fakepatroni::Volume* const volume = truth.volume(std::string(claim.uid()));
        if (volume != nullptr && volume->has_data()) {
            return std::string(claim.name()) + " holds data";
        }
    }
    return "";
}

// A label or annotation of a pod that only its own Patroni writes; empty where the call writes
// none.
std::string patronis_word(const Json& body) {
    const Json& labels = object_at(body, {"metadata", "labels"});
    if (labels.contains(std::string(manifests::role_label))) {
        return std::string(manifests::role_label);
    }
    return object_at(body, {"metadata", "annotations"}).contains("status") ? "status" : "";
}

}  // namespace

bool K8Authority::is_unwanted_shard(const ClusterId& id, const Truth& truth) const {
    const std::optional<GroupKey> key = group_of_cluster(truth, id);
    if (!key || key->group == 0) {
        return false;
    }
    const auto wishes =
        wishes_.recent(truth, kube::Ref{kube::kinds::bg_sharded_cluster, id.ns, key->scope});
    return std::any_of(wishes.begin(), wishes.end(), [&key](const kube::Object& sharded) {
        const auto spec = asked_sharded_spec(sharded);
        return spec && spec->shards < key->group;
    });
}

std::string K8Authority::objection_to_deletion(const ClusterId& id, const Truth& truth) const {
    const std::vector<kube::Object> wishes = wishes_.recent(truth, id);
    const bool goes = std::any_of(wishes.begin(), wishes.end(), [](const auto& resource) {
        const auto spec = asked_spec(resource);
        return is_going(resource) &&
               (!spec || spec->volume.retention.when_deleted == api::VolumePolicy::remove);
    });
    if (goes) {
        return "";
    }
    if (!is_unwanted_shard(id, truth)) {
        return "the cluster stays, or its volumes do";
    }
    const std::vector<MemberTruth> left = members_of(truth, id);
    return left.empty() ? "" : left.front().pod + " of the shard is still there";
}

std::string K8Authority::objection(const CallArrived& arrived, const ClusterId& id,
                                   const Truth& truth) const {
    if (const auto* remove = std::get_if<kube::Delete>(&arrived.call)) {
        return holds(remove->only_if, arrived.before) ? objection_to_deletion(id, truth) : "";
    }
    const auto* const patch = std::get_if<kube::Patch>(&arrived.call);
    if (patch == nullptr || !nulls_initialize_alone(patch->body)) {
        return "only Patroni may";
    }
    if (!body_holds(patch->body, arrived.before)) {
        return "";  // the server refuses it
    }
    const auto config =
        patroni::parse_config(object_at(arrived.before.json(), {"metadata", "annotations"}));
    if (config.initialize != "") {
        return "initialize is " + config.initialize.value_or("absent") + ", not empty";
    }
    return proof_of_data(truth, id);
}

void K8Authority::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    wishes_.on(occurrence, truth);
    if (const auto* asked = std::get_if<PatroniAsked>(&occurrence)) {
        if (asked->call.verb == patroni::Verb::failover) {
            findings.add(text, asked->actor.name + " asks " + asked->call.pod +
                                   " for a failover, which may lose commits: only people may");
        }
        return;
    }
    const auto* const arrived = std::get_if<CallArrived>(&occurrence);
    if (arrived == nullptr || !by_operator(arrived->actor)) {
        return;
    }
    const std::optional<kube::Ref> ref = written_ref(arrived->call);
    if (!ref) {
        return;
    }
    const std::string what = arrived->actor.name + ": " + kube::describe(arrived->call);
    if (ref->kind == kube::kinds::pod) {
        if (const std::string word = patronis_word(written_body(arrived->call)); !word.empty()) {
            findings.add(text, what + " writes " + word + ", which is Patroni's",
                         {identify(arrived->before), dump(written_body(arrived->call))});
        }
    } else if (const std::optional<ClusterId> id = owner_of_dcs_object(truth, *ref)) {
        if (const std::string against = objection(*arrived, *id, truth); !against.empty()) {
            findings.add(text, what + " is not the operator's to do: " + against,
                         {identify(arrived->before), dump(written_body(arrived->call))});
        }
    }
}

}  // namespace bestgres::scenarios
