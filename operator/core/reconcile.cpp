// One pass over one cluster: observe, plan, choose what to do first.
#include <algorithm>
#include <exception>
#include <utility>

#include "lib/base/hash.hpp"
#include "lib/kube/workload.hpp"
#include "operator/api/cluster.hpp"
#include "operator/api/cluster_words.hpp"
#include "operator/api/operation.hpp"
#include "operator/api/sharded.hpp"
#include "operator/api/sharded_operation.hpp"
#include "operator/core/neighbours.hpp"
#include "operator/core/operator_core.hpp"
#include "operator/core/request.hpp"
#include "operator/manifests/names.hpp"
#include "operator/plan/health.hpp"
#include "operator/plan/plan_cluster.hpp"

namespace bestgres::core {
namespace {

kube::Ref resource_ref(const ClusterKey& key) {
    return {kube::kinds::bg_cluster, key.ns, key.name};
}

constexpr std::size_t kept_memories = 32;  // of clusters

// A healthy member that has not been asked since it was ready: one look an incarnation, for what
// it alone can tell, as the version of its PostgreSQL.
bool has_stranger(const plan::ClusterView& view, const ClusterWork& work) {
    return std::ranges::any_of(view.members, [&](const plan::Member& member) {
        return member.has_pod() && member.ready && plan::is_healthy(view, member) &&
               !work.asked.contains(std::string(member.pod.uid()));
    });
}

}  // namespace

void OperatorCore::settle(const ClusterKey& key, Instant due) {
    ClusterWork& work = works_[key];
    work.stage = ClusterWork::Stage::idle;
    work.step.reset();
    work.rest.clear();
    work.awaited = 0;
    queue_.add(key, due);
}

void OperatorCore::reconcile(const ClusterKey& key, Turn& turn) {
    const bool exists = store_.find(resource_ref(key)) != nullptr;
    if (!exists && operations_of(key, turn.now).empty()) {
        works_.erase(key);
        return;
    }
    if (works_[key].stage != ClusterWork::Stage::idle) {
        give_up_if_overtaken(key, turn);
        return;  // whatever comes of it, this cluster is looked at again then
    }
    if (!exists) {
        reconcile_orphans(key, turn);
        return;
    }
    if (works_[key].must_look) {
        begin_look(key, std::nullopt, turn);
        return;
    }
    if (std::optional<Planned> planned = make_plan(key, false, turn)) {
        choose(key, *std::move(planned), turn);
    }
}

plan::Facts OperatorCore::observe(const ClusterKey& key, bool fresh, Turn& turn) {
    ClusterWork& work = works_[key];
    plan::Facts facts;
    facts.now = turn.now;
    facts.fresh = fresh;
    facts.resource = store_.find(resource_ref(key))->object;
    const auto take = [this, &facts](const kube::Ref& ref) {
        const Store::Entry* const entry = store_.find(ref);
        facts.objects.emplace(ref, entry->object);
        facts.unchanged_since.emplace(ref, entry->since);
        if (entry->text != nullptr) {
            facts.texts.emplace(ref, entry->text);
        }
        if (entry->stands_as != 0) {
            facts.standing.emplace(ref, entry->stands_as);
        }
    };
    for (const kube::Ref& ref : store_.of_cluster(key)) {
        if (ref.kind != kube::kinds::bg_cluster && ref.kind != kube::kinds::bg_db_ops &&
            ref.kind != kube::kinds::bg_sharded_cluster &&
            ref.kind != kube::kinds::bg_sharded_db_ops) {
            take(ref);
        }
    }
    std::ranges::for_each(store_.shared_with(key), take);
    observe_neighbours(store_, key, facts);
    const kube::Ref secret{kube::kinds::secret, key.ns,
                           manifests::secret_name(key.name, store_.group_of(key))};
    if (facts.objects.contains(secret)) {
        work.passwords.reset();
    } else if (!work.passwords && entropy_.size() >= password_entropy) {
        work.passwords = make_passwords(entropy_);
        entropy_.erase(0, password_entropy);
    }
    const auto is_gone = [&facts](const std::string& uid) {
        return std::ranges::none_of(facts.objects, [&uid](const auto& entry) {
            return entry.first.kind == kube::kinds::pod && entry.second.uid() == uid;
        });
    };
    std::erase_if(work.asked, is_gone);
    std::erase_if(work.server_versions,
                  [&is_gone](const auto& entry) { return is_gone(entry.first); });
    facts.settled = work.settled;
    for (const auto& [ref, stranger] : work.foreign) {
        if (turn.now < stranger.proven + proof_of_a_stranger_holds) {
            facts.foreign.emplace(ref, stranger.uid);
        }
    }
    if (turn.now < work.mounts.seen + mounts_hold) {
        facts.mounted = work.mounts.pods;
    }
    facts.rest = work.rest;
    facts.operator_image = settings_.operator_image;
    facts.passwords = work.passwords;
    facts.ledger = work.ledger;
    facts.sqlstate = work.sqlstate;
    facts.failure = work.failure;
    facts.decisions = work.decisions;
    facts.server_versions = work.server_versions;
    facts.operations = operations_of(key, turn.now);
    facts.operations_known = knows_operations(turn.now);
    facts.operation_refused = work.operation_refused;
    facts.memory = work.memory;
    return facts;
}

// Of the clusters that were planned for last: what it saves is work of passes that follow each
// other closely, and a tenth of the memory of a fleet at rest would be spent on it.
void OperatorCore::remember(const ClusterKey& key, const plan::Memory& memory) {
    ClusterWork& work = works_[key];
    work.memory = memory;
    if (std::exchange(work.is_remembered, true)) {
        return;
    }
    remembered_.push_back(key);
    if (remembered_.size() > kept_memories) {
        if (const auto oldest = works_.find(remembered_.front()); oldest != works_.end()) {
            oldest->second.memory = {};
            oldest->second.is_remembered = false;
        }
        remembered_.pop_front();
    }
}

// A hostile or broken object must not stop other clusters: whatever it makes planning throw is
// this cluster's failure alone.
std::optional<OperatorCore::Planned> OperatorCore::make_plan(const ClusterKey& key, bool fresh,
                                                             Turn& turn) {
    ++metrics_.plans;
    try {
        Planned planned;
        planned.view = plan::read_view(observe(key, fresh, turn));
        remember(key, planned.view.memory);
        for (const auto& [ref, manifest_hash] : planned.view.found_standing) {
            store_.found_standing(ref, manifest_hash);
        }
        planned.plan = plan::plan_cluster(planned.view);
        planned.operations = plan::plan_operations(planned.view, planned.plan);
        return planned;
    } catch (const std::exception& error) {
        failed(key, {.message = std::string("plan: ") + error.what()}, turn);
        return std::nullopt;
    }
}

void OperatorCore::choose(const ClusterKey& key, Planned planned, Turn& turn) {
    ClusterWork& work = works_[key];
    const plan::Plan& plan = planned.plan;
    work.phase = planned.plan.status.phase ? api::word(*plan.status.phase) : "";
    const bool invalid = !planned.view.problems.empty();
    if (invalid && !work.spec_was_invalid) {
        announce(key,
                 {.warning = true,
                  .reason = "SpecInvalid",
                  .message = api::to_string(planned.view.problems)},
                 turn);
    }
    work.spec_was_invalid = invalid;
    const bool may_step = !plan.steps.empty() && turn.now >= work.not_before;
    // A failure is told before it is tried again.
    if (status_is_due(work, planned) && (!may_step || work.failures > 0)) {
        write_status(key, planned, turn);
        return;
    }
    if (may_step && work.is_new_to_us) {
        begin_look(key, std::nullopt, turn);
        return;
    }
    if (may_step) {
        start(key, plan.steps.front(), planned, turn);
        return;
    }
    if (operate(key, planned, turn)) {
        return;
    }
    const Instant question_due = std::max(work.not_before, work.question_not_before);
    const bool has_question = plan.steps.empty() && has_stranger(planned.view, work);
    if (!plan.steps.empty()) {
        queue_.add(key, work.not_before);
    } else if (has_question && turn.now >= question_due) {
        begin_look(key, std::nullopt, turn);
        return;
    } else if (!work.failure.empty()) {
        // What failed is not wanted any more, or was done after all: the status complains no
        // longer.
        work.failure.clear();
        work.failures = 0;
        settle(key, turn.now);
        return;
    }
    if (has_question) {
        queue_.add(key, question_due);
    }
    if (plan.look_again) {
        queue_.add(key, *plan.look_again);
    }
}

bool OperatorCore::status_is_due(const ClusterWork& work, const Planned& planned) const {
    if (planned.view.previous == planned.plan.status) {
        return false;
    }
    // What the server made of the very same status may read differently: writing it again would
    // change nothing.
    const std::uint64_t wanted = hash_json(api::to_json(planned.plan.status));
    const std::uint64_t got = hash_json(object_at(planned.view.resource().json(), {"status"}));
    return work.status_wanted != wanted || work.status_got != got;
}

void OperatorCore::write_status(const ClusterKey& key, const Planned& planned, Turn& turn) {
    ClusterWork& work = works_[key];
    Json json = planned.view.resource().json();
    json["metadata"].erase("managedFields");
    json["status"] = api::to_json(planned.plan.status);
    work.status_wanted = hash_json(json["status"]);
    work.stage = ClusterWork::Stage::writing_status;
    ++metrics_.status_writes;
    Pending pending;
    pending.purpose = Purpose::status;
    pending.key = key;
    call_kube(std::move(pending),
              kube::Replace{kube::kinds::bg_cluster, kube::Object(std::move(json)), "status"},
              turn);
}

void OperatorCore::on_status(const ClusterKey& key, const kube::Answer& answer, Turn& turn) {
    ClusterWork& work = works_[key];
    work.stage = ClusterWork::Stage::idle;
    if (answer.outcome.ok()) {
        work.status_conflicts = 0;
        if (const auto* object = std::get_if<kube::Object>(&*answer.outcome)) {
            work.status_got = hash_json(object_at(object->json(), {"status"}));
            store_.put(resource_ref(key), *object, turn.now);
            wake_sharded(key, turn);  // the watch tells nothing new
        }
        settle(key, turn.now);
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
                                    {{"cluster", to_string(key)}, {"error", error.message}}});
    }
    settle(key, turn.now +
                    (ordinary ? std::chrono::milliseconds(300) : std::chrono::milliseconds(5000)));
}

void OperatorCore::announce(const ClusterKey& key, plan::Announce notice, Turn& turn) {
    announce_about(resource_ref(key), std::move(notice), turn);
}

void OperatorCore::announce_about(const kube::Ref& resource, plan::Announce notice, Turn& turn) {
    const Store::Entry* const entry = store_.find(resource);
    if (entry == nullptr || shutting_down_ || !leader_.may_act(turn.now)) {
        return;
    }
    Pending pending;
    pending.purpose = Purpose::announce;
    pending.key = {resource.ns, resource.name};
    call_kube(
        std::move(pending),
        event_for(entry->object,
                  {notice.warning, std::move(notice.reason), std::move(notice.message)}, turn.now),
        turn);
}

}  // namespace bestgres::core
