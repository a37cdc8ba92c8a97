// The fresh look: quorum reads of what decides about disruption, then the members' own answers,
// then the plan again. Only if it still begins with the same step, that step is performed, as the
// fresh view words it.
#include "lib/kube/workload.hpp"
#include "lib/patroni/parse.hpp"
#include "operator/api/operation.hpp"
#include "operator/core/operator_core.hpp"
#include "operator/core/request.hpp"
#include "operator/manifests/labels.hpp"
#include "operator/manifests/names.hpp"
#include "operator/plan/health.hpp"

namespace bestgres::core {
namespace {

using Stage = ClusterWork::Stage;

constexpr Duration answer_within = std::chrono::seconds(3);

// Of a member that left: nobody but a stranger can mount it.
bool takes_a_volume(const std::optional<plan::Step>& step) {
    return step && step->rule == plan::RuleId::left_volumes &&
           std::holds_alternative<plan::DeleteObject>(step->effect);
}

// By pods that are no members of the cluster: those the view knows.
Mounts mounts_in(const kube::Listing& pods, std::string_view cluster, Instant now) {
    Mounts mounts{.pods = {}, .seen = now};
    for (const kube::Object& pod : pods.items) {
        const std::string_view phase = kube::pod_phase(pod);
        const bool is_member = manifests::pod_ordinal(cluster, pod.name()).has_value();
        if (is_member || phase == "Succeeded" || phase == "Failed") {
            continue;
        }
        for (const Json& volume : array_at(pod.json(), {"spec", "volumes"})) {
            const std::string claim = string_at(volume, {"persistentVolumeClaim", "claimName"});
            if (!claim.empty()) {
                mounts.pods[claim] = pod.name();
            }
        }
    }
    return mounts;
}

}  // namespace

void OperatorCore::begin_look(const ClusterKey& key, std::optional<plan::Step> step, Turn& turn) {
    ClusterWork& work = works_[key];
    work.stage = Stage::looking;
    work.step = std::move(step);
    work.look_failed = false;
    work.rest.clear();
    work.awaited = 0;
    ++metrics_.looks;
    const std::string selector = manifests::pod_selector_text(key.name);
    const std::string labelled = std::string(manifests::cluster_label) + "=" + key.name;
    const auto ask = [&](const kube::Ref& ref, kube::Call call, bool of_scopes = false) {
        Pending pending;
        pending.purpose = Purpose::look;
        pending.key = key;
        pending.ref = ref;
        pending.of_scopes = of_scopes;
        ++work.awaited;
        call_kube(std::move(pending), std::move(call), turn);
    };
    for (const kube::Kind& kind :
         {kube::kinds::pod, kube::kinds::config_map, kube::kinds::persistent_volume_claim}) {
        ask({kind, key.ns, ""}, kube::List{kind, key.ns, labelled, ""});
    }
    if (const Store::Group group = store_.group_of(key)) {
        const kube::Kind& kind = kube::kinds::config_map;
        ask({kind, key.ns, ""},
            kube::List{kind, key.ns, manifests::scope_selector_text(*group), ""}, true);
    }
    for (const kube::Ref& ref :
         {kube::Ref{kube::kinds::bg_cluster, key.ns, key.name},
          kube::Ref{kube::kinds::stateful_set, key.ns, manifests::stateful_set_name(key.name)}}) {
        ask(ref, look_up(ref));
    }
    if (takes_a_volume(work.step)) {
        Pending pending;
        pending.purpose = Purpose::look;
        pending.key = key;
        pending.of_mounts = true;
        ++work.awaited;
        call_kube(std::move(pending), kube::List{kube::kinds::pod, key.ns, "", ""}, turn);
    }
    if (work.step && plan::is_of_operations(work.step->rule)) {
        ask({kube::kinds::bg_db_ops, key.ns, ""},
            kube::List{kube::kinds::bg_db_ops, key.ns, "", ""});
        ask({kube::kinds::job, key.ns, ""}, kube::List{kube::kinds::job, key.ns, labelled, ""});
    }
}

void OperatorCore::on_look(const Pending& pending, const kube::Answer& answer, Turn& turn) {
    ClusterWork& work = works_[pending.key];
    if (work.stage != Stage::looking) {
        return;
    }
    if (answer.outcome.ok()) {
        const auto* const listing = std::get_if<kube::Listing>(&*answer.outcome);
        if (listing != nullptr && pending.of_mounts) {
            work.mounts = mounts_in(*listing, pending.key.name, turn.now);
        } else if (listing != nullptr) {
            const std::set<ClusterKey> changed = store_.replace(
                {.kind = pending.ref.kind,
                 .ns = pending.key.ns,
                 .cluster = &pending.key,
                 .of_scopes = pending.of_scopes},
                {.items = listing->items, .version = listing->resource_version}, turn.now);
            // Operations are listed for all clusters, and their watch will tell nothing new.
            wake(changed, turn);
        }
    } else {
        // Not found, too: a list of what does not exist is empty, never an error.
        work.look_failed = true;
        work.failure = "fresh look: " + answer.outcome.error().message;
    }
    if (--work.awaited > 0) {
        return;
    }
    const kube::Ref resource{kube::kinds::bg_cluster, pending.key.ns, pending.key.name};
    if (work.look_failed) {
        failed(pending.key, {.message = work.failure}, turn);
    } else if (store_.find(resource) == nullptr) {
        settle(pending.key, turn.now);
    } else {
        ask_members(pending.key, turn);
    }
}

void OperatorCore::ask_members(const ClusterKey& key, Turn& turn) {
    ClusterWork& work = works_[key];
    work.stage = Stage::asking;
    const bool for_deletion = work.step && work.step->rule == plan::RuleId::tear_down;
    const std::optional<plan::Step> step = work.step;
    const std::optional<Planned> planned = for_deletion ? std::nullopt : make_plan(key, true, turn);
    if (!planned && !for_deletion) {
        return;
    }
    work.step = step;
    work.stage = Stage::asking;
    if (planned) {
        for (const plan::Member& member : planned->view.members) {
            if (!plan::runs(member) || kube::pod_address(member.pod).empty()) {
                continue;
            }
            Pending pending;
            pending.purpose = Purpose::ask;
            pending.key = key;
            pending.pod_uid = member.pod.uid();
            pending.member_is_ready = member.ready;
            ++work.awaited;
            patroni::Call call = status_call(planned->view, member);
            call.deadline = answer_within;
            turn.out.patroni_calls.push_back({expect(std::move(pending)), std::move(call), "ask"});
        }
    }
    if (work.awaited == 0) {
        conclude_look(key, turn);
    }
}

void OperatorCore::on_asked(const Pending& pending, const patroni::Answer& answer, Turn& turn) {
    ClusterWork& work = works_[pending.key];
    if (work.stage != Stage::asking) {
        return;
    }
    if (answer.outcome.ok()) {
        const Result<patroni::RestStatus> status = patroni::parse_rest_status(answer.outcome->body);
        // A reused address: the answer of another cluster's member says nothing about this one.
        const Store::Group group = store_.group_of(pending.key);
        if (status && status->scope == (group ? group->scope : pending.key.name)) {
            work.rest[pending.pod_uid] = *status;
            // Before its PostgreSQL serves, it cannot tell all that is asked for once.
            if (status->server_version > 0) {
                work.server_versions[pending.pod_uid] = status->server_version;
                work.asked.insert(pending.pod_uid);
                work.unanswered = 0;
            }
        }
    }
    if (pending.member_is_ready && !work.asked.contains(pending.pod_uid)) {
        const Duration pause =
            first_question_pause * (std::int64_t{1} << std::min(work.unanswered++, 6U));
        work.question_not_before = turn.now + std::min(pause, longest_question_pause);
    }
    if (--work.awaited == 0) {
        conclude_look(pending.key, turn);
    }
}

void OperatorCore::conclude_look(const ClusterKey& key, Turn& turn) {
    ClusterWork& work = works_[key];
    work.must_look = false;
    work.is_new_to_us = false;
    if (!work.step) {
        settle(key, turn.now);
        return;
    }
    const plan::Step wanted = *work.step;
    const std::optional<Planned> planned = make_plan(key, true, turn);
    if (!planned) {
        return;
    }
    if (plan::is_of_operations(wanted.rule)) {
        conclude_operation(key, *planned, turn);
        return;
    }
    const bool confirmed = !planned->plan.steps.empty() &&
                           planned->plan.steps.front().rule == wanted.rule &&
                           plan::same_intent(planned->plan.steps.front().effect, wanted.effect);
    if (confirmed) {
        work.step = planned->plan.steps.front();
        perform(key, planned->view, turn);
        return;
    }
    // The cache may go on wanting what the members' own answers speak against: not at once again.
    work.not_before = turn.now + reconsider_after;
    settle(key, turn.now);
}

}  // namespace bestgres::core
