#include "scenarios/invariants/k10_one_way.hpp"

#include "lib/kube/quantity.hpp"
#include "lib/kube/workload.hpp"
#include "operator/manifests/names.hpp"

namespace bestgres::scenarios {
namespace {

// What the change takes back; empty where nothing.
std::string storage_taken_back(const ObjectChanged& changed) {
    const auto before = kube::Quantity::parse(kube::claim_request(changed.before));
    const auto after = kube::Quantity::parse(kube::claim_request(changed.after));
    if (before.ok() && after.ok() && *after < *before) {
        return "asks for " + after->text() + " where " + before->text() + " was asked for";
    }
    const std::string_view former = changed.before.text_at({"spec", "storageClassName"});
    const std::string_view now = changed.after.text_at({"spec", "storageClassName"});
    return former.empty() || former == now
               ? ""
               : "asks for class " + std::string(now) + " instead of " + std::string(former);
}

std::string number_taken_back(const ObjectChanged& changed,
                              std::initializer_list<std::string_view> path) {
    const std::int64_t before = find_int(changed.before.json(), path).value_or(0);
    const std::int64_t after = find_int(changed.after.json(), path).value_or(0);
    return after < before ? "says " + std::to_string(after) + " after " + std::to_string(before)
                          : "";
}

std::string generation_taken_back(const ObjectChanged& changed) {
    const std::string_view before = changed.before.text_at({"data", "generation"});
    const std::string_view after = changed.after.text_at({"data", "generation"});
    const bool same_owner = owner_uid(changed.before) == owner_uid(changed.after);
    const bool less =
        after.size() < before.size() || (after.size() == before.size() && after < before);
    return same_owner && less
               ? "says generation " + std::string(after) + " after " + std::string(before)
               : "";
}

std::string taken_back(const ObjectChanged& changed) {
    const std::string_view kind = changed.after.kind();
    if (kind == kube::kinds::persistent_volume_claim.name) {
        return storage_taken_back(changed);
    }
    if (kind == kube::kinds::bg_cluster.name) {
        const std::string text = number_taken_back(changed, {"status", "timeline"});
        return text.empty() ? "" : "status.timeline " + text;
    }
    const bool accepted =
        kind == kube::kinds::config_map.name &&
        changed.after.name() == manifests::accepted_spec_name(cluster_name(changed.after));
    return accepted ? generation_taken_back(changed) : "";
}

}  // namespace

void K10OneWay::on(const Occurrence& occurrence, const Truth&, Findings& findings) {
    const auto* const changed = std::get_if<ObjectChanged>(&occurrence);
    if (changed == nullptr || !by_operator(changed->actor) || changed->before.name().empty() ||
        changed->after.name().empty() || changed->before.uid() != changed->after.uid()) {
        return;
    }
    if (const std::string what = taken_back(*changed); !what.empty()) {
        findings.add(text,
                     changed->actor.name + ": " + std::string(changed->after.kind()) + " " +
                         std::string(changed->after.name()) + " " + what,
                     {identify(changed->before), identify(changed->after)});
    }
}

}  // namespace bestgres::scenarios
