#include "operator/core/request.hpp"

#include <algorithm>

#include "lib/base/check.hpp"
#include "lib/base/encoding.hpp"
#include "lib/base/hash.hpp"
#include "lib/base/overloaded.hpp"
#include "lib/kube/workload.hpp"
#include "operator/api/operation.hpp"
#include "operator/manifests/labels.hpp"
#include "operator/manifests/names.hpp"

namespace bestgres::core {
namespace {

using plan::ClusterView;
using plan::Target;

constexpr std::string_view patroni_user = "patroni";

std::string secret_value(const ClusterView& view, std::string_view key) {
    const kube::Object* const secret =
        view.object({kube::kinds::secret, view.ns,
                     manifests::secret_name(view.name, view.input.identity.citus)});
    if (secret == nullptr) {
        return "";
    }
    const Result<std::string> value = decode_base64(string_at(secret->json(), {"data", key}));
    return value.value_or("");
}

patroni::Call patroni_call(const ClusterView& view, const Target& target, patroni::Verb verb) {
    patroni::Call call;
    call.ns = view.ns;
    call.pod = target.pod;
    call.pod_uid = target.uid;
    call.address = target.address;
    call.verb = verb;
    if (patroni::is_write(verb)) {
        call.username = patroni_user;
        call.password = secret_value(view, "restapi-password");
    }
    return call;
}

kube::Patch resource_patch(const ClusterView& view, Json finalizers) {
    return {.ref = {kube::kinds::bg_cluster, view.ns, view.name},
            .type = kube::PatchType::merge,
            .body = {{"metadata",
                      {{"resourceVersion", std::string(view.resource().resource_version())},
                       {"uid", std::string(view.resource().uid())},
                       {"finalizers", std::move(finalizers)}}}},
            .subresource = ""};
}

Json finalizers_without_ours(const ClusterView& view) {
    Json kept = Json::array();
    for (const Json& entry : array_at(view.resource().json(), {"metadata", "finalizers"})) {
        if (entry != Json(manifests::finalizer)) {
            kept.push_back(entry);
        }
    }
    return kept;
}

const kube::Object& operation_in(const ClusterView& view, const plan::OperationTarget& target) {
    const auto found =
        std::ranges::find(view.facts.operations, std::string_view(target.uid), &kube::Object::uid);
    BG_CHECK(found != view.facts.operations.end(), "an operation is in the view it was planned on");
    return *found;
}

Request journal_request(const ClusterView& view, const plan::JournalOperation& journal) {
    Json json = operation_in(view, journal.operation).json();
    json["metadata"]["resourceVersion"] = journal.operation.resource_version;
    json["status"] = api::to_json(journal.status);
    return kube::Replace{kube::kinds::bg_db_ops, kube::Object(std::move(json)), "status"};
}

// Adds or takes away exactly our entry.
Request hold_request(const ClusterView& view, const plan::OperationTarget& target, bool held) {
    Json finalizers = Json::array();
    const kube::Object& operation = operation_in(view, target);
    for (const Json& entry : array_at(operation.json(), {"metadata", "finalizers"})) {
        if (entry != Json(api::operation_finalizer)) {
            finalizers.push_back(entry);
        }
    }
    if (held) {
        finalizers.push_back(std::string(api::operation_finalizer));
    }
    return kube::Patch{.ref = {kube::kinds::bg_db_ops, view.ns, target.name},
                       .type = kube::PatchType::merge,
                       .body = {{"metadata",
                                 {{"resourceVersion", target.resource_version},
                                  {"uid", target.uid},
                                  {"finalizers", std::move(finalizers)}}}},
                       .subresource = ""};
}

Request scale_request(const ClusterView& view, const plan::ScaleIn& scale) {
    return kube::Patch{
        .ref = {kube::kinds::stateful_set, view.ns, manifests::stateful_set_name(view.name)},
        .type = kube::PatchType::merge,
        .body = {{"metadata",
                  {{"resourceVersion", scale.resource_version}, {"uid", scale.set_uid}}},
                 {"spec", {{"replicas", scale.to}}}},
        .subresource = ""};
}

Request switchover_request(const ClusterView& view, const plan::Switchover& over) {
    patroni::Call call = patroni_call(view, over.leader, patroni::Verb::switchover);
    call.body = {{"leader", over.leader.pod}, {"candidate", over.candidate}};
    // Patroni polls up to 2 * max(10, loop_wait) times, once a second.
    call.deadline = std::chrono::seconds(45);
    return call;
}

Request restart_request(const ClusterView& view, const plan::RestartPostgres& restart) {
    patroni::Call call = patroni_call(view, restart.member, patroni::Verb::restart);
    call.body = restart.only_if_pending ? Json{{"restart_pending", true}} : Json::object();
    call.deadline = std::chrono::seconds(120);
    return call;
}

Request reinit_request(const ClusterView& view, const plan::ReinitMember& reinit) {
    patroni::Call call = patroni_call(view, reinit.member, patroni::Verb::reinitialize);
    call.body = {{"force", false}};
    return call;
}

Request config_request(const ClusterView& view, const plan::PatchPatroniConfig& patch) {
    patroni::Call call = patroni_call(view, patch.through, patroni::Verb::patch_config);
    call.body = patch.patch;
    return call;
}

Request sql_request(const ClusterView& view, const plan::RunSql& run) {
    postgres::Call call;
    call.ns = view.ns;
    call.pod = run.leader.pod;
    call.pod_uid = run.leader.uid;
    call.address = run.leader.address;
    call.password = secret_value(view, "superuser-password");
    call.statements = run.statements;
    return call;
}

}  // namespace

Request request_for(const plan::Effect& effect, const ClusterView& view) {
    return std::visit(
        Overloaded{
            [](const plan::ApplyObject& apply) -> Request {
                return kube::Apply{.kind = apply.kind,
                                   .object = apply.object,
                                   .field_manager = std::string(manifests::field_manager),
                                   .force = true,
                                   .subresource = ""};
            },
            [](const plan::CreateSecret& create) -> Request {
                return kube::Create{kube::kinds::secret, create.object};
            },
            [](const plan::PatchObject& patch) -> Request { return patch_of(patch); },
            [](const plan::DeleteObject& object) -> Request { return deletion_of(object); },
            [&view](const plan::DeletePod& remove) -> Request {
                return kube::Delete{
                    .ref = {kube::kinds::pod, view.ns, remove.pod},
                    .only_if = {.uid = remove.uid, .resource_version = remove.resource_version},
                    .propagation = kube::Propagation::background,
                    .grace_period_seconds = {}};
            },
            [&view](const plan::EvictPod& evict) -> Request {
                return kube::Evict{
                    .pod = {kube::kinds::pod, view.ns, evict.pod},
                    .only_if = {.uid = evict.uid, .resource_version = evict.resource_version}};
            },
            [&view](const plan::ScaleIn& scale) { return scale_request(view, scale); },
            [&view](const plan::Switchover& over) { return switchover_request(view, over); },
            [&view](const plan::RestartPostgres& restart) {
                return restart_request(view, restart);
            },
            [&view](const plan::ReinitMember& reinit) { return reinit_request(view, reinit); },
            [&view](const plan::PatchPatroniConfig& patch) { return config_request(view, patch); },
            [&view](const plan::RunSql& run) { return sql_request(view, run); },
            [](const plan::StartJob& start) -> Request {
                return kube::Create{kube::kinds::job, start.job};
            },
            [&view](const plan::AddFinalizer&) -> Request {
                Json finalizers = finalizers_without_ours(view);
                finalizers.push_back(std::string(manifests::finalizer));
                return resource_patch(view, std::move(finalizers));
            },
            [&view](const plan::DropFinalizer&) -> Request {
                return resource_patch(view, finalizers_without_ours(view));
            },
            [&view](const plan::JournalOperation& journal) {
                return journal_request(view, journal);
            },
            [&view](const plan::HoldOperation& hold) {
                return hold_request(view, hold.operation, true);
            },
            [&view](const plan::ReleaseOperation& release) {
                return hold_request(view, release.operation, false);
            },
            [&view](const plan::Announce& announce) -> Request {
                return event_for(view.resource(),
                                 {announce.warning, announce.reason, announce.message}, view.now());
            }},
        effect);
}

kube::Patch patch_of(const plan::PatchObject& patch) {
    Json body = patch.merge;
    body["metadata"]["resourceVersion"] = patch.resource_version;
    body["metadata"]["uid"] = patch.uid;
    return kube::Patch{.ref = patch.ref,
                       .type = kube::PatchType::merge,
                       .body = std::move(body),
                       .subresource = ""};
}

kube::Delete deletion_of(const plan::DeleteObject& object) {
    return {.ref = object.ref,
            .only_if = {.uid = object.uid, .resource_version = object.resource_version},
            .propagation = object.propagation,
            .grace_period_seconds = {}};
}

patroni::Call status_call(const ClusterView& view, const plan::Member& member) {
    return patroni_call(view,
                        {.pod = member.name,
                         .uid = std::string(member.pod.uid()),
                         .address = std::string(kube::pod_address(member.pod))},
                        patroni::Verb::status);
}

kube::Call look_up(const kube::Ref& ref) {
    return kube::List{ref.kind, ref.ns, "", "metadata.name=" + ref.name};
}

kube::Call event_for(const kube::Object& resource, const Notice& notice, Instant now) {
    Hasher hasher;
    hasher.add(notice.reason);
    hasher.add(notice.message);
    hasher.add(static_cast<std::uint64_t>(now.ns));
    const std::string name(resource.name());
    const std::string at = format_seconds(now);
    return kube::Create{
        kube::kinds::event,
        kube::Object(Json{{"apiVersion", "v1"},
                          {"kind", "Event"},
                          {"metadata",
                           {{"name", name + "." + to_hex(hasher.value())},
                            {"namespace", std::string(resource.ns())},
                            {"labels", {{std::string(manifests::cluster_label), name}}}}},
                          {"involvedObject",
                           {{"apiVersion", std::string(resource.api_version())},
                            {"kind", std::string(resource.kind())},
                            {"name", name},
                            {"namespace", std::string(resource.ns())},
                            {"uid", std::string(resource.uid())},
                            {"resourceVersion", std::string(resource.resource_version())}}},
                          {"reason", notice.reason},
                          {"message", notice.message.substr(0, 1000)},
                          {"type", notice.warning ? "Warning" : "Normal"},
                          {"source", {{"component", std::string(manifests::field_manager)}}},
                          {"reportingComponent", std::string(manifests::field_manager)},
                          {"firstTimestamp", at},
                          {"lastTimestamp", at},
                          {"count", 1}})};
}

const kube::Object* written_object(const plan::Effect& effect) {
    if (const auto* apply = std::get_if<plan::ApplyObject>(&effect)) {
        return &apply->object;
    }
    if (const auto* create = std::get_if<plan::CreateSecret>(&effect)) {
        return &create->object;
    }
    return nullptr;
}

kube::Ref written_ref(const plan::Effect& effect) {
    const kube::Object* const object = written_object(effect);
    BG_CHECK(object != nullptr, "an effect that writes no object");
    const auto* const apply = std::get_if<plan::ApplyObject>(&effect);
    return {apply == nullptr ? kube::kinds::secret : apply->kind, std::string(object->ns()),
            std::string(object->name())};
}

manifests::Passwords make_passwords(std::string_view entropy) {
    BG_CHECK(entropy.size() >= password_entropy, "too little entropy for passwords");
    static constexpr std::string_view letters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    const auto next = [&entropy] {
        std::string password;
        for (const char byte : entropy.substr(0, password_entropy / 5)) {
            password += letters[static_cast<unsigned char>(byte) % letters.size()];
        }
        entropy.remove_prefix(password_entropy / 5);
        return password;
    };
    manifests::Passwords passwords;
    passwords.superuser = next();
    passwords.replication = next();
    passwords.rewind = next();
    passwords.restapi = next();
    passwords.admin = next();
    return passwords;
}

}  // namespace bestgres::core
