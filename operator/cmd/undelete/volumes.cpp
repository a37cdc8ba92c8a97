#include "operator/cmd/undelete/volumes.hpp"

#include <fmt/format.h>

#include "operator/manifests/labels.hpp"
#include "operator/plan/left_volumes.hpp"

namespace bestgres::cmd {
namespace {

constexpr int tries_to_mark = 5;

Result<std::vector<kube::Object>> quarantined(const Undeletion& with, const kube::Ref& cluster) {
    const auto outcome = with.ask(
        kube::List{.kind = kube::kinds::persistent_volume_claim,
                   .ns = cluster.ns,
                   .label_selector = fmt::format("{}={},{}=true", manifests::cluster_label,
                                                 cluster.name, manifests::quarantined_label),
                   .field_selector = ""});
    if (!outcome.ok()) {
        return Error{"volumes of " + to_string(cluster) +
                     " cannot be listed: " + outcome.error().message};
    }
    return std::get<kube::Listing>(*outcome).items;
}

kube::Call keep(const kube::Ref& ref, const kube::Object& claim) {
    Json metadata = plan::without_quarantine(claim);
    metadata["annotations"][std::string(manifests::kept_annotation)] = "true";
    metadata["resourceVersion"] = std::string(claim.resource_version());
    metadata["uid"] = std::string(claim.uid());
    return kube::Patch{.ref = ref,
                       .type = kube::PatchType::merge,
                       .body = {{"metadata", std::move(metadata)}},
                       .subresource = ""};
}

// By its version: what the operator has begun to delete is not found kept a moment later.
Result<Done> take_back(const Undeletion& with, kube::Object claim) {
    const kube::Ref ref{kube::kinds::persistent_volume_claim, std::string(claim.ns()),
                        std::string(claim.name())};
    const std::string uid(claim.uid());
    std::string problem;
    for (int attempt = 0; attempt < tries_to_mark; ++attempt) {
        if (claim.uid() != uid || claim.being_deleted()) {
            return Error{to_string(ref) + " is being deleted already, which nobody can take back"};
        }
        if (plan::is_kept(claim) && !plan::quarantine_of(claim)) {
            return Done{};  // the answer was lost
        }
        const auto outcome = with.ask(keep(ref, claim));
        if (outcome.ok()) {
            return Done{};
        }
        problem = outcome.error().message;
        with.pause();
        const auto stored = with.ask(kube::Get{ref});
        if (stored.ok()) {
            claim = std::get<kube::Object>(*stored);
        } else if (stored.error().code == kube::ErrorCode::not_found) {
            return Error{to_string(ref) + " is gone: it was deleted before it could be kept"};
        }
    }
    return Error{to_string(ref) + " could not be marked as kept: " + problem + "; try again"};
}

std::string nothing_to_take_back(const kube::Ref& cluster, const std::string& member,
                                 const std::string& others) {
    if (!member.empty()) {
        return fmt::format("no volume of {} is in quarantine{}", member,
                           others.empty() ? "" : "; of others there are: " + others);
    }
    return to_string(cluster) + " is not being deleted, and none of its volumes is in quarantine";
}

}  // namespace

Result<std::vector<TakenBack>> take_back_volumes(const Undeletion& with, const kube::Ref& cluster,
                                                 const std::string& member) {
    const auto claims = quarantined(with, cluster);
    BG_TRY(claims);
    std::vector<TakenBack> taken;
    std::string names;
    std::string others;
    for (const kube::Object& claim : *claims) {
        const std::string whose(claim.annotation(manifests::left_member_annotation));
        if (!member.empty() && whose != member) {
            others += (others.empty() ? "" : ", ") + whose;
            continue;
        }
        if (const Result<Done> done = take_back(with, claim); !done.ok()) {
            return Error{done.error().message +
                         (names.empty() ? "" : ". Before that were taken back: " + names)};
        }
        names += (names.empty() ? "" : ", ") + std::string(claim.name());
        taken.push_back({.claim = std::string(claim.name()),
                         .member = whose,
                         .until = std::string(claim.annotation(manifests::quarantined_until))});
    }
    if (taken.empty()) {
        return Error{nothing_to_take_back(cluster, member, others)};
    }
    return taken;
}

std::string describe(const TakenBack& volume, Instant now) {
    const Result<Instant> until = parse_time(volume.until);
    const std::string when = !until.ok() ? "later"
                             : *until > now
                                 ? "in " + format_age(*until - now) + ", at " + volume.until
                                 : "since " + volume.until;
    return fmt::format(
        "PersistentVolumeClaim {} is kept: it was to be deleted {}. {} comes back on it when "
        "spec.instances is raised",
        volume.claim, when, volume.member);
}

}  // namespace bestgres::cmd
