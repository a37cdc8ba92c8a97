// The status: derived from facts at every pass. Everything in it is worded so that it stands still
// while nothing happens, whatever the traffic: lag is in classes, and a class changes only when the
// bytes have moved well beyond its border.
#include <algorithm>

#include "lib/kube/workload.hpp"
#include "lib/postgres/version.hpp"
#include "operator/manifests/labels.hpp"
#include "operator/manifests/names.hpp"
#include "operator/plan/health.hpp"
#include "operator/plan/hibernate.hpp"
#include "operator/plan/left_volumes.hpp"
#include "operator/plan/rules.hpp"
#include "operator/plan/scale_in.hpp"

namespace bestgres::plan {
namespace {

using api::ConditionStatus;
using api::LagClass;
using api::Phase;

struct Summary {
    std::int64_t pods = 0;
    std::int64_t ready = 0;
    std::int64_t stale = 0;
    std::int64_t pending = 0;
    std::int64_t wanted = 0;
    bool all_healthy = true;
};

Summary summarise(const ClusterView& view) {
    Summary summary;
    summary.wanted = view.wanted;
    for (const Member& member : view.members) {
        summary.pods += member.has_pod() ? 1 : 0;
        summary.ready += member.ready ? 1 : 0;
        summary.stale += member.stale ? 1 : 0;
        summary.pending += member.status && member.status->pending_restart ? 1 : 0;
        summary.all_healthy =
            summary.all_healthy && (!is_wanted(view, member) || is_healthy(view, member));
    }
    return summary;
}

Phase phase_of(const ClusterView& view, const Summary& summary) {
    if (view.going) {
        return Phase::deleting;
    }
    if (!view.spec) {
        return Phase::failed;
    }
    if (view.paused) {
        return Phase::paused;
    }
    if (summary.wanted == 0 && summary.pods == 0 && view.replicas == 0) {
        return Phase::hibernated;
    }
    if (!view.has_run()) {
        return Phase::creating;
    }
    if (view.failover.pending()) {
        return Phase::switching_over;
    }
    if (summary.wanted == 0) {
        return Phase::scaling;
    }
    if (view.primary() == nullptr) {
        return Phase::recovering;
    }
    if (summary.stale > 0 || summary.pending > 0) {
        return Phase::updating;
    }
    if (view.replicas != summary.wanted || summary.pods != summary.wanted) {
        return Phase::scaling;
    }
    return summary.all_healthy ? Phase::running : Phase::degraded;
}

// A class is left only when the bytes are clearly below it, lest a lag near a bound is a write at
// every look.
LagClass steady_class(std::int64_t bytes, std::optional<LagClass> previous) {
    const LagClass now = api::lag_class(bytes);
    if (!previous || *previous == LagClass::unknown || now >= *previous) {
        return now;
    }
    return api::lag_class(bytes * 2) < *previous ? now : *previous;
}

LagClass lag_of(const ClusterView& view, const Member& member, std::optional<LagClass> previous) {
    const Member* const primary = view.primary();
    if (primary == nullptr || !member.status || !member.status->written) {
        return LagClass::unknown;
    }
    const patroni::Lsn head =
        primary->status->written.value_or(view.leader.optime.value_or(patroni::Lsn{}));
    const std::uint64_t behind = head.bytes - std::min(head.bytes, member.status->written->bytes);
    return steady_class(static_cast<std::int64_t>(behind), previous);
}

api::MemberRole role_of(const ClusterView& view, const Member& member) {
    if (!member.synchronous) {
        return api::MemberRole::replica;
    }
    const bool quorum = view.spec && view.spec->patroni.synchronous == api::Synchronous::quorum;
    return quorum ? api::MemberRole::quorum : api::MemberRole::synchronous;
}

const api::MemberStatus* find_previous(const ClusterView& view, const std::string& name) {
    const auto found = std::ranges::find(view.previous.members, name, &api::MemberStatus::name);
    return found == view.previous.members.end() ? nullptr : &*found;
}

api::MemberStatus describe_member(const ClusterView& view, const Member& member) {
    const api::MemberStatus* const before = find_previous(view, member.name);
    api::MemberStatus status;
    status.name = member.name;
    status.ready = member.ready;
    status.node = kube::pod_node(member.pod);
    if (!member.status) {
        status.state = member.has_pod() ? kube::pod_phase(member.pod) : "absent";
        return status;
    }
    status.state = member.status->replication_state.value_or(member.status->state_text);
    status.timeline = member.status->timeline.value_or(before == nullptr ? 0 : before->timeline);
    status.pending_restart = member.status->pending_restart;
    status.patroni = member.status->version;
    const auto version = view.facts.server_versions.find(std::string(member.pod.uid()));
    status.version = version != view.facts.server_versions.end()
                         ? postgres::version_text(version->second)
                     : before != nullptr ? before->version
                                         : "";
    if (member.status->role == patroni::Role::primary && member.holds_lock) {
        status.role = api::MemberRole::primary;
    } else if (member.status->role == patroni::Role::replica) {
        status.role = role_of(view, member);
        status.lag = lag_of(view, member, before == nullptr ? std::nullopt : before->lag);
    }
    return status;
}

// A valid spec has been seen when it is the accepted one.
std::int64_t observed_generation(const ClusterView& view) {
    const bool to_be_accepted = !view.paused && view.problems.empty() && view.spec &&
                                view.accepted && !(view.accepted->spec == *view.spec);
    return to_be_accepted ? view.previous.observed_generation : view.resource().generation();
}

api::Condition condition(const ClusterView& view, std::string type, ConditionStatus status,
                         std::string reason) {
    api::Condition made;
    made.type = std::move(type);
    made.status = status;
    made.reason = std::move(reason);
    made.observed_generation = observed_generation(view);
    made.last_transition_time = Instant{view.now().ns - view.now().ns % 1'000'000'000};
    for (const api::Condition& known : view.previous.conditions) {
        if (known.type == made.type && known.status == made.status) {
            made.last_transition_time = known.last_transition_time;
        }
    }
    return made;
}

bool is_a_replica(const Member& member) {
    return runs(member) && member.status && member.status->role == patroni::Role::replica;
}

// By Patroni's rules of synchronous mode. In quorum mode so many other standbys have to say that
// they are not ahead.
bool surely_has_all(const ClusterView& view, const Member& candidate) {
    const patroni::SyncState& sync = view.sync;
    const auto votes = std::ranges::count_if(view.members, [&](const Member& member) {
        return member.name != candidate.name && sync.contains(member.name) && is_a_replica(member);
    });
    return sync.leader.empty() || candidate.name == sync.leader ||
           (sync.contains(candidate.name) && votes >= sync.quorum);
}

// Patroni lets nobody take over who may lack an acknowledged commit, and neither do we: whether to
// go on without it is for a person to decide. Empty: somebody may lead, or nobody is there.
std::string why_nobody_may_lead(const ClusterView& view) {
    const Member* kept_out = nullptr;
    for (const Member& member : view.members) {
        if (is_a_replica(member)) {
            if (surely_has_all(view, member)) {
                return "";
            }
            kept_out = &member;
        }
    }
    return kept_out == nullptr
               ? ""
               : "no member leads: " + view.sync.leader +
                     " led last, and of those that are left none is sure to hold every "
                     "acknowledged "
                     "commit. If the others are lost for good, `patronictl failover --candidate " +
                     kept_out->name + "` goes on with what that one has";
}

api::Condition ready_condition(const ClusterView& view, const Summary& summary) {
    const Member* const primary = view.primary();
    if (is_to_rest(view) && view.wanted == 0) {
        api::Condition made = condition(view, "Ready", ConditionStatus::is_false, "Hibernating");
        made.message = view.spec->hibernate ? "spec.hibernate asks for no running member"
                                            : "spec.instances is 0";
        return made;
    }
    const bool serves = primary != nullptr && primary->ready;
    const kube::Ref service{kube::kinds::service, view.ns,
                            manifests::primary_service_name(view.name)};
    if (serves && view.object(service) == nullptr) {
        api::Condition made = condition(view, "Ready", ConditionStatus::is_false, "NoService");
        made.message = to_string(service) + " is missing or another's: no client finds " +
                       primary->name + " by it";
        return made;
    }
    if (serves && summary.all_healthy) {
        return condition(view, "Ready", ConditionStatus::is_true, "AllMembersHealthy");
    }
    if (!serves) {
        const std::string nobody = primary == nullptr ? why_nobody_may_lead(view) : "";
        api::Condition made = condition(view, "Ready", ConditionStatus::is_false,
                                        nobody.empty() ? "NoPrimary" : "NoSafePrimary");
        made.message = !nobody.empty()      ? nobody
                       : primary == nullptr ? "no member leads"
                                            : primary->name + " is not ready";
        return made;
    }
    const Member* const unhealthy = find_unhealthy(view);
    api::Condition made = condition(view, "Ready", ConditionStatus::is_false, "MembersNotHealthy");
    made.message = unhealthy == nullptr ? "" : ailment(view, *unhealthy);
    return made;
}

// What is known of how the last member stopped. Patroni gives the lock back once PostgreSQL has
// stopped, and says at which position.
std::string last_stop(const ClusterView& view) {
    if (!view.has_run()) {
        return "there is no data yet";
    }
    if (view.config.initialize.value_or("").empty()) {
        return "nothing is recorded of how the last member stopped";
    }
    if (!view.leader.holder.empty()) {
        return view.leader.holder + " did not give back the lock: it recovers when it starts";
    }
    return view.leader.optime ? "the data ends at " + to_string(*view.leader.optime) +
                                    " on timeline " + std::to_string(view.previous.timeline)
                              : "the last member gave back the lock";
}

// Only while it is asked for.
void add_hibernation(const ClusterView& view, const Summary& summary,
                     std::vector<api::Condition>& conditions) {
    if (!is_to_rest(view) || view.going) {
        return;
    }
    if (summary.pods == 0 && view.replicas == 0) {
        conditions.push_back(
            condition(view, "Hibernated", ConditionStatus::is_true, "AllMembersStopped"));
        conditions.back().message =
            "every member has stopped and keeps its volume; " + last_stop(view);
        return;
    }
    const std::string objection = objection_to_rest(view);
    conditions.push_back(condition(view, "Hibernated", ConditionStatus::is_false,
                                   objection.empty() ? "StoppingMembers" : "Refused"));
    conditions.back().message = objection.empty()
                                    ? "members stop one after the other, the first comes last"
                                    : objection + ". Until it can, the cluster goes on";
}

// Only while it is so.
void add_refused_scale_in(const ClusterView& view, std::vector<api::Condition>& conditions) {
    const std::optional<Refusal> refusal =
        view.spec && !view.going ? refusal_to_scale_in(view) : std::nullopt;
    if (refusal) {
        conditions.push_back(
            condition(view, "ScaleInRefused", ConditionStatus::is_true, refusal->reason));
        conditions.back().message =
            "fewer members are wanted, and none leaves yet: " + refusal->because;
    }
}

// Only while it is so.
void add_held_deletion(const ClusterView& view, std::vector<api::Condition>& conditions) {
    if (!api::deletion_is_held(view.resource())) {
        return;
    }
    api::Condition made = condition(view, "DeletionHeld", ConditionStatus::is_true, "Protected");
    made.message =
        "spec.deletionProtection holds the deletion that was asked for, and the cluster "
        "goes on. To have it deleted: kubectl annotate bgcluster " +
        view.name + " " + std::string(api::confirm_deletion_annotation) + "=" + view.name;
    conditions.push_back(std::move(made));
}

api::Condition spec_condition(const ClusterView& view) {
    if (view.problems.empty()) {
        return condition(view, "SpecValid", ConditionStatus::is_true, "Accepted");
    }
    api::Condition made = condition(view, "SpecValid", ConditionStatus::is_false, "Invalid");
    made.message = api::to_string(view.problems) +
                   (view.accepted ? "; the last valid spec stays in force" : "");
    return made;
}

api::Condition progress_condition(const ClusterView& view, const Plan& plan) {
    if (!view.facts.failure.empty()) {
        api::Condition made =
            condition(view, "Progressing", ConditionStatus::is_false, "StepFailed");
        made.message = view.facts.failure;
        return made;
    }
    for (const api::WaitingStatus& wait : plan.waits) {
        if (wait.deadline && *wait.deadline <= view.now()) {
            api::Condition made =
                condition(view, "Progressing", ConditionStatus::is_false, "DeadlineExceeded");
            made.message = wait.because;
            return made;
        }
    }
    if (view.paused) {
        api::Condition made = condition(view, "Progressing", ConditionStatus::is_false, "Paused");
        made.message = std::string(api::paused_annotation) + " keeps the operator's hands off";
        return made;
    }
    if (!plan.steps.empty() || !plan.waits.empty()) {
        return condition(view, "Progressing", ConditionStatus::is_true, "StepsToGo");
    }
    api::Condition made = condition(view, "Progressing", ConditionStatus::is_false,
                                    view.spec ? "SpecReached" : "NoValidSpec");
    made.message = view.spec ? "there is nothing to do" : "there is no valid spec yet to act on";
    return made;
}

// Patroni before 4.1.1 lacks several fixes of split brain and failsafe.
bool is_old_patroni(const std::string& version) {
    int parts[3] = {0, 0, 0};
    int index = 0;
    for (const char letter : version) {
        if (letter >= '0' && letter <= '9') {
            parts[index] = parts[index] * 10 + (letter - '0');
        } else if (letter != '.' || ++index > 2) {
            break;
        }
    }
    const int number = parts[0] * 10000 + parts[1] * 100 + parts[2];
    return !version.empty() && number < 40101;
}

void add_version_warning(const ClusterView& view, api::ClusterStatus& status) {
    for (const api::MemberStatus& member : status.members) {
        if (is_old_patroni(member.patroni)) {
            api::Condition made =
                condition(view, "PatroniOutdated", ConditionStatus::is_true, "KnownDefects");
            made.message =
                "Patroni " + member.patroni +
                " lacks fixes of split brain and failsafe: 4.1.1 or newer is recommended";
            status.conditions.push_back(std::move(made));
            return;
        }
    }
}

std::string claim_state(const ClusterView& view, const kube::Object& claim, bool has_member) {
    if (claim.being_deleted()) {
        return "Terminating";
    }
    if (!has_member) {
        return quarantine_of(claim) ? "Quarantined" : "Retained";
    }
    const bool grows = view.spec && !kube::claim_capacity(claim).empty() &&
                       kube::claim_request(claim) != kube::claim_capacity(claim);
    return grows ? "Growing" : std::string(kube::claim_phase(claim));
}

void add_volumes(const ClusterView& view, api::ClusterStatus& status) {
    for (const auto& [ref, claim] : view.facts.objects) {
        const auto ordinal = ref.kind == kube::kinds::persistent_volume_claim
                                 ? manifests::volume_claim_ordinal(view.name, ref.name)
                                 : std::nullopt;
        if (ordinal) {
            const bool used = view.member(manifests::pod_name(view.name, *ordinal)) != nullptr;
            const std::optional<Quarantine> marked = quarantine_of(claim);
            status.volumes.push_back(
                {.name = ref.name,
                 .requested = std::string(kube::claim_request(claim)),
                 .capacity = std::string(kube::claim_capacity(claim)),
                 .state = claim_state(view, claim, used),
                 .until = marked && !used ? std::optional(marked->until) : std::nullopt});
        }
    }
}

void add_pending(const Summary& summary, api::PendingStatus& pending) {
    const auto count = [](std::int64_t number, const std::string& word) {
        return std::to_string(number) + " " + word + (number == 1 ? "" : "s");
    };
    pending.restarts = summary.pending;
    pending.updates = summary.stale;
    if (summary.pending > 0) {
        pending.summary = count(summary.pending, "restart");
    }
    if (summary.stale > 0) {
        pending.summary += (pending.summary.empty() ? "" : ", ") + count(summary.stale, "update");
    }
}

void add_members(const ClusterView& view, api::ClusterStatus& status) {
    status.timeline = view.previous.timeline;
    for (const Member& member : view.members) {
        if (!member.has_pod() && !is_wanted(view, member)) {
            continue;
        }
        status.members.push_back(describe_member(view, member));
        const api::MemberStatus& added = status.members.back();
        status.timeline = std::max(status.timeline, added.timeline);
        if (added.lag && (!status.lag || *added.lag > *status.lag)) {
            status.lag = added.lag;
        }
        if (added.role == api::MemberRole::primary) {
            status.primary = added.name;
            status.version = added.version;
        }
    }
    if (status.version.empty()) {
        const std::string wanted =
            view.spec ? view.spec->postgresql.version.value_or("") : std::string();
        status.version = view.previous.version.empty() ? wanted : view.previous.version;
    }
}

}  // namespace

api::ClusterStatus describe_status(const ClusterView& view, const Plan& plan) {
    const Summary summary = summarise(view);
    api::ClusterStatus status;
    status.phase = phase_of(view, summary);
    status.ready = std::to_string(summary.ready) + "/" + std::to_string(summary.wanted);
    status.observed_generation = observed_generation(view);
    status.instances = summary.pods;
    status.selector = manifests::pod_selector_text(view.name);
    add_members(view, status);
    if (view.spec) {
        const std::string port = "." + view.ns + ".svc:5432";
        status.services = {.primary = manifests::primary_service_name(view.name) + port,
                           .replicas = manifests::replica_service_name(view.name) + port};
    }
    status.conditions = {ready_condition(view, summary), spec_condition(view),
                         progress_condition(view, plan)};
    add_hibernation(view, summary, status.conditions);
    add_refused_scale_in(view, status.conditions);
    add_held_deletion(view, status.conditions);
    add_version_warning(view, status);
    status.waiting_for = plan.waits;
    status.decisions = view.decisions;
    add_pending(summary, status.pending);
    add_volumes(view, status);
    return status;
}

}  // namespace bestgres::plan
