#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "operator/plan/health.hpp"
#include "operator/plan/testing.hpp"

namespace bestgres::plan {
namespace {

using testing::pod_taken;
using testing::TestCluster;
using testing::texts;

TEST(PlanCluster, is_empty_when_the_spec_is_reached) {
    for (const char* const spec : {"instances: 1\n", "instances: 3\n"}) {
        TestCluster db(spec);
        EXPECT_EQ(db.steps(), texts({}));
        EXPECT_EQ(db.waits(), texts({}));
        EXPECT_EQ(db.plan().look_again, std::nullopt);
        EXPECT_EQ(db.plan().status.phase, api::Phase::running);
    }
}

TEST(PlanCluster, gives_the_same_status_again_when_it_was_written) {
    TestCluster db;
    const Json status = api::to_json(db.plan().status);
    db.edit(kube::kinds::bg_cluster, "db", [&](Json& json) { json["status"] = status; });
    db.later(std::chrono::minutes(5));

    EXPECT_EQ(api::to_json(db.plan().status), status);
    EXPECT_EQ(db.view().previous, db.plan().status);
}

TEST(PlanCluster, keeps_the_beginning_of_a_wait) {
    TestCluster db;
    db.unready("db-1");
    const Plan first = db.plan();
    db.edit(kube::kinds::bg_cluster, "db",
            [&](Json& json) { json["status"] = api::to_json(first.status); });
    db.later(std::chrono::minutes(3));

    EXPECT_EQ(db.plan().waits, first.waits);
    EXPECT_EQ(db.plan().look_again, first.waits[0].deadline);
}

TEST(PlanCluster, tells_when_a_deadline_has_passed) {
    TestCluster db;
    db.unready("db-1");
    const Json status = api::to_json(db.plan().status);
    db.edit(kube::kinds::bg_cluster, "db", [&](Json& json) { json["status"] = status; });
    db.later(std::chrono::minutes(30));

    const api::Condition progressing = db.plan().status.conditions[2];
    EXPECT_EQ(progressing.reason, "DeadlineExceeded");
    EXPECT_EQ(progressing.message, "db-1 is not ready");
}

TEST(Status, of_a_spec_that_never_was_valid_promises_nothing) {
    Facts facts;
    facts.resource = kube::Object(
        Json{{"metadata", {{"name", "db"}, {"namespace", "shop"}, {"uid", "u"}, {"generation", 1}}},
             {"spec", {{"instances", "three"}}}});
    const api::ClusterStatus status = plan_cluster(read_view(facts)).status;

    EXPECT_EQ(status.conditions[1].reason, "Invalid");
    EXPECT_EQ(status.conditions[2].reason, "NoValidSpec");
    EXPECT_EQ(status.services.primary, "");
}

TEST(Status, names_members_roles_and_services) {
    TestCluster db;
    db.synchronous("db-1");
    const api::ClusterStatus status = db.plan().status;

    EXPECT_EQ(status.primary, "db-0");
    EXPECT_EQ(status.ready, "3/3");
    ASSERT_EQ(status.members.size(), 3U);
    EXPECT_EQ(status.members[0].role, api::MemberRole::primary);
    EXPECT_EQ(status.members[1].role, api::MemberRole::synchronous);
    EXPECT_EQ(status.members[2].lag, api::LagClass::under_1mi);
    EXPECT_EQ(status.services.primary, "db.shop.svc:5432");
    EXPECT_EQ(status.conditions[0].type, "Ready");
    EXPECT_EQ(status.conditions[0].status, api::ConditionStatus::is_true);
}

TEST(Status, says_who_may_lead_in_synchronous_mode_and_how_a_person_decides_otherwise) {
    TestCluster db;
    db.synchronous("db-1").dcs("db-leader", {{"leader", ""}});
    db.without(kube::kinds::pod, "db-0").without(kube::kinds::pod, "db-1");
    EXPECT_NE(db.plan().status.conditions[0].message.find("patronictl failover --candidate db-2"),
              std::string::npos)
        << db.plan().status.conditions[0].message;

    TestCluster led_by_the_standby;
    led_by_the_standby.synchronous("db-1").dcs("db-leader", {{"leader", ""}});
    led_by_the_standby.without(kube::kinds::pod, "db-0");
    EXPECT_EQ(led_by_the_standby.plan().status.conditions[0].message, "no member leads");
}

TEST(Status, is_not_ready_where_clients_find_nobody) {
    TestCluster db;
    db.without(kube::kinds::service, "db");
    db.facts().foreign[{kube::kinds::service, "shop", "db"}] = "uid-of-another";
    const api::Condition ready = db.plan().status.conditions[0];

    EXPECT_EQ(ready.reason, "NoService");
    EXPECT_EQ(ready.message, "Service shop/db is missing or another's: no client finds db-0 by it");
}

TEST(Status, says_why_of_every_condition_that_is_not_true) {
    TestCluster settled;
    TestCluster unready;
    unready.unready("db-1");
    for (const api::ClusterStatus& status : {settled.plan().status, unready.plan().status}) {
        for (const api::Condition& condition : status.conditions) {
            EXPECT_FALSE(condition.status == api::ConditionStatus::is_false &&
                         condition.message.empty())
                << condition.type << " " << condition.reason;
        }
    }
}

TEST(Status, stands_still_under_traffic) {
    TestCluster db;
    const Json status = api::to_json(db.plan().status);
    db.edit(kube::kinds::bg_cluster, "db", [&](Json& json) { json["status"] = status; });
    db.member_says("db-0", {{"xlog_location", 67208864}});

    EXPECT_EQ(api::to_json(db.plan().status), status);
}

TEST(Status, warns_of_an_old_patroni) {
    TestCluster db;
    db.member_says("db-0", {{"version", "3.0.2"}, {"role", "master"}});

    EXPECT_EQ(db.plan().status.conditions.back().type, "PatroniOutdated");
}

TEST(TearDown, goes_in_order_and_keeps_what_the_data_needs) {
    TestCluster db;
    db.being_deleted(kube::kinds::bg_cluster, "db");
    std::vector<std::string> removed;
    for (int round = 0; round < 30 && !db.steps().empty(); ++round) {
        const Plan plan = db.plan();
        ASSERT_EQ(plan.steps.size(), 1U);
        removed.push_back(describe(plan.steps[0].effect));
        if (std::holds_alternative<PatchObject>(plan.steps[0].effect)) {
            db.perform(plan.steps[0].effect);
            continue;
        }
        if (const auto* object = std::get_if<DeleteObject>(&plan.steps[0].effect)) {
            EXPECT_EQ(object->resource_version,
                      db.facts().objects.at(object->ref).resource_version());
            db.facts().objects.erase(object->ref);
            if (object->ref.kind == kube::kinds::stateful_set) {
                EXPECT_EQ(db.waits(), texts({"db-0 is stopping"}));
                for (const char* const pod : {"db-0", "db-1", "db-2"}) {
                    db.without(kube::kinds::pod, pod);
                }
            }
            continue;
        }
        break;
    }
    EXPECT_EQ(removed, texts({"DeleteObject StatefulSet db", "DeleteObject PodDisruptionBudget db",
                              "DeleteObject Service db", "DeleteObject Service db-headless",
                              "DeleteObject Service db-repl", "DeleteObject RoleBinding db",
                              "DeleteObject Role db", "DeleteObject ServiceAccount db",
                              "DeleteObject ConfigMap db-patroni",
                              "PatchObject PersistentVolumeClaim pgdata-db-0: say what it holds",
                              "PatchObject PersistentVolumeClaim pgdata-db-1: say what it holds",
                              "PatchObject PersistentVolumeClaim pgdata-db-2: say what it holds",
                              "DeleteObject ConfigMap db-accepted-spec", "DropFinalizer"}));
    EXPECT_TRUE(db.facts().objects.contains({kube::kinds::secret, "shop", "db"}));
    EXPECT_TRUE(
        db.facts().objects.contains({kube::kinds::persistent_volume_claim, "shop", "pgdata-db-0"}));
}

TEST(TearDown, is_held_by_protection_until_the_name_is_repeated) {
    TestCluster db;
    db.asks("instances: 3\ndeletionProtection: true\n")
        .being_deleted(kube::kinds::bg_cluster, "db");
    EXPECT_EQ(db.steps(), texts({}));
    EXPECT_EQ(db.plan().status.phase, api::Phase::running);
    EXPECT_EQ(db.plan().status.conditions.back().type, "DeletionHeld");
    EXPECT_NE(db.plan().status.conditions.back().message.find("bestgres.io/confirm-deletion=db"),
              std::string::npos);

    db.stale("db-1");
    EXPECT_EQ(db.steps(), texts({"EvictPod db-1"})) << "meanwhile everything goes on";
    TestCluster without_finalizer = db;
    without_finalizer.edit(kube::kinds::bg_cluster, "db",
                           [](Json& json) { json["metadata"]["finalizers"] = {"example.com/x"}; });
    EXPECT_EQ(without_finalizer.steps(), texts({"EvictPod db-1"})) << "none can be added any more";

    const auto confirm = [&db](const char* name) {
        db.edit(kube::kinds::bg_cluster, "db", [name](Json& json) {
            json["metadata"]["annotations"]["bestgres.io/confirm-deletion"] = name;
        });
    };
    confirm("another");
    EXPECT_EQ(db.steps(), texts({"EvictPod db-1"}));
    confirm("db");
    EXPECT_EQ(db.steps(), texts({"DeleteObject StatefulSet db"}));
}

TEST(TearDown, removes_volumes_where_the_user_says_so) {
    TestCluster db(
        "instances: 1\n"
        "volumeSpec: {persistentVolumeSize: 1Gi, retention: {whenDeleted: Delete}}\n");
    db.being_deleted(kube::kinds::bg_cluster, "db");
    for (const kube::Kind& kind :
         {kube::kinds::stateful_set, kube::kinds::service, kube::kinds::role_binding,
          kube::kinds::role, kube::kinds::service_account}) {
        std::erase_if(db.facts().objects,
                      [&](const auto& entry) { return entry.first.kind == kind; });
    }
    db.without(kube::kinds::pod, "db-0").without(kube::kinds::config_map, "db-patroni");

    EXPECT_EQ(db.steps(), texts({"DeleteObject PersistentVolumeClaim pgdata-db-0"}));
}

// Whatever is wrong with a cluster, some sentences hold for every plan.
RC_GTEST_PROP(PlanCluster, never_breaks_its_promises, ()) {
    TestCluster db("instances: 3\n");
    db.leads("db-" + std::to_string(*rc::gen::inRange(0, 3)));
    for (int member = 0; member < 3; ++member) {
        const std::string pod = "db-" + std::to_string(member);
        switch (*rc::gen::inRange(0, 8)) {
            case 0:
                db.stale(pod);
                break;
            case 1:
                db.unready(pod);
                break;
            case 2:
                db.pending_restart(pod, nullptr);
                break;
            case 3:
                db.being_deleted(kube::kinds::persistent_volume_claim, "pgdata-" + pod);
                break;
            case 4:
                db.stale(pod).not_running(pod);
                break;
            default:
                break;
        }
    }
    if (*rc::gen::arbitrary<bool>()) {
        db.asks("instances: " + std::to_string(*rc::gen::inRange(1, 4)) + "\n");
    }
    if (*rc::gen::arbitrary<bool>()) {
        db.fresh();
    }
    const ClusterView view = db.view();
    const Plan plan = db.plan();

    int disruptive = 0;
    for (std::size_t index = 0; index < plan.steps.size(); ++index) {
        const bool disrupts = is_disruptive(plan.steps[index].effect);
        disruptive += disrupts ? 1 : 0;
        RC_ASSERT((!disrupts || index + 1 == plan.steps.size()));
        RC_ASSERT(!plan.steps[index].because.empty());
        if (const std::string taken = pod_taken(plan.steps[index].effect); !taken.empty()) {
            const Member* const primary = view.primary();
            // The leader's pod goes only where there is nobody to hand over to, ever.
            const bool leads = primary != nullptr && primary->name == taken;
            const bool alone = view.members.size() == 1;
            RC_ASSERT((!leads || alone));
            // Who serves is evicted, so that the budget is asked.
            RC_ASSERT((view.member(taken)->ready ==
                       std::holds_alternative<EvictPod>(plan.steps[index].effect)));
        }
        if (const auto* over = std::get_if<Switchover>(&plan.steps[index].effect)) {
            RC_ASSERT(is_healthy(view, *view.member(over->candidate)));
        }
    }
    RC_ASSERT(disruptive <= 1);
    for (const api::WaitingStatus& wait : plan.waits) {
        RC_ASSERT((!wait.because.empty() && wait.deadline.has_value()));
    }
}

}  // namespace
}  // namespace bestgres::plan
