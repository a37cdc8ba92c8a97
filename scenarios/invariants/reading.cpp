#include "scenarios/invariants/reading.hpp"

#include <fmt/format.h>

#include <charconv>

#include "lib/base/overloaded.hpp"
#include "lib/patroni/parse.hpp"
#include "operator/api/validate.hpp"
#include "operator/manifests/labels.hpp"
#include "operator/manifests/names.hpp"
#include "operator/manifests/objects.hpp"

namespace bestgres::scenarios {
namespace {

const Json& no_json() {
    static const Json none;
    return none;
}

kube::Ref ref_in(const kube::Kind& kind, const kube::Object& object) {
    return {kind, std::string(object.ns()), std::string(object.name())};
}

const Json& annotations_at(const kube::Object& object) {
    return object_at(object.json(), {"metadata", "annotations"});
}

kube::Object config_map(const Truth& truth, const ClusterId& id, std::string name) {
    return truth.object({kube::kinds::config_map, id.ns, std::move(name)});
}

// What Patroni's objects of the cluster begin with: those of a group are named after its scope.
std::string dcs_prefix_of(const Truth& truth, const ClusterId& id) {
    return manifests::dcs_prefix(id.name, api::citus_of(resource_of(truth, id)));
}

// Of an object of a scope that is no cluster's alone: what Patroni keeps for a group names that
// one, and what all groups share is the coordinator's.
std::string group_meant(const kube::Object& object) {
    const std::string_view group = object.label(manifests::citus_group_label);
    std::int64_t number = 0;
    std::from_chars(group.data(), group.data() + group.size(), number);
    return manifests::group_cluster_name(object.label(manifests::scope_label), number);
}

}  // namespace

std::string to_string(const ClusterId& id) {
    return id.ns + "/" + id.name;
}

std::optional<kube::Ref> written_ref(const kube::Call& call) {
    using Found = std::optional<kube::Ref>;
    return std::visit(
        Overloaded{
            [](const kube::Get&) -> Found { return std::nullopt; },
            [](const kube::List&) -> Found { return std::nullopt; },
            [](const kube::Create& create) -> Found { return ref_in(create.kind, create.object); },
            [](const kube::Apply& apply) -> Found { return ref_in(apply.kind, apply.object); },
            [](const kube::Patch& patch) -> Found { return patch.ref; },
            [](const kube::Replace& replace) -> Found {
                return ref_in(replace.kind, replace.object);
            },
            [](const kube::Delete& remove) -> Found { return remove.ref; },
            [](const kube::Evict& evict) -> Found { return evict.pod; }},
        call);
}

const Json& written_body(const kube::Call& call) {
    if (const auto* create = std::get_if<kube::Create>(&call)) {
        return create->object.json();
    }
    if (const auto* apply = std::get_if<kube::Apply>(&call)) {
        return apply->object.json();
    }
    if (const auto* patch = std::get_if<kube::Patch>(&call)) {
        return patch->body;
    }
    if (const auto* replace = std::get_if<kube::Replace>(&call)) {
        return replace->object.json();
    }
    return no_json();
}

bool holds(const kube::Preconditions& preconditions, const kube::Object& stored) {
    return !stored.name().empty() && (!preconditions.uid || *preconditions.uid == stored.uid()) &&
           (!preconditions.resource_version ||
            *preconditions.resource_version == stored.resource_version());
}

bool body_holds(const Json& body, const kube::Object& stored) {
    const std::string uid = string_at(body, {"metadata", "uid"}, stored.uid());
    const std::string version =
        string_at(body, {"metadata", "resourceVersion"}, stored.resource_version());
    return !stored.name().empty() && uid == stored.uid() && version == stored.resource_version();
}

std::string_view cluster_name(const kube::Object& object) {
    return object.kind() == kube::kinds::bg_cluster.name ? object.name()
                                                         : object.label(manifests::cluster_label);
}

ClusterId cluster_of(const kube::Object& object) {
    const std::string_view name = cluster_name(object);
    const std::string_view scope = object.label(manifests::scope_label);
    const bool of_scope = !scope.empty() && (name.empty() || name == scope);
    return {std::string(object.ns()), of_scope ? group_meant(object) : std::string(name)};
}

kube::Object resource_of(const Truth& truth, const ClusterId& id) {
    return truth.object({kube::kinds::bg_cluster, id.ns, id.name});
}

std::vector<kube::Object> children(const Truth& truth, const kube::Kind& kind,
                                   const ClusterId& id) {
    std::vector<kube::Object> found;
    for (kube::Object& object : truth.objects(kind)) {
        if (object.ns() == id.ns && object.label(manifests::cluster_label) == id.name) {
            found.push_back(std::move(object));
        }
    }
    return found;
}

std::string identify(const kube::Object& object) {
    return fmt::format("{} {}/{} uid={} rv={}", object.kind(), object.ns(), object.name(),
                       object.uid(), object.resource_version());
}

std::string_view owner_uid(const kube::Object& object) {
    return object.label(manifests::owner_uid_key);
}

std::optional<api::ClusterSpec> asked_spec(const kube::Object& resource) {
    const Json* const json = find(resource.json(), {"spec"});
    if (json == nullptr || !api::validate_name(resource.name()).empty()) {
        return std::nullopt;
    }
    api::Parsed<api::ClusterSpec> spec = api::parse_cluster_spec(*json);
    return spec ? std::optional(*std::move(spec)) : std::nullopt;
}

std::optional<api::ClusterSpec> spec_in_force(const Truth& truth, const ClusterId& id) {
    const kube::Object resource = resource_of(truth, id);
    std::optional<api::ClusterSpec> asked = asked_spec(resource);
    const Result<manifests::AcceptedSpec> accepted = manifests::read_accepted_spec(
        config_map(truth, id, manifests::accepted_spec_name(id.name)));
    if (!accepted.ok()) {
        return asked;
    }
    const bool acceptable = asked && api::validate_change(accepted->spec, *asked).empty();
    return acceptable ? asked : std::optional(accepted->spec);
}

patroni::LeaderLock lock_of(const Truth& truth, const ClusterId& id) {
    return patroni::parse_leader(annotations_at(
        config_map(truth, id, manifests::dcs_leader_name(dcs_prefix_of(truth, id)))));
}

patroni::SyncState sync_of(const Truth& truth, const ClusterId& id) {
    return patroni::parse_sync(
        annotations_at(config_map(truth, id, manifests::dcs_sync_name(dcs_prefix_of(truth, id)))));
}

patroni::ConfigState config_of(const Truth& truth, const ClusterId& id) {
    return patroni::parse_config(annotations_at(
        config_map(truth, id, manifests::dcs_config_name(dcs_prefix_of(truth, id)))));
}

std::optional<ClusterId> owner_of_dcs_object(const Truth& truth, const kube::Ref& ref) {
    if (ref.kind != kube::kinds::config_map) {
        return std::nullopt;
    }
    for (const kube::Object& resource : truth.objects(kube::kinds::bg_cluster)) {
        const std::string prefix = manifests::dcs_prefix(resource.name(), api::citus_of(resource));
        for (const std::string& name : manifests::dcs_names(prefix)) {
            if (resource.ns() == ref.ns && name == ref.name) {
                return ClusterId{ref.ns, std::string(resource.name())};
            }
        }
    }
    return std::nullopt;
}

bool is_paused_by_hand(const Truth& truth, const ClusterId& id) {
    const patroni::ConfigState config = config_of(truth, id);
    return config.config && find_bool(*config.config, {"pause"}).value_or(false);
}

std::vector<MemberTruth> members_of(const Truth& truth, const ClusterId& id) {
    std::vector<MemberTruth> found;
    for (MemberTruth& member : truth.members()) {
        if (member.cluster == id.name) {
            found.push_back(std::move(member));
        }
    }
    return found;
}

std::optional<MemberTruth> member_by_uid(const Truth& truth, std::string_view pod_uid) {
    for (MemberTruth& member : truth.members()) {
        if (member.pod_uid == pod_uid) {
            return std::move(member);
        }
    }
    return std::nullopt;
}

std::string seconds_text(Duration span) {
    return fmt::format("{:.1f} s", std::chrono::duration<double>(span).count());
}

std::int64_t wanted_members(const api::ClusterSpec& spec) {
    return spec.hibernate ? 0 : spec.instances;
}

bool is_going(const kube::Object& resource) {
    const bool is_protected =
        find_bool(resource.json(), {"spec", "deletionProtection"}).value_or(false);
    return resource.being_deleted() &&
           (!is_protected ||
            resource.annotation("bestgres.io/confirm-deletion") == resource.name());
}

}  // namespace bestgres::scenarios
