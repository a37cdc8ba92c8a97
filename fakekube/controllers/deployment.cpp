#include "fakekube/controllers/deployment.hpp"

#include <algorithm>

#include "fakekube/controllers/claim.hpp"
#include "fakekube/controllers/objects.hpp"
#include "lib/kube/workload.hpp"

namespace bestgres::fakekube::controllers {
namespace {

namespace kinds = kube::kinds;

constexpr const char* revision_annotation = "deployment.kubernetes.io/revision";

bool younger_last(const kube::Object& left, const kube::Object& right) {
    return revision_number(left) < revision_number(right);
}

bool is_paused(const kube::Object& deployment) {
    return find_bool(deployment.json(), {"spec", "paused"}).value_or(false);
}

std::int64_t next_revision(const DeploymentView& view) {
    return view.older.empty() ? 1 : revision_number(view.older.back()) + 1;
}

}  // namespace

DeploymentController::DeploymentController()
    : Controller("deployment-controller", {kinds::deployment, kinds::replica_set, kinds::pod}) {}

std::unique_ptr<Controller> DeploymentController::clone() const {
    return std::make_unique<DeploymentController>(*this);
}

void DeploymentController::observe(const Change& change) {
    if (change.is(kinds::deployment)) {
        enqueue(key_of(change.object()));
        return;
    }
    if (change.is(kinds::replica_set)) {
        enqueue_controller(change.before, "Deployment");
        enqueue_controller(change.after, "Deployment");
        if (change.after != nullptr && !change.after->controller()) {
            for (const kube::Object& deployment :
                 objects(kinds::deployment).in_namespace(std::string(change.after->ns()))) {
                enqueue(key_of(deployment));
            }
        }
        return;
    }
    const auto owner = change.object().controller();
    if (change.after == nullptr && owner && owner->kind == "ReplicaSet") {
        const std::string ns(change.before->ns());
        const kube::Object* set = objects(kinds::replica_set).find({.ns = ns, .name = owner->name});
        enqueue_controller(set, "Deployment");  // Recreate waits for the last old pod
    }
}

void DeploymentController::sync(const Key& key, Client& client) {
    const kube::Object* found = objects(kinds::deployment).find(key);
    if (found == nullptr) {
        return;
    }
    DeploymentView view = view_of(*found, client);
    if (!view.deployment.being_deleted()) {
        if (!is_paused(view.deployment)) {
            view.newest = ensure_newest(view, client);
            if (!view.newest) {
                return;
            }
            write_revision(view, client);
        }
        resize(view, client);
        drop_history(view, client);
    }
    const auto latest = client.get(kinds::deployment, key);
    if (!latest || latest->uid() != view.deployment.uid()) {
        return;
    }
    view.deployment = *latest;
    Json json = latest->json();
    json["status"] = deployment_status(view);
    if (json["status"] != object_at(latest->json(), {"status"})) {
        client.update(kinds::deployment, json, "status");
    }
    if (const auto deadline = progress_deadline(view); deadline && *deadline > client.now()) {
        enqueue_at(key, *deadline);
    }
}

DeploymentView DeploymentController::view_of(const kube::Object& deployment, Client& client) const {
    const Claim claim{.owner_kind = kinds::deployment,
                      .owner = deployment,
                      .child_kind = kinds::replica_set,
                      .selector = object_at(deployment.json(), {"spec", "selector"})};
    DeploymentView view{
        .deployment = deployment,
        .newest = std::nullopt,
        .older = claim_children(
            client, claim, objects(kinds::replica_set).in_namespace(std::string(deployment.ns()))),
        .old_pods_exist = false,
        .now = client.now()};
    std::stable_sort(view.older.begin(), view.older.end(), younger_last);
    const auto same = std::find_if(view.older.begin(), view.older.end(),
                                   [&](const auto& set) { return same_template(set, deployment); });
    if (same != view.older.end()) {
        view.newest = *same;
        view.older.erase(same);
    }
    view.old_pods_exist = old_pods_exist(view);
    return view;
}

bool DeploymentController::old_pods_exist(const DeploymentView& view) const {
    const auto pods = objects(kinds::pod).in_namespace(std::string(view.deployment.ns()));
    return std::any_of(pods.begin(), pods.end(), [&](const kube::Object& pod) {
        return !is_finished(pod) &&
               std::any_of(view.older.begin(), view.older.end(), [&](const kube::Object& set) {
                   return is_controlled_by(pod, set.uid());
               });
    });
}

std::optional<kube::Object> DeploymentController::ensure_newest(const DeploymentView& view,
                                                                Client& client) const {
    if (!view.newest) {
        return client.create(kinds::replica_set,
                             new_replica_set(view.deployment, next_revision(view)));
    }
    Json annotations = size_annotations(view.deployment);
    if (revision_number(*view.newest) < next_revision(view)) {
        annotations[revision_annotation] = std::to_string(next_revision(view));
    }
    const Json& present = object_at(view.newest->json(), {"metadata", "annotations"});
    const bool same = std::all_of(
        annotations.items().begin(), annotations.items().end(),
        [&](const auto& item) { return string_at(present, {item.key()}) == item.value(); });
    return same ? view.newest
                : client.patch(kinds::replica_set, key_of(*view.newest),
                               {{"metadata", {{"annotations", annotations}}}});
}

void DeploymentController::write_revision(const DeploymentView& view, Client& client) const {
    const std::string revision(view.newest->annotation(revision_annotation));
    if (view.deployment.annotation(revision_annotation) != revision) {
        client.patch(kinds::deployment, key_of(view.deployment),
                     {{"metadata", {{"annotations", {{revision_annotation, revision}}}}}});
    }
}

void DeploymentController::resize(const DeploymentView& view, Client& client) const {
    std::vector<kube::Object> sets = view.older;
    if (view.newest) {
        sets.push_back(*view.newest);
    }
    const auto sizes = wanted_sizes(view);
    for (const kube::Object& set : sets) {
        const auto wanted = sizes.find(std::string(set.name()));
        const std::int64_t size = kube::desired_replicas(set);
        if (wanted == sizes.end() || wanted->second == size) {
            continue;
        }
        if (client.patch(kinds::replica_set, key_of(set),
                         {{"spec", {{"replicas", wanted->second}}}})) {
            const bool up = wanted->second > size;
            client.record(
                view.deployment,
                {.reason = "ScalingReplicaSet",
                 .message = std::string("Scaled ") + (up ? "up" : "down") + " replica set " +
                            std::string(set.name()) + " from " + std::to_string(size) + " to " +
                            std::to_string(wanted->second)});
        }
    }
}

void DeploymentController::drop_history(const DeploymentView& view, Client& client) const {
    const auto limit =
        find_int(view.deployment.json(), {"spec", "revisionHistoryLimit"}).value_or(10);
    std::int64_t surplus = static_cast<std::int64_t>(view.older.size()) - limit;
    for (const kube::Object& set : view.older) {
        const bool empty = kube::desired_replicas(set) == 0 &&
                           find_int(set.json(), {"status", "replicas"}).value_or(0) == 0 &&
                           !set.being_deleted();
        if (surplus-- > 0 && empty) {
            client.remove(kinds::replica_set, key_of(set), only_uid(set.uid()));
        }
    }
}

}  // namespace bestgres::fakekube::controllers
