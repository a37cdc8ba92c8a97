// One pass over one BGShardedCluster: observe, plan, choose what to do first. Its groups are
// BGClusters and reconciled as such; this writes their specs, asks Citus and tells it what to do.
#include <algorithm>
#include <exception>
#include <utility>

#include "lib/base/hash.hpp"
#include "operator/api/sharded.hpp"
#include "operator/core/neighbours.hpp"
#include "operator/core/operator_core.hpp"
#include "operator/core/request.hpp"

namespace bestgres::core {
namespace {

using ShardedStage = ShardedWork::Stage;

kube::Ref sharded_ref(const ClusterKey& key) {
    return {kube::kinds::bg_sharded_cluster, key.ns, key.name};
}

}  // namespace

bool OperatorCore::knows_sharded(Instant now) const {
    return std::ranges::any_of(informers_, [now](const Informer& one) {
        return one.spec().kind == kube::kinds::bg_sharded_cluster && one.current(now);
    });
}

void OperatorCore::wake_sharded(const ClusterKey& cluster, Turn& turn) {
    for (const ClusterKey& key : sharded_of(store_, cluster)) {
        sharded_queue_.add(key, turn.now);
    }
}

void OperatorCore::advance_sharded(Turn& turn) {
    if (!leader_.may_act(turn.now) || !current(turn.now) || !knows_sharded(turn.now)) {
        return;
    }
    for (const ClusterKey& key : sharded_queue_.take_due(turn.now)) {
        reconcile_sharded(key, turn);
    }
}

void OperatorCore::settle_sharded(const ClusterKey& key, Instant due) {
    ShardedWork& work = sharded_works_[key];
    work.stage = ShardedStage::idle;
    work.step.reset();
    work.awaited = 0;
    sharded_queue_.add(key, due);
}

void OperatorCore::reconcile_sharded(const ClusterKey& key, Turn& turn) {
    const bool exists = store_.find(sharded_ref(key)) != nullptr;
    if (!exists && !store_.with_sharded_operations().contains(key)) {
        sharded_works_.erase(key);
        return;
    }
    if (sharded_works_[key].stage != ShardedStage::idle) {
        return;  // whatever comes of it, it is looked at again then
    }
    if (!exists) {
        reconcile_sharded_orphans(key, turn);
        return;
    }
    if (sharded_works_[key].must_look) {
        look_at_sharded(key, std::nullopt, turn);
        return;
    }
    if (const std::optional<PlannedSharded> planned = plan_of_sharded(key, turn)) {
        choose_sharded(key, *planned, turn);
    }
}

std::optional<OperatorCore::PlannedSharded> OperatorCore::plan_of_sharded(const ClusterKey& key,
                                                                          Turn& turn) {
    const ShardedWork& work = sharded_works_[key];
    ++metrics_.plans;
    try {
        plan::ShardedFacts facts;
        facts.now = turn.now;
        facts.readings = work.readings;
        facts.read_as = work.read_as;
        facts.balanced_as = work.balanced_as;
        facts.failure = work.failure;
        facts.silence = work.silence;
        facts.decisions = work.decisions;
        observe_groups(store_, key, facts);
        if (knows_sharded_operations(turn.now)) {
            observe_sharded_operations(store_, key, facts);
        }
        PlannedSharded planned;
        planned.view = plan::read_sharded_view(std::move(facts));
        planned.plan = plan::plan_sharded(planned.view);
        return planned;
    } catch (const std::exception& error) {
        sharded_failed(key, {.message = std::string("plan: ") + error.what()}, turn);
        return std::nullopt;
    }
}

// The status comes first: a removal is written down before anything is done about it.
void OperatorCore::choose_sharded(const ClusterKey& key, const PlannedSharded& planned,
                                  Turn& turn) {
    ShardedWork& work = sharded_works_[key];
    const plan::ShardedPlan& plan = planned.plan;
    if (write_sharded_status(key, planned, turn)) {
        return;
    }
    if (plan.ask_at && turn.now >= std::max(*plan.ask_at, work.ask_not_before)) {
        ask_citus(key, planned, turn);
        return;
    }
    if (!plan.steps.empty() && turn.now >= work.not_before) {
        const plan::ShardedStep& step = plan.steps.front();
        if (plan::is_disruptive(step.effect)) {
            look_at_sharded(key, step, turn);
        } else {
            work.step = step;
            perform_sharded(key, planned, turn);
        }
        return;
    }
    if (!plan.steps.empty()) {
        sharded_queue_.add(key, work.not_before);
    } else if (!work.failure.empty()) {
        work.failure.clear();
        work.failures = 0;
        sharded_queue_.add(key, turn.now);
    }
    if (plan.ask_at) {
        sharded_queue_.add(key, std::max(*plan.ask_at, work.ask_not_before));
    }
    if (plan.look_again) {
        sharded_queue_.add(key, *plan.look_again);
    }
}

// Whether it is being written.
bool OperatorCore::write_sharded_status(const ClusterKey& key, const PlannedSharded& planned,
                                        Turn& turn) {
    ShardedWork& work = sharded_works_[key];
    const Json status = api::to_json(planned.plan.status);
    const std::uint64_t wanted = hash_json(status);
    const std::uint64_t got = hash_json(object_at(planned.view.resource().json(), {"status"}));
    const bool stands = planned.view.previous == planned.plan.status ||
                        (work.status_wanted == wanted && work.status_got == got);
    if (stands) {
        return false;
    }
    Json json = planned.view.resource().json();
    json["metadata"].erase("managedFields");
    json["status"] = status;
    work.status_wanted = wanted;
    work.stage = ShardedStage::writing_status;
    ++metrics_.status_writes;
    Pending pending;
    pending.purpose = Purpose::sharded_status;
    pending.key = key;
    call_kube(
        std::move(pending),
        kube::Replace{kube::kinds::bg_sharded_cluster, kube::Object(std::move(json)), "status"},
        turn);
    return true;
}

void OperatorCore::on_sharded_status(const ClusterKey& key, const kube::Answer& answer,
                                     Turn& turn) {
    ShardedWork& work = sharded_works_[key];
    if (answer.outcome.ok()) {
        work.status_conflicts = 0;
        if (const auto* object = std::get_if<kube::Object>(&*answer.outcome)) {
            work.status_got = hash_json(object_at(object->json(), {"status"}));
            store_.put(sharded_ref(key), *object, turn.now);
        }
        settle_sharded(key, turn.now);
        return;
    }
    const kube::Error& error = answer.outcome.error();
    const bool ordinary =
        error.code == kube::ErrorCode::conflict || error.code == kube::ErrorCode::not_found;
    work.status_wanted = 0;
    // Once the watch will tell of whoever wrote meanwhile; twice it does not.
    if (error.code == kube::ErrorCode::conflict && ++work.status_conflicts > 1) {
        work.must_look = true;
    }
    if (!ordinary) {
        turn.out.records.push_back({Severity::warning,
                                    "status not written",
                                    {{"sharded", to_string(key)}, {"error", error.message}}});
    }
    settle_sharded(
        key, turn.now + (ordinary ? std::chrono::milliseconds(300) : std::chrono::seconds(5)));
}

void OperatorCore::announce_sharded(const ClusterKey& key, plan::Announce notice, Turn& turn) {
    announce_about(sharded_ref(key), std::move(notice), turn);
}

}  // namespace bestgres::core
