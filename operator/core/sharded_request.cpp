#include "operator/core/sharded_request.hpp"

#include <algorithm>

#include "lib/base/check.hpp"
#include "lib/base/encoding.hpp"
#include "lib/base/overloaded.hpp"
#include "operator/manifests/names.hpp"

namespace bestgres::core {
namespace {

using plan::ShardedView;

// One Secret for all groups, called after their scope.
std::string superuser_password(const ShardedView& view) {
    const auto secret = view.facts.objects.find({kube::kinds::secret, view.ns, view.name});
    if (secret == view.facts.objects.end()) {
        return "";
    }
    return decode_base64(string_at(secret->second.json(), {"data", "superuser-password"}))
        .value_or("");
}

// Adds or takes away exactly our entry.
Request finalizer_request(const ShardedView& view, bool held) {
    Json finalizers = Json::array();
    for (const Json& entry : array_at(view.resource().json(), {"metadata", "finalizers"})) {
        if (entry != Json(api::sharded_finalizer)) {
            finalizers.push_back(entry);
        }
    }
    if (held) {
        finalizers.push_back(std::string(api::sharded_finalizer));
    }
    return kube::Patch{
        .ref = {kube::kinds::bg_sharded_cluster, view.ns, view.name},
        .type = kube::PatchType::merge,
        .body = {{"metadata",
                  {{"resourceVersion", std::string(view.resource().resource_version())},
                   {"uid", std::string(view.resource().uid())},
                   {"finalizers", std::move(finalizers)}}}},
        .subresource = ""};
}

Request journal_request(const ShardedView& view, const plan::JournalShardedOperation& journal) {
    const auto found = std::ranges::find(
        view.facts.operations, std::string_view(journal.operation.uid), &kube::Object::uid);
    BG_CHECK(found != view.facts.operations.end(), "an operation is in the view it was planned on");
    Json json = found->json();
    json["metadata"]["resourceVersion"] = journal.operation.resource_version;
    json["status"] = api::to_json(journal.status);
    return kube::Replace{kube::kinds::bg_sharded_db_ops, kube::Object(std::move(json)), "status"};
}

}  // namespace

postgres::Call citus_call(const ShardedView& view, const plan::Target& target,
                          std::vector<postgres::Statement> statements) {
    postgres::Call call;
    call.ns = view.ns;
    call.pod = target.pod;
    call.pod_uid = target.uid;
    call.address = target.address;
    call.database = view.spec ? view.spec->database : "";
    call.password = superuser_password(view);
    call.statements = std::move(statements);
    return call;
}

Request sharded_request(const plan::ShardedEffect& effect, const ShardedView& view) {
    return std::visit(
        Overloaded{[](const plan::CreateObject& create) -> Request {
                       return kube::Create{create.kind, create.object};
                   },
                   [](const plan::PatchObject& patch) -> Request { return patch_of(patch); },
                   [](const plan::DeleteObject& remove) -> Request { return deletion_of(remove); },
                   [&view](const plan::RunCitus& run) -> Request {
                       return citus_call(view, run.coordinator, run.statements);
                   },
                   [&view](const plan::AddFinalizer&) { return finalizer_request(view, true); },
                   [&view](const plan::DropFinalizer&) { return finalizer_request(view, false); },
                   [&view](const plan::JournalShardedOperation& journal) {
                       return journal_request(view, journal);
                   }},
        effect);
}

}  // namespace bestgres::core
