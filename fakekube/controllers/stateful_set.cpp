#include "fakekube/controllers/stateful_set.hpp"

#include <algorithm>

#include "fakekube/controllers/claim.hpp"
#include "fakekube/controllers/objects.hpp"
#include "fakekube/controllers/stateful_set_objects.hpp"
#include "lib/kube/workload.hpp"

namespace bestgres::fakekube::controllers {
namespace {

// A step that cannot be taken yet, as while a claim of the pod is still being deleted: nothing that
// this controller watches need change before it can.
constexpr Duration try_again_after = std::chrono::seconds(1);

namespace kinds = kube::kinds;

std::int64_t number_of(const kube::Object& revision) {
    return find_int(revision.json(), {"revision"}).value_or(0);
}

bool by_number(const kube::Object& left, const kube::Object& right) {
    return number_of(left) < number_of(right);
}

const kube::Object* find_revision(const std::vector<kube::Object>& known, std::string_view name) {
    const auto found = std::find_if(known.begin(), known.end(),
                                    [&](const kube::Object& one) { return one.name() == name; });
    return found == known.end() ? nullptr : &*found;
}

Happening creation(const kube::Object& set, const std::string& pod) {
    return {.reason = "SuccessfulCreate",
            .message =
                "create Pod " + pod + " in StatefulSet " + std::string(set.name()) + " successful"};
}

Happening deletion(const kube::Object& set, const std::string& pod) {
    return {.reason = "SuccessfulDelete",
            .message =
                "delete Pod " + pod + " in StatefulSet " + std::string(set.name()) + " successful"};
}

}  // namespace

StatefulSetController::StatefulSetController()
    : Controller("statefulset-controller",
                 {kinds::stateful_set, kinds::pod, kinds::controller_revision,
                  kinds::persistent_volume_claim}) {
    find_by(kinds::stateful_set, words_of_selector, Filing::under_rarest);
    find_by(kinds::pod, words_of_child);
    find_by(kinds::controller_revision, words_of_child);
}

std::unique_ptr<Controller> StatefulSetController::clone() const {
    return std::make_unique<StatefulSetController>(*this);
}

void StatefulSetController::observe(const Change& change) {
    if (change.is(kinds::stateful_set)) {
        enqueue(key_of(change.object()));
        return;
    }
    if (!change.is(kinds::pod)) {
        return;
    }
    enqueue_controller(change.before, "StatefulSet");
    enqueue_controller(change.after, "StatefulSet");
    if (change.after != nullptr && !change.after->controller()) {
        for (const kube::Object& set :
             objects(kinds::stateful_set).in_namespace(std::string(change.after->ns()))) {
            if (selector_matches(object_at(set.json(), {"spec", "selector"}), *change.after)) {
                enqueue(key_of(set));
            }
        }
    }
}

void StatefulSetController::sync(const Key& key, Client& client) {
    const kube::Object* found = objects(kinds::stateful_set).find(key);
    if (found == nullptr) {
        return;
    }
    const kube::Object set = *found;
    std::vector<kube::Object> known = revisions(set, client);
    const auto update = update_revision(set, client, known);
    if (!update) {
        return;
    }
    const std::string current = string_at(set.json(), {"status", "currentRevision"});
    const bool has_current = find_revision(known, current) != nullptr;
    const StatefulSetView view{
        .set = set,
        .pods = claim_pods(set, client),
        .current_revision = has_current ? current : std::string(update->name()),
        .update_revision = std::string(update->name()),
        .now = client.now()};
    const StatefulSetPlan plan = plan_stateful_set(view);
    own_claims(view, client);
    for (const StatefulSetStep& step : plan.steps) {
        if (!carry_out(step, set, known, client)) {
            if (!client.failure()) {
                enqueue_at(key, client.now() + try_again_after);
            }
            break;
        }
    }
    if (object_at(set.json(), {"status"}) != plan.status) {
        Json json = set.json();
        json["status"] = plan.status;
        client.update(kinds::stateful_set, json, "status");
    }
    if (plan.look_again) {
        enqueue_at(key, *plan.look_again);
    }
    drop_old_revisions(view, known, client);
}

std::vector<kube::Object> StatefulSetController::claim_pods(const kube::Object& set,
                                                            Client& client) const {
    const Claim claim{.owner_kind = kinds::stateful_set,
                      .owner = set,
                      .child_kind = kinds::pod,
                      .selector = object_at(set.json(), {"spec", "selector"}),
                      .fits = [&set](const kube::Object& pod) {
                          return kube::ordinal_of(pod.name(), set.name()).has_value();
                      }};
    return claim_children(client, claim, objects(kinds::pod).candidates_of(set));
}

// In order of their numbers; those without an owner are adopted, as after a deletion with Orphan.
std::vector<kube::Object> StatefulSetController::revisions(const kube::Object& set,
                                                           Client& client) const {
    const Claim claim{.owner_kind = kinds::stateful_set,
                      .owner = set,
                      .child_kind = kinds::controller_revision,
                      .selector = object_at(set.json(), {"spec", "selector"})};
    std::vector<kube::Object> known =
        claim_children(client, claim, objects(kinds::controller_revision).candidates_of(set));
    std::stable_sort(known.begin(), known.end(), by_number);
    return known;
}

std::optional<kube::Object> StatefulSetController::update_revision(
    const kube::Object& set, Client& client, std::vector<kube::Object>& known) const {
    const std::int64_t next = known.empty() ? 1 : number_of(known.back()) + 1;
    Json wanted = revision_of(set, next);
    const auto equal = std::find_if(known.rbegin(), known.rend(), [&](const kube::Object& one) {
        return object_at(one.json(), {"data"}) == wanted["data"];
    });
    if (equal == known.rbegin() && equal != known.rend()) {
        return *equal;
    }
    if (equal != known.rend()) {  // back to an earlier template
        return client.patch(kinds::controller_revision, key_of(*equal), {{"revision", next}});
    }
    const std::optional<kube::Object> created =
        client.create(kinds::controller_revision, std::move(wanted));
    if (created) {
        known.push_back(*created);
    }
    return created;
}

void StatefulSetController::drop_old_revisions(const StatefulSetView& view,
                                               const std::vector<kube::Object>& known,
                                               Client& client) const {
    const auto limit = find_int(view.set.json(), {"spec", "revisionHistoryLimit"}).value_or(10);
    std::vector<kube::Object> unused;
    for (const kube::Object& revision : known) {
        const bool in_use =
            revision.name() == view.current_revision || revision.name() == view.update_revision ||
            std::any_of(view.pods.begin(), view.pods.end(), [&](const kube::Object& pod) {
                return pod.label("controller-revision-hash") == revision.name();
            });
        if (!in_use) {
            unused.push_back(revision);
        }
    }
    for (std::size_t oldest = 0; oldest + static_cast<std::size_t>(limit) < unused.size();
         ++oldest) {
        client.remove(kinds::controller_revision, key_of(unused[oldest]), {});
    }
}

bool StatefulSetController::carry_out(const StatefulSetStep& step, const kube::Object& set,
                                      const std::vector<kube::Object>& known,
                                      Client& client) const {
    const std::string pod(step.pod.name());
    switch (step.type) {
        case StatefulSetStep::Type::create: {
            const kube::Object* revision = find_revision(known, step.revision);
            return revision != nullptr && create_pod(step, set, *revision, client);
        }
        case StatefulSetStep::Type::replace_finished:
            client.record(
                set, {.type = "Warning",
                      .reason = "RecreatingFailedPod",
                      .message = "StatefulSet " + std::string(set.ns()) + "/" +
                                 std::string(set.name()) + " is recreating failed Pod " + pod});
            [[fallthrough]];
        case StatefulSetStep::Type::remove:
            if (!client.remove(kinds::pod, key_of(step.pod), {})) {
                return false;
            }
            client.record(set, deletion(set, pod));
            return true;
        case StatefulSetStep::Type::repair:
            return client
                .patch(kinds::pod, key_of(step.pod),
                       {{"metadata", {{"labels", {{"statefulset.kubernetes.io/pod-name", pod}}}}}})
                .has_value();
    }
    return false;
}

bool StatefulSetController::create_pod(const StatefulSetStep& step, const kube::Object& set,
                                       const kube::Object& revision, Client& client) const {
    Json json = pod_of(set, step.ordinal, revision);
    const std::string pod = json["metadata"]["name"];
    const bool made = ensure_claims(set, step.ordinal, pod, client) &&
                      client.create(kinds::pod, std::move(json)).has_value();
    if (made) {
        client.record(set, creation(set, pod));
        return true;
    }
    client.record(set,
                  {.type = "Warning",
                   .reason = "FailedCreate",
                   .message = "create Pod " + pod + " in StatefulSet " + std::string(set.name()) +
                              " failed error: " + client.last_refusal().message});
    return false;
}

// An existing claim is never written, whatever its spec; one that is being deleted must be gone
// before the pod can come back.
bool StatefulSetController::ensure_claims(const kube::Object& set, std::int64_t ordinal,
                                          const std::string& pod, Client& client) const {
    for (Json& claim : claims_of(set, ordinal)) {
        const std::string name = claim["metadata"]["name"];
        const Key key{.ns = std::string(set.ns()), .name = name};
        const kube::Object* existing = objects(kinds::persistent_volume_claim).find(key);
        if (existing != nullptr) {
            if (existing->being_deleted()) {
                return false;
            }
            continue;
        }
        if (string_at(set.json(), {"spec", "persistentVolumeClaimRetentionPolicy",
                                   "whenDeleted"}) == "Delete") {
            claim["metadata"]["ownerReferences"] = Json::array({plain_reference(set)});
        }
        if (!client.create(kinds::persistent_volume_claim, std::move(claim))) {
            return false;
        }
        client.record(set, {.reason = "SuccessfulCreate",
                            .message = "create Claim " + name + " Pod " + pod + " in StatefulSet " +
                                       std::string(set.name()) + " success"});
    }
    return true;
}

void StatefulSetController::own_claims(const StatefulSetView& view, Client& client) const {
    if (object_at(view.set.json(), {"spec", "persistentVolumeClaimRetentionPolicy"}).empty()) {
        return;
    }
    const Cache& claims = objects(kinds::persistent_volume_claim);
    for (const kube::Object& pod : view.pods) {
        const auto ordinal = kube::ordinal_of(pod.name(), view.set.name());
        for (const Json& wanted : claims_of(view.set, ordinal.value_or(-1))) {
            const kube::Object* claim =
                claims.find({.ns = std::string(view.set.ns()), .name = wanted["metadata"]["name"]});
            if (claim == nullptr || claim->being_deleted()) {
                continue;
            }
            const Json owners = claim_owners(view.set, &pod, *claim);
            if (owners != array_at(claim->json(), {"metadata", "ownerReferences"})) {
                client.patch(
                    kinds::persistent_volume_claim, key_of(*claim),
                    {{"metadata", {{"ownerReferences", owners.empty() ? Json() : owners}}}});
            }
        }
    }
}

}  // namespace bestgres::fakekube::controllers
