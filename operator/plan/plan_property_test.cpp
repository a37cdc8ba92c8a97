// What holds for every plan, whatever is wrong with a cluster: over clusters that are broken in
// one to four ways, and followed to the end.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "lib/base/overloaded.hpp"
#include "lib/kube/workload.hpp"
#include "operator/manifests/names.hpp"
#include "operator/plan/health.hpp"
#include "operator/plan/left_volumes.hpp"
#include "operator/plan/testing.hpp"

namespace bestgres::plan {
namespace {

using kube::kinds::persistent_volume_claim;
using testing::pod_taken;
using testing::TestCluster;

std::string one_of_three() {
    return "db-" + std::to_string(*rc::gen::inRange(0, 3));
}

const char* a_spec() {
    return *rc::gen::element(
        "instances: 3\n", "instances: 1\n", "instances: 5\n", "instances: 0\n",
        "instances: 3\nresources: {requests: {cpu: '1'}}\n",
        "instances: 2\nresources: {requests: {cpu: '1'}}\n",
        "instances: 3\npostgresql: {parameters: {work_mem: 16MB}}\n",
        "instances: 3\npostgresql: {parameters: {max_connections: '50'}}\n",
        "instances: 3\nvolumeSpec: {persistentVolumeSize: 2Gi}\n",
        "instances: 1\nvolumeSpec: {persistentVolumeSize: 1Gi, retention: {whenScaled: Delete}}\n");
}

// Members have left, and their volumes are still there.
void scale_in_to_one(TestCluster& db) {
    db.asks(*rc::gen::element("instances: 1\n",
                              "instances: 1\nvolumeSpec: {persistentVolumeSize: 1Gi, "
                              "retention: {whenScaled: Delete}}\n",
                              "instances: 1\nvolumeSpec: {persistentVolumeSize: 1Gi, "
                              "retention: {whenScaled: Quarantine}}\n",
                              "instances: 1\nvolumeSpec: {persistentVolumeSize: 1Gi, "
                              "retention: {whenScaled: Quarantine, quarantine: 1m}}\n"));
    if (!db.facts().objects.contains({kube::kinds::stateful_set, "shop", "db"})) {
        return;
    }
    db.edit(kube::kinds::stateful_set, "db", [](Json& json) { json["spec"]["replicas"] = 1; });
    db.leads("db-0").without(kube::kinds::pod, "db-1").without(kube::kinds::pod, "db-2");
}

// A restart is due, and the configuration that asks for it has just changed or is old.
void change_settings(TestCluster& db, const std::string& pod) {
    db.pending_restart(pod, nullptr);
    const kube::Ref config{kube::kinds::config_map, "shop", "db-config"};
    db.facts().unchanged_since[config] =
        db.view().now() - std::chrono::seconds(*rc::gen::inRange(0, 60));
}

void break_something(TestCluster& db) {
    const std::string pod = one_of_three();
    const auto stands = [&db](const kube::Kind& kind, const std::string& name) {
        return db.facts().objects.contains({kind, "shop", name});
    };
    if (!stands(kube::kinds::pod, pod) || !stands(persistent_volume_claim, "pgdata-" + pod)) {
        return;  // broken enough
    }
    switch (*rc::gen::inRange(0, 14)) {
        case 0:
            db.stale(pod);
            break;
        case 1:
            db.unready(pod);
            break;
        case 2:
            change_settings(db, pod);
            break;
        case 3:
            db.being_deleted(persistent_volume_claim, "pgdata-" + pod);
            break;
        case 4:
            db.stale(pod).not_running(pod);
            break;
        case 5:
            db.without(kube::kinds::pod, pod);
            break;
        case 6:
            db.without(persistent_volume_claim, "pgdata-" + pod);
            break;
        case 7:
            db.without(*rc::gen::element(kube::kinds::service, kube::kinds::role,
                                         kube::kinds::stateful_set),
                       "db");
            break;
        case 8:
            db.synchronous(*rc::gen::element<std::string>("db-1", "db-2", "db-1,db-2"));
            break;
        case 9:
            db.dcs("db-leader", {{"leader", ""}});
            break;
        case 10:
            db.asks(a_spec());
            break;
        case 11:
            db.edit(persistent_volume_claim, "pgdata-" + pod,
                    [](Json& json) { json["status"]["phase"] = "Lost"; });
            break;
        case 12:
            if (db.view().members.size() == 3 &&
                std::ranges::all_of(db.view().members, &Member::has_pod)) {
                scale_in_to_one(db);
            }
            break;
        default:
            db.being_deleted(kube::kinds::pod, pod);
            break;
    }
}

TestCluster a_broken_cluster() {
    static const TestCluster sound("instances: 3\n");  // made once: that is the dear part
    TestCluster db = sound;
    db.leads(one_of_three());
    const int times = *rc::gen::inRange(1, 5);
    for (int time = 0; time < times; ++time) {
        break_something(db);
    }
    if (*rc::gen::arbitrary<bool>()) {
        db.fresh();
    }
    return db;
}

bool holds_at(const kube::Object* live, const std::string& uid, const std::string& version) {
    return live != nullptr && !uid.empty() && !version.empty() && live->uid() == uid &&
           live->resource_version() == version;
}

// The step names the very object that was seen.
bool is_conditional(const ClusterView& view, const Effect& effect) {
    return std::visit(
        Overloaded{[&](const PatchObject& patch) {
                       return holds_at(view.object(patch.ref), patch.uid, patch.resource_version);
                   },
                   [&](const DeleteObject& remove) {
                       return holds_at(view.object(remove.ref), remove.uid,
                                       remove.resource_version);
                   },
                   [&](const DeletePod& remove) {
                       return holds_at(view.object({kube::kinds::pod, "shop", remove.pod}),
                                       remove.uid, remove.resource_version);
                   },
                   [&](const EvictPod& evict) {
                       return holds_at(view.object({kube::kinds::pod, "shop", evict.pod}),
                                       evict.uid, evict.resource_version);
                   },
                   [&](const ScaleIn& scale) {
                       return holds_at(&view.stateful_set, scale.set_uid, scale.resource_version);
                   },
                   [&](const Switchover& over) {
                       return !over.leader.uid.empty() && over.leader.pod == view.leader.holder;
                   },
                   [](const RestartPostgres& restart) { return !restart.member.uid.empty(); },
                   [](const ReinitMember& member) { return !member.member.uid.empty(); },
                   [](const auto&) { return true; }},
        effect);
}

// Whether the policy allows a claim to go.
bool may_go(const ClusterView& view, const kube::Ref& ref) {
    const kube::Object& claim = *view.object(ref);
    const std::int64_t ordinal = manifests::volume_claim_ordinal("db", ref.name).value_or(-1);
    const api::RetentionSpec& retention = view.spec->volume.retention;
    const auto marked = quarantine_of(claim);
    const bool is_over = retention.when_scaled == api::LeftVolumePolicy::quarantine && marked &&
                         marked->until <= view.now() &&
                         marked->until - marked->since == api::quarantine(retention);
    const bool left = ordinal >= view.replicas &&
                      (retention.when_scaled == api::LeftVolumePolicy::remove || is_over);
    return left || kube::claim_phase(claim) == "Lost";
}

RC_GTEST_PROP(PlanProperties, one_disruptive_step_at_most_and_it_is_last, ()) {
    const Plan plan = a_broken_cluster().plan();
    for (std::size_t at = 0; at < plan.steps.size(); ++at) {
        RC_ASSERT((at + 1 == plan.steps.size() || !is_disruptive(plan.steps[at].effect)));
    }
}

RC_GTEST_PROP(PlanProperties, no_step_without_reason_and_precondition, ()) {
    const TestCluster db = a_broken_cluster();
    for (const Step& step : db.plan().steps) {
        RC_ASSERT(!step.because.empty());
        RC_ASSERT(is_conditional(db.view(), step.effect));
    }
}

RC_GTEST_PROP(PlanProperties, the_leader_comes_last_in_a_roll, ()) {
    const TestCluster db = a_broken_cluster();
    const ClusterView view = db.view();
    for (const Step& step : db.plan().steps) {
        const auto* over = std::get_if<Switchover>(&step.effect);
        // Where nothing runs, nothing is taken.
        const std::string taken = pod_taken(step.effect);
        const Member* const target = taken.empty() ? nullptr : view.member(taken);
        const bool takes_the_leader =
            over != nullptr || (target != nullptr && target->holds_lock && runs(*target));
        if (step.rule != RuleId::update_members || !takes_the_leader) {
            continue;
        }
        for (const Member& member : view.members) {
            RC_ASSERT((member.holds_lock || !member.stale || !member.has_pod()));
        }
    }
}

RC_GTEST_PROP(PlanProperties, a_leader_that_runs_is_never_deleted_while_others_are_there, ()) {
    const TestCluster db = a_broken_cluster();
    const ClusterView view = db.view();
    for (const Step& step : db.plan().steps) {
        if (const std::string taken = pod_taken(step.effect); !taken.empty()) {
            const Member* const primary = view.primary();
            const bool leads = primary != nullptr && primary->name == taken;
            RC_ASSERT((!leads || !runs(*primary) || view.members.size() == 1));
        }
    }
}

RC_GTEST_PROP(PlanProperties, who_takes_over_is_healthy_and_synchronous_where_it_must_be, ()) {
    const TestCluster db = a_broken_cluster();
    const ClusterView view = db.view();
    for (const Step& step : db.plan().steps) {
        if (const auto* over = std::get_if<Switchover>(&step.effect)) {
            const Member* const heir = view.member(over->candidate);
            RC_ASSERT((heir != nullptr && !heir->holds_lock && is_healthy(view, *heir)));
            RC_ASSERT((!is_synchronous_mode(view) || heir->synchronous));
        }
    }
}

RC_GTEST_PROP(PlanProperties, no_volume_goes_but_by_the_users_policy, ()) {
    const TestCluster db = a_broken_cluster();
    const ClusterView view = db.view();
    for (const Step& step : db.plan().steps) {
        const auto* remove = std::get_if<DeleteObject>(&step.effect);
        if (remove != nullptr && remove->ref.kind == persistent_volume_claim) {
            RC_ASSERT(may_go(view, remove->ref));
        }
    }
}

RC_GTEST_PROP(PlanProperties, the_same_facts_give_the_same_plan_whatever_is_remembered, ()) {
    TestCluster db = a_broken_cluster();
    const Plan plan = db.plan();
    RC_ASSERT(db.plan() == plan);
    db.facts().memory = db.view().memory;
    RC_ASSERT(db.plan() == plan);
    const TestCluster other = a_broken_cluster();
    db.facts().memory = other.view().memory;
    RC_ASSERT(db.plan() == plan);
}

// A plan says when time alone may change it; before that it does not.
RC_GTEST_PROP(PlanProperties, nothing_changes_before_the_plan_says_so, ()) {
    TestCluster db = a_broken_cluster();
    const Plan plan = db.plan();
    db.edit(kube::kinds::bg_cluster, "db",
            [&plan](Json& json) { json["status"] = api::to_json(plan.status); });
    const Plan first = db.plan();
    const Duration most =
        first.look_again ? *first.look_again - db.view().now() : Duration(std::chrono::hours(1));
    const auto share = *rc::gen::inRange<std::int64_t>(0, 1000);
    db.later(Duration(most.count() / 1000 * share));
    const Plan later = db.plan();
    // Of the steps the intents: what a claim is marked with is the time.
    RC_ASSERT(std::ranges::equal(later.steps, first.steps, [](const Step& left, const Step& right) {
        return left.rule == right.rule && same_intent(left.effect, right.effect);
    }));
    RC_ASSERT(later.waits == first.waits);
    RC_ASSERT(later.look_again == first.look_again);
}

// Nothing to do means that nothing is wrong: no dead ends.
RC_GTEST_PROP(PlanProperties, an_empty_plan_means_that_all_is_well, ()) {
    const TestCluster db = a_broken_cluster();
    const Plan plan = db.plan();
    if (!plan.steps.empty() || !plan.waits.empty()) {
        return;
    }
    const ClusterView view = db.view();
    RC_ASSERT(find_unhealthy(view) == nullptr);
    RC_ASSERT((view.spec->instances == 0 || view.primary() != nullptr));
    for (const Member& member : view.members) {
        RC_ASSERT((!member.stale && is_wanted(view, member)));
        RC_ASSERT((!member.status || !member.status->pending_restart));
    }
    RC_ASSERT(view.unlike.empty());
}

RC_GTEST_PROP(PlanProperties, every_wait_has_a_name_and_a_deadline, ()) {
    const Plan plan = a_broken_cluster().plan();
    for (const api::WaitingStatus& wait : plan.waits) {
        RC_ASSERT((!wait.rule.empty() && !wait.because.empty() && wait.deadline.has_value()));
    }
    RC_ASSERT((plan.waits.empty() || plan.look_again.has_value() || !plan.steps.empty()));
}

RC_GTEST_PROP(PlanProperties, who_is_paused_is_left_alone, ()) {
    TestCluster db = a_broken_cluster();
    db.annotate("bestgres.io/paused", "true");
    RC_ASSERT(db.view().paused);
    RC_ASSERT(db.plan().steps.empty());
}

// The status has been written, some time has gone, and of the steps some succeed.
void carry_out(TestCluster& db, const Plan& plan, bool reliable) {
    for (const Step& step : plan.steps) {
        if (reliable || *rc::gen::weightedElement<bool>({{3, true}, {1, false}})) {
            db.perform(step.effect);
        }
    }
    db.edit(kube::kinds::bg_cluster, "db",
            [&plan](Json& json) { json["status"] = api::to_json(plan.status); });
    db.later(std::chrono::seconds(10));
    db.facts().fresh = false;
    db.goes_on();
}

// The last copy has lost its volume, and no replica is wanted: only a person can go on, and the
// wait says how.
bool needs_a_person(const Plan& plan) {
    return std::ranges::any_of(plan.waits, [](const api::WaitingStatus& wait) {
        return wait.because.find("With instances: 2") != std::string::npos;
    });
}

// From whatever is wrong, steps that fail now and then lead to a cluster with nothing to do; and
// then there is nothing to do again.
RC_GTEST_PROP(PlanProperties, leads_to_the_end_and_stays_there, ()) {
    TestCluster db = a_broken_cluster();
    int rounds = 0;
    std::string trail;
    for (Plan plan = db.plan(); !plan.steps.empty() || !plan.waits.empty(); plan = db.plan()) {
        for (const std::string& step : db.steps()) {
            trail += step + "\n";
        }
        for (const std::string& wait : db.waits()) {
            trail += "wait for " + wait + "\n";
        }
        if (++rounds > 200) {
            RC_FAIL("no end:\n" + trail.substr(trail.size() > 2000 ? trail.size() - 2000 : 0));
        }
        if (needs_a_person(plan)) {
            db.asks("instances: 2\n");
        }
        carry_out(db, plan, rounds > 60);
    }
    const api::ClusterStatus status = db.plan().status;
    RC_ASSERT(status.phase != api::Phase::degraded);
    db.edit(kube::kinds::bg_cluster, "db",
            [&status](Json& json) { json["status"] = api::to_json(status); });
    // A quarantine ends by time alone, when the plan says so.
    const Instant in_an_hour = db.view().now() + std::chrono::hours(1);
    const Instant change = db.plan().look_again.value_or(in_an_hour + std::chrono::hours(1));
    RC_ASSERT(
        (change <= in_an_hour || db.later(std::chrono::hours(1)).plan().steps.empty()));
}

}  // namespace
}  // namespace bestgres::plan
