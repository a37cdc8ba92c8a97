#include "scenarios/invariants/l1_reached.hpp"

#include "lib/kube/quantity.hpp"
#include "lib/kube/workload.hpp"
#include "lib/patroni/parse.hpp"
#include "operator/api/cluster_words.hpp"
#include "operator/manifests/labels.hpp"
#include "operator/manifests/names.hpp"
#include "scenarios/invariants/sharded_reached.hpp"
#include "scenarios/invariants/sharding.hpp"
#include "scenarios/invariants/writer_watch.hpp"

namespace bestgres::scenarios {
namespace {

kube::Object set_of(const Truth& truth, const ClusterId& id) {
    return truth.object({kube::kinds::stateful_set, id.ns, manifests::stateful_set_name(id.name)});
}

std::string wrong_with_pods(const Truth& truth, const ClusterId& id, std::int64_t instances) {
    const kube::Object set = set_of(truth, id);
    const std::string_view hash = set.annotation(manifests::template_hash_annotation);
    std::int64_t pods = 0;
    for (const kube::Object& pod : children(truth, kube::kinds::pod, id)) {
        const std::string name(pod.name());
        const auto ordinal = manifests::pod_ordinal(id.name, name);
        if (!ordinal) {
            continue;
        }
        ++pods;
        if (*ordinal >= instances) {
            return name + " has not left";
        }
        if (!kube::pod_is_ready(pod)) {
            return name + " is not ready";
        }
        if (pod.label(manifests::fenced_label) == "true") {
            return name + " is fenced";
        }
        if (pod.annotation(manifests::template_hash_annotation) != hash) {
            return name + " is on an old template";
        }
        const auto status = patroni::parse_member_status(pod.annotation("status"));
        if (!status.ok() || status->pending_restart) {
            return name + " waits for a restart";
        }
    }
    return pods == instances
               ? ""
               : "it has " + std::to_string(pods) + " pods of " + std::to_string(instances);
}

std::string wrong_with_volumes(const Truth& truth, const ClusterId& id,
                               const api::ClusterSpec& spec) {
    const auto wanted = kube::Quantity::parse(spec.volume.persistent_volume_size);
    const kube::Object set = set_of(truth, id);
    const Json& templates = array_at(set.json(), {"spec", "volumeClaimTemplates"});
    const auto next = kube::Quantity::parse(
        templates.empty() ? ""
                          : string_at(templates[0], {"spec", "resources", "requests", "storage"}));
    if (wanted.ok() && next.ok() && *next < *wanted) {
        return "the next member would get a volume of " + next->text();
    }
    for (std::int64_t ordinal = 0; ordinal < wanted_members(spec); ++ordinal) {
        const std::string name = manifests::volume_claim_name(id.name, ordinal);
        const kube::Object claim =
            truth.object({kube::kinds::persistent_volume_claim, id.ns, name});
        const auto asked = kube::Quantity::parse(kube::claim_request(claim));
        // One member alone keeps what it has: there is nobody to copy it from.
        if (claim.being_deleted() && spec.instances > 1) {
            return name + " is being deleted under its member";
        }
        if (!asked.ok() || (wanted.ok() && *asked < *wanted)) {
            return name + " does not ask for " + spec.volume.persistent_volume_size;
        }
    }
    return "";
}

bool is_marked(const kube::Object& claim) {
    return !claim.label(manifests::quarantined_label).empty() ||
           !claim.annotation(manifests::quarantined_since).empty() ||
           !claim.annotation(manifests::quarantined_until).empty() ||
           !claim.annotation(manifests::left_member_annotation).empty();
}

// Its quarantine's, while that lasts.
std::optional<Instant> end_to_come(const kube::Object& claim, Instant now) {
    const Result<Instant> until = parse_time(claim.annotation(manifests::quarantined_until));
    return until.ok() && *until > now ? std::optional(*until) : std::nullopt;
}

// Of a member that is not wanted.
std::string wrong_with_left(const kube::Object& claim, const api::RetentionSpec& asked,
                            Instant now) {
    const std::string name(claim.name());
    const bool kept = claim.annotation(manifests::kept_annotation) == "true";
    if (kept || asked.when_scaled == api::LeftVolumePolicy::retain) {
        return is_marked(claim) ? name + " is kept, and says that it is to go" : "";
    }
    const auto end = end_to_come(claim, now);
    if (asked.when_scaled == api::LeftVolumePolicy::remove || !end) {
        return name + " is there, and its member has left";
    }
    return *end > now + api::quarantine(asked) + std::chrono::seconds(1)
               ? name + " is in quarantine for longer than " + asked.quarantine
               : "";
}

std::string wrong_with_volumes_of_leavers(const Truth& truth, const ClusterId& id,
                                          const api::ClusterSpec& spec) {
    for (const kube::Object& claim : children(truth, kube::kinds::persistent_volume_claim, id)) {
        const auto ordinal = manifests::volume_claim_ordinal(id.name, claim.name());
        if (!ordinal) {
            continue;
        }
        if (*ordinal >= spec.instances) {
            std::string wrong = wrong_with_left(claim, spec.volume.retention, truth.now());
            if (!wrong.empty()) {
                return wrong;
            }
        } else if (is_marked(claim) || !claim.annotation(manifests::kept_annotation).empty()) {
            return std::string(claim.name()) + " says that its member has left";
        }
    }
    return "";
}

// Whose end nobody waits for, as nothing is planned.
std::string forgotten_quarantine(const Truth& truth, const ClusterId& id) {
    const kube::Object resource = resource_of(truth, id);
    const auto spec = spec_in_force(truth, id);
    if (!spec || wanted_members(*spec) == 0 || api::is_paused(resource) ||
        is_paused_by_hand(truth, id)) {
        return "";
    }
    for (const kube::Object& claim : children(truth, kube::kinds::persistent_volume_claim, id)) {
        if (end_to_come(claim, truth.now())) {
            return "nobody counts the quarantine of " + std::string(claim.name());
        }
    }
    return "";
}

Json synchronous_mode(api::Synchronous synchronous) {
    switch (synchronous) {
        case api::Synchronous::disabled:
            return false;
        case api::Synchronous::preferred:
        case api::Synchronous::required:
            return true;
        case api::Synchronous::quorum:
            return "quorum";
    }
    return false;
}

// Derived from the spec anew, not by the operator's manifests: a mistake in those must show.
std::string wrong_with_settings(const Truth& truth, const ClusterId& id,
                                const api::ClusterSpec& spec) {
    const std::optional<Json> config = config_of(truth, id).config;
    if (!config) {
        return "";
    }
    const Json wanted = {
        {"ttl", spec.patroni.ttl},
        {"loop_wait", spec.patroni.loop_wait},
        {"synchronous_mode", synchronous_mode(spec.patroni.synchronous)},
        {"synchronous_mode_strict", spec.patroni.synchronous == api::Synchronous::required}};
    for (const auto& [name, value] : wanted.items()) {
        if (config->contains(name) && (*config)[name] != value) {
            return "Patroni's " + name + " is " + dump((*config)[name]) + " instead of " +
                   dump(value);
        }
    }
    const Json& parameters = object_at(*config, {"postgresql", "parameters"});
    const Json asked = spec.postgresql.parameters;
    for (const auto& [name, value] : asked.items()) {
        const auto found = parameters.find(name);
        if (found == parameters.end() || *found != value) {
            return name + " is not " + dump(value) + " in Patroni's configuration";
        }
    }
    return "";
}

std::string wrong_with_leader(const Truth& truth, const ClusterId& id) {
    const std::string holder = lock_of(truth, id).holder;
    const auto primary = writable_member(truth, id);
    if (holder.empty()) {
        return "nobody leads";
    }
    if (!primary || primary->pod != holder) {
        return holder + " leads and does not accept writes";
    }
    return "";
}

// Patroni's own rules keep everybody out who is left, and the status says what can be done.
bool waits_for_a_person(const Truth& truth, const ClusterId& id) {
    if (!lock_of(truth, id).holder.empty()) {
        return false;
    }
    for (const MemberTruth& member : members_of(truth, id)) {
        if (is_eligible(truth, id, member)) {
            return false;
        }
    }
    const kube::Object resource = resource_of(truth, id);
    for (const Json& condition : array_at(resource.json(), {"status", "conditions"})) {
        if (string_at(condition, {"reason"}) == "NoSafePrimary") {
            return true;
        }
    }
    for (const Json& wait : array_at(resource.json(), {"status", "waitingFor"})) {
        const std::string because = string_at(wait, {"because"});
        if (because.find("If that data is surely gone") != std::string::npos) {
            return true;
        }
    }
    return false;
}

// What has come of one resource.
struct Reached {
    std::string what;
    kube::Object resource;
    std::string wrong;
    std::int64_t members = 0;
    Duration quarantine{};
    bool settled = false;
    bool excused = false;
};

void judge(const Reached& reached, const Truth& truth, Findings& findings) {
    constexpr const LawText& text = L1Reached::text;
    const std::vector<std::string> facts = {identify(reached.resource),
                                            dump(object_at(reached.resource.json(), {"status"}))};
    if (!reached.wrong.empty()) {
        findings.add(text,
                     reached.what +
                         (reached.settled ? " has come to rest, but " : " never comes to rest: ") +
                         reached.wrong,
                     facts);
        return;
    }
    const Duration span = truth.now() - truth.last_disturbance();
    const Duration bound = L1Reached::for_all + L1Reached::for_a_member * reached.members;
    if (span > bound + reached.quarantine && !reached.excused) {
        findings.add(text,
                     reached.what + " has come to rest only " + seconds_text(span) +
                         " after the last thing that happened",
                     facts);
    }
}

bool ends_with_its_namespace(const Truth& truth, const ClusterId& id) {
    return truth.object({kube::kinds::namespace_, "", id.ns}).being_deleted();
}

// For a person, or for other laws.
bool is_for_others(const Truth& truth, const ClusterId& id) {
    return waits_for_a_person(truth, id) || is_paused_by_hand(truth, id) ||
           ends_with_its_namespace(truth, id);
}

// Whose members a cluster shares its time with: all of them, where it is a group.
std::int64_t members_at_work(const Truth& truth, const ClusterId& id) {
    if (const std::optional<GroupKey> group = group_of_cluster(truth, id)) {
        const auto whole = asked_sharded_spec(
            truth.object({kube::kinds::bg_sharded_cluster, id.ns, group->scope}));
        if (whole) {
            return wanted_members(*whole);
        }
    }
    const auto spec = spec_in_force(truth, id);
    return spec ? spec->instances : 1;
}

// A world comes to rest as a whole, with the longest of its quarantines.
Duration longest_quarantine(const Truth& truth, const std::vector<ClusterId>& all) {
    Duration longest{};
    for (const ClusterId& id : all) {
        const auto spec = spec_in_force(truth, id);
        if (spec && spec->volume.retention.when_scaled == api::LeftVolumePolicy::quarantine) {
            longest = std::max(longest, api::quarantine(spec->volume.retention));
        }
    }
    return longest;
}

}  // namespace

std::string difference(const Truth& truth, const ClusterId& id) {
    const kube::Object resource = resource_of(truth, id);
    const auto spec = spec_in_force(truth, id);
    if (!spec || api::is_paused(resource) || is_paused_by_hand(truth, id) ||
        waits_for_a_person(truth, id) || ends_with_its_namespace(truth, id)) {
        return "";
    }
    if (is_going(resource)) {
        return "it is still being deleted";
    }
    const kube::Object set = set_of(truth, id);
    const std::int64_t wanted = wanted_members(*spec);
    if (set.name().empty() || kube::desired_replicas(set) != wanted) {
        return "its StatefulSet does not ask for " + std::to_string(wanted) + " members";
    }
    std::string wrong = wrong_with_pods(truth, id, wanted);
    if (wrong.empty()) {
        wrong = wrong_with_volumes(truth, id, *spec);
    }
    if (wrong.empty() && wanted > 0) {
        wrong = wrong_with_leader(truth, id);
    }
    if (wrong.empty() && wanted > 0) {
        wrong = wrong_with_settings(truth, id, *spec);
    }
    if (wrong.empty() && wanted > 0) {
        wrong = wrong_with_volumes_of_leavers(truth, id, *spec);
    }
    const api::Phase rest = wanted > 0 ? api::Phase::running : api::Phase::hibernated;
    const std::string_view phase = resource.text_at({"status", "phase"});
    return wrong.empty() && phase != api::word(rest) ? "its phase is " + std::string(phase) : wrong;
}

void L1Reached::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    const auto* const finished = std::get_if<Finished>(&occurrence);
    const bool settled = std::holds_alternative<Settled>(occurrence);
    if ((!settled && (finished == nullptr || finished->settled)) ||
        !truth.active_faults().empty() || truth.operators().empty()) {
        return;
    }
    // A world comes to rest as a whole: while one waits for a person, nobody is late.
    const std::vector<ClusterId> all = clusters(truth);
    const bool excused = std::ranges::any_of(
        all, [&truth](const ClusterId& id) { return is_for_others(truth, id); });
    for (const ClusterId& id : all) {
        std::string wrong = difference(truth, id);
        if (wrong.empty() && settled) {
            wrong = forgotten_quarantine(truth, id);
        }
        judge({.what = "Cluster " + to_string(id),
               .resource = resource_of(truth, id),
               .wrong = std::move(wrong),
               .members = members_at_work(truth, id),
               .quarantine = longest_quarantine(truth, all),
               .settled = settled,
               .excused = excused},
              truth, findings);
    }
    for (const kube::Object& sharded : truth.objects(kube::kinds::bg_sharded_cluster)) {
        const auto spec = asked_sharded_spec(sharded);
        judge({.what = "Sharded cluster " + std::string(sharded.ns()) + "/" +
                       std::string(sharded.name()),
               .resource = sharded,
               .wrong = difference_of_sharded(truth, sharded),
               .members = spec ? wanted_members(*spec) : 1,
               .quarantine = longest_quarantine(truth, all),
               .settled = settled,
               .excused = excused || !spec},
              truth, findings);
    }
}

}  // namespace bestgres::scenarios
