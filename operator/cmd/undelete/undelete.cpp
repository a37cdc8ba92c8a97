#include "operator/cmd/undelete/undelete.hpp"

#include "operator/api/cluster.hpp"
#include "operator/manifests/names.hpp"

namespace bestgres::cmd {
namespace {

using Found = std::optional<kube::Object>;

constexpr int tries_to_let_go = 5;
constexpr int pauses_until_gone = 60;

std::string name_of(const kube::Object& object) {
    return "BGCluster " + std::string(object.ns()) + "/" + std::string(object.name());
}

Result<Found> find(const Undeletion& with, const kube::Ref& ref) {
    const auto outcome = with.ask(kube::Get{ref});
    if (outcome.ok()) {
        return Found(std::get<kube::Object>(*outcome));
    }
    if (outcome.error().code == kube::ErrorCode::not_found) {
        return Found();
    }
    return Error{to_string(ref) + " cannot be read: " + outcome.error().message};
}

// Exactly our entry; whoever else holds the resource goes on to do so.
kube::Call let_go(const kube::Ref& ref, const kube::Object& live) {
    Json kept = Json::array();
    for (const Json& entry : array_at(live.json(), {"metadata", "finalizers"})) {
        if (entry != Json(manifests::finalizer)) {
            kept.push_back(entry);
        }
    }
    return kube::Patch{.ref = ref,
                       .type = kube::PatchType::merge,
                       .body = {{"metadata",
                                 {{"resourceVersion", std::string(live.resource_version())},
                                  {"uid", std::string(live.uid())},
                                  {"finalizers", std::move(kept)}}}},
                       .subresource = ""};
}

// The object as it was when its finalizer was taken away.
Result<kube::Object> release(const Undeletion& with, const kube::Ref& ref) {
    std::string problem;
    std::optional<kube::Object> sent;  // an answer may be lost that says that it is done
    for (int attempt = 0; attempt < tries_to_let_go; ++attempt) {
        const Result<Found> found = find(with, ref);
        BG_TRY(found);
        if (sent && (!*found || (*found)->uid() != sent->uid())) {
            return *sent;
        }
        if (!*found) {
            return Error{to_string(ref) + " does not exist. Volumes that were retained are found " +
                         "again by a BGCluster of the same name"};
        }
        if (std::string objection = objection_to_undelete(**found); !objection.empty()) {
            return Error{std::move(objection)};
        }
        BG_TRY(with.save(born_again(**found)));
        sent = **found;
        const auto outcome = with.ask(let_go(ref, *sent));
        if (outcome.ok()) {
            return *sent;
        }
        problem = outcome.error().message;
        with.pause();
    }
    return Error{to_string(ref) + ": its finalizer could not be taken away: " + problem +
                 ". Nothing was changed; try again"};
}

Result<Done> wait_until_gone(const Undeletion& with, const kube::Ref& ref,
                             const kube::Object& former) {
    std::string holders;
    for (int pause = 0; pause < pauses_until_gone; ++pause) {
        const Result<Found> found = find(with, ref);
        if (found.ok() && (!*found || (*found)->uid() != former.uid())) {
            return Done{};
        }
        holders = found.ok() ? dump(array_at((*found)->json(), {"metadata", "finalizers"}))
                             : found.error().message;
        with.pause();
    }
    return Error{to_string(ref) + " does not go, and cannot be made anew before: " + holders +
                 ". Remove what holds it, then apply the manifest that was saved"};
}

}  // namespace

std::string objection_to_undelete(const kube::Object& live) {
    if (!live.being_deleted()) {
        return name_of(live) + " is not being deleted";
    }
    if (!api::deletion_is_held(live)) {
        return name_of(live) +
               " is being torn down already: nothing held its deletion. When it is gone, a "
               "BGCluster of the same name finds the volumes that were retained";
    }
    return "";
}

kube::Object born_again(const kube::Object& live) {
    const Json& from = object_at(live.json(), {"metadata"});
    Json metadata = Json::object();
    for (const char* const key :
         {"name", "namespace", "labels", "annotations", "ownerReferences"}) {
        if (const auto found = from.find(key); found != from.end()) {
            metadata[key] = *found;
        }
    }
    if (metadata.contains("annotations")) {
        metadata["annotations"].erase(std::string(api::confirm_deletion_annotation));
    }
    return kube::Object(Json{{"apiVersion", std::string(live.api_version())},
                             {"kind", std::string(live.kind())},
                             {"metadata", std::move(metadata)},
                             {"spec", object_at(live.json(), {"spec"})}});
}

Result<Done> undelete(const Undeletion& with, const kube::Ref& ref) {
    const Result<kube::Object> former = release(with, ref);
    BG_TRY(former);
    BG_TRY(wait_until_gone(with, ref, *former));
    const kube::Object manifest = born_again(*former);
    const auto outcome = with.ask(kube::Create{ref.kind, manifest});
    if (outcome.ok()) {
        return Done{};
    }
    const Result<Found> found = find(with, ref);
    if (found.ok() && *found && (*found)->json()["spec"] == manifest.json()["spec"]) {
        return Done{};  // the answer was lost
    }
    return Error{to_string(ref) + " could not be made anew: " + outcome.error().message +
                 ". Apply the manifest that was saved; members and data are as they were"};
}

}  // namespace bestgres::cmd
