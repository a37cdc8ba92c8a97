// Volumes of members that left: kept, deleted, or deleted after a while, as whenScaled says. While
// a member is wanted again its volume has no marks, so that the time counts from its last leave.
#include "operator/plan/left_volumes.hpp"

#include <algorithm>
#include <array>

#include "operator/manifests/labels.hpp"
#include "operator/manifests/names.hpp"
#include "operator/plan/compose.hpp"
#include "operator/plan/health.hpp"
#include "operator/plan/hibernate.hpp"
#include "operator/plan/retained.hpp"
#include "operator/plan/rules.hpp"

namespace bestgres::plan {
namespace {

// A claim that somebody mounts is looked at again: nothing tells when he lets go.
constexpr Duration mounts_are_looked_at_every = std::chrono::minutes(10);

constexpr std::array<std::string_view, 3> annotations_of_quarantine = {
    manifests::quarantined_since, manifests::quarantined_until, manifests::left_member_annotation};

struct Claim {
    const kube::Ref& ref;
    const kube::Object& object;
    std::int64_t ordinal;
};

std::vector<Claim> claims_of_members(const ClusterView& view) {
    std::vector<Claim> claims;
    for (const auto& [ref, object] : view.facts.objects) {
        const auto ordinal = ref.kind == kube::kinds::persistent_volume_claim
                                 ? manifests::volume_claim_ordinal(view.name, ref.name)
                                 : std::nullopt;
        if (ordinal && !object.being_deleted()) {
            claims.push_back({ref, object, *ordinal});
        }
    }
    return claims;
}

// Whose ordinals have not left: wanted, or told to run.
std::int64_t members_of(const ClusterView& view) {
    return std::max(view.replicas, view.spec->instances);
}

bool has_left(const ClusterView& view, const Claim& claim) {
    return claim.ordinal >= members_of(view) &&
           view.member(manifests::pod_name(view.name, claim.ordinal)) == nullptr;
}

std::optional<Instant> time_of(const kube::Object& claim, std::string_view annotation) {
    const Result<Instant> time = parse_time(claim.annotation(annotation));
    return time.ok() ? std::optional(*time) : std::nullopt;
}

// Marks have whole seconds: nothing is deleted before its time.
Instant next_second(Instant now) {
    constexpr std::int64_t second = 1'000'000'000;
    return Instant{(now.ns + second - 1) / second * second};
}

Opinion mark(const Claim& claim, Json metadata, std::string what, std::string because) {
    return just(
        Step{.effect = PatchObject{.ref = claim.ref,
                                   .uid = std::string(claim.object.uid()),
                                   .resource_version = std::string(claim.object.resource_version()),
                                   .merge = {{"metadata", std::move(metadata)}},
                                   .what = std::move(what)},
             .rule = RuleId::left_volumes,
             .because = std::move(because)});
}

Opinion remove(const Claim& claim, std::string because) {
    return just(Step{
        .effect = DeleteObject{.ref = claim.ref,
                               .uid = std::string(claim.object.uid()),
                               .resource_version = std::string(claim.object.resource_version())},
        .rule = RuleId::left_volumes,
        .because = std::move(because)});
}

Opinion take_off(const Claim& claim, std::string because) {
    Json metadata = without_quarantine(claim.object);
    return metadata.empty() ? Opinion{}
                            : mark(claim, std::move(metadata), "no quarantine", std::move(because));
}

Opinion remove_if_free(const ClusterView& view, const Claim& claim, std::string because) {
    if (!view.facts.mounted.contains(claim.ref.name)) {
        return remove(claim, std::move(because));
    }
    Opinion later;
    later.look_again = view.now() + mounts_are_looked_at_every;
    return later;
}

// What the claim is to say: since when, by the spec as it is now until when, and what it holds.
Opinion keep_for_a_while(const ClusterView& view, const Claim& claim) {
    const std::optional<Quarantine> marked = quarantine_of(claim.object);
    const Duration span = api::quarantine(view.spec->volume.retention);
    const Instant since = marked ? marked->since : next_second(view.now());
    const Instant until = since + span;
    const std::string member = manifests::pod_name(view.name, claim.ordinal);
    Json annotations = belonging(view, claim.object);
    annotations[std::string(manifests::quarantined_since)] = format_seconds(since);
    annotations[std::string(manifests::quarantined_until)] = format_seconds(until);
    annotations[std::string(manifests::left_member_annotation)] = member;
    const bool labelled = claim.object.label(manifests::quarantined_label) == "true";
    if (!labelled || !says(claim.object, annotations)) {
        return mark(claim,
                    {{"labels", {{std::string(manifests::quarantined_label), "true"}}},
                     {"annotations", std::move(annotations)}},
                    "quarantine for " + view.spec->volume.retention.quarantine,
                    member + " left, and whenScaled is Quarantine: it is deleted after " +
                        format_seconds(until) + " unless it is taken back");
    }
    if (view.now() < until) {
        Opinion later;
        later.look_again = until;
        return later;
    }
    // What restores redundancy comes first, and until then nothing is thrown away.
    return find_unhealthy(view) != nullptr
               ? Opinion{}
               : remove_if_free(
                     view, claim,
                     "the quarantine of " + member + " ended at " + format_seconds(until));
}

Opinion judge(const ClusterView& view, const Claim& claim) {
    if (is_kept(claim.object)) {
        return take_off(claim, "its user keeps it");
    }
    switch (view.spec->volume.retention.when_scaled) {
        case api::LeftVolumePolicy::quarantine:
            return keep_for_a_while(view, claim);
        case api::LeftVolumePolicy::retain:
            return take_off(claim, "its member left, and whenScaled is Retain");
        case api::LeftVolumePolicy::remove:
            return remove_if_free(view, claim, "its member left, and whenScaled is Delete");
    }
    return {};
}

}  // namespace

std::optional<Quarantine> quarantine_of(const kube::Object& claim) {
    const std::optional<Instant> since = time_of(claim, manifests::quarantined_since);
    const std::optional<Instant> until = time_of(claim, manifests::quarantined_until);
    return since && until ? std::optional(Quarantine{*since, *until}) : std::nullopt;
}

bool is_kept(const kube::Object& claim) {
    return claim.annotation(manifests::kept_annotation) == "true";
}

Json without_quarantine(const kube::Object& claim) {
    Json metadata = Json::object();
    for (const std::string_view annotation : annotations_of_quarantine) {
        if (!claim.annotation(annotation).empty()) {
            metadata["annotations"][std::string(annotation)] = nullptr;
        }
    }
    if (!claim.label(manifests::quarantined_label).empty()) {
        metadata["labels"][std::string(manifests::quarantined_label)] = nullptr;
    }
    return metadata;
}

Opinion take_up_volumes(const ClusterView& view) {
    for (const Claim& claim : claims_of_members(view)) {
        Json metadata = without_quarantine(claim.object);
        if (is_kept(claim.object)) {
            metadata["annotations"][std::string(manifests::kept_annotation)] = nullptr;
        }
        if (claim.ordinal < members_of(view) && !metadata.empty()) {
            return mark(claim, std::move(metadata), "no quarantine",
                        manifests::pod_name(view.name, claim.ordinal) + " is a member again");
        }
    }
    return {};
}

// While the cluster rests or nobody leads, any of them may be needed.
Opinion judge_left_volumes(const ClusterView& view) {
    Opinion later;
    if (is_to_rest(view) || view.primary() == nullptr) {
        return later;
    }
    for (const Claim& claim : claims_of_members(view)) {
        Opinion opinion = has_left(view, claim) ? judge(view, claim) : Opinion{};
        if (!opinion.empty()) {
            return opinion;
        }
        keep_earlier(later.look_again, opinion.look_again);
    }
    return later;
}

}  // namespace bestgres::plan
