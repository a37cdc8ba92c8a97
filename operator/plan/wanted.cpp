#include "operator/plan/wanted.hpp"

#include "lib/base/check.hpp"
#include "lib/kube/quantity.hpp"
#include "operator/manifests/labels.hpp"
#include "operator/manifests/names.hpp"

namespace bestgres::plan {
namespace {

const Json::json_pointer claim_size("/spec/volumeClaimTemplates/0/spec/resources/requests/storage");

// Whom the claim template names as the owner: in a set that outlived its resource, the former one.
void keep_owner_of_claims(const Json& live, Json& wanted) {
    const Json::json_pointer metadata("/spec/volumeClaimTemplates/0/metadata");
    const std::string owner(manifests::owner_uid_key);
    for (const char* const texts : {"labels", "annotations"}) {
        const Json::json_pointer at = metadata / texts / owner;
        if (live.contains(at) && wanted.contains(at)) {
            wanted[at] = live[at];
        }
    }
}

// volumeClaimTemplates cannot be changed; grow_storage replaces the whole StatefulSet.
kube::Object with_live_numbers(const ClusterView& view, const kube::Object& stateful_set) {
    Json json = stateful_set.json();
    json["spec"]["replicas"] = view.replicas;
    const Json& live = view.stateful_set.json();
    if (!view.stateful_set.name().empty() && live.contains(claim_size) &&
        json.contains(claim_size)) {
        json[claim_size] = live[claim_size];
    }
    keep_owner_of_claims(live, json);
    return kube::Object(std::move(json));
}

bool same_scalar(const Json& wanted, const Json& live) {
    if (wanted == live) {
        return true;
    }
    // "1024Mi" comes back as "1Gi", and a number where both are allowed as a text.
    if (wanted.is_string() && live.is_string()) {
        const auto left = kube::Quantity::parse(wanted.get_ref<const std::string&>());
        const auto right = kube::Quantity::parse(live.get_ref<const std::string&>());
        return left.ok() && right.ok() && *left == *right;
    }
    return false;
}

}  // namespace

std::vector<Wanted> wanted_objects(const ClusterView& view) {
    std::vector<Wanted> wanted;
    for (kube::Object& object : manifests::applied_objects(view.input)) {
        const std::optional<kube::Ref> ref = ref_of(object);
        BG_CHECK(ref.has_value(), "a manifest of a kind without a name here");
        if (ref->kind == kube::kinds::stateful_set) {
            object = with_live_numbers(view, object);
        }
        wanted.push_back(Wanted{.ref = *ref, .object = std::move(object)});
    }
    return wanted;
}

kube::Object accepted_spec(const ClusterView& view, bool bootstrap_sql_done) {
    const kube::Object plain = manifests::accepted_spec_config_map(
        view.input.identity, {.spec = *view.spec, .generation = view.spec_generation});
    Json json = plain.json();
    if (bootstrap_sql_done) {
        json["metadata"]["annotations"][std::string(bootstrap_sql_annotation)] = "done";
    }
    return kube::Object(std::move(json));
}

bool is_contained(const Json& wanted, const Json& live) {
    // The server replaces a selector whole: with one label more it selects something else.
    constexpr std::string_view atomic = "selector";
    if (wanted.is_object()) {
        if (!live.is_object()) {
            return wanted.empty() && live.is_null();
        }
        for (const auto& [key, value] : wanted.items()) {
            const auto found = live.find(key);
            const bool nothing = value.is_null() || (value.is_structured() && value.empty());
            if (found == live.end() ? !nothing : !is_contained(value, *found)) {
                return false;
            }
            if (key == atomic && found != live.end() && value != *found) {
                return false;
            }
        }
        return true;
    }
    if (wanted.is_array()) {
        if (!live.is_array() || wanted.size() != live.size()) {
            return false;
        }
        for (std::size_t index = 0; index < wanted.size(); ++index) {
            if (!is_contained(wanted[index], live[index])) {
                return false;
            }
        }
        return true;
    }
    return same_scalar(wanted, live);
}

std::uint64_t content_hash(const kube::Object& live) {
    Json content = live.json();
    content.erase("status");
    Json& metadata = content["metadata"];
    for (const char* const key : {"managedFields", "resourceVersion", "generation"}) {
        metadata.erase(key);
    }
    return hash_json(content);
}

// A selector is one value: an entry more selects fewer, down to nobody.
bool selects_alike(const Json& wanted, const Json& live) {
    const Json* const selector = find(wanted, {"spec", "selector"});
    const Json* const found = find(live, {"spec", "selector"});
    return selector == nullptr || found == nullptr || *selector == *found;
}

bool has_drifted(const ClusterView& view, const Wanted& wanted, const kube::Object& live) {
    const auto settled = view.facts.settled.find(wanted.ref);
    const bool applied_this =
        settled != view.facts.settled.end() && settled->second.desired_hash == wanted.object.hash();
    if (is_contained(wanted.object.json(), live.json()) &&
        selects_alike(wanted.object.json(), live.json())) {
        return false;
    }
    return !applied_this || settled->second.content_hash != content_hash(live);
}

}  // namespace bestgres::plan
