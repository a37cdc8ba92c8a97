// One step for a BGShardedCluster. What can take something away is done only when a plan over fresh
// reads, of the API server first and of Citus after it, still begins with it.
#include <algorithm>

#include "operator/core/operator_core.hpp"
#include "operator/core/sharded_request.hpp"
#include "operator/manifests/labels.hpp"
#include "operator/manifests/names.hpp"
#include "operator/plan/decisions.hpp"

namespace bestgres::core {
namespace {

using ShardedStage = ShardedWork::Stage;

constexpr Duration citus_answers_within = std::chrono::seconds(20);
constexpr Duration moves_pause = std::chrono::minutes(5);

std::string first_words(std::string_view text) {
    return std::string(text.substr(0, std::min(text.find('\n'), std::size_t{300})));
}

void record_sharded_decision(ShardedWork& work, Instant now, std::string_view how) {
    plan::remember(work.decisions, {.time = Instant{now.ns - now.ns % 1'000'000'000},
                                    .rule = std::string(to_string(work.step->rule)),
                                    .effect = plan::describe(work.step->effect) + std::string(how),
                                    .because = work.step->because});
}

// A rebalance that had nothing to move gives no job.
bool began_nothing(const plan::ShardedStep& step, const postgres::Rows& rows) {
    if (step.rule != plan::ShardedRule::rebalance || rows.of_statement.empty()) {
        return false;
    }
    const std::vector<postgres::Row>& last = rows.of_statement.back();
    return last.empty() || last.front().empty() || !last.front().front() ||
           *last.front().front() == "0" || last.front().front()->empty();
}

}  // namespace

// Without a step the resource alone is read.
void OperatorCore::look_at_sharded(const ClusterKey& key,
                                   const std::optional<plan::ShardedStep>& step, Turn& turn) {
    ShardedWork& work = sharded_works_[key];
    work.stage = ShardedStage::looking;
    work.step = step;
    work.look_failed = false;
    work.must_look = false;
    work.awaited = 0;
    ++metrics_.looks;
    const auto ask = [&](const kube::Ref& ref, kube::Call call, bool of_scopes = false) {
        Pending pending;
        pending.purpose = Purpose::sharded_look;
        pending.key = key;
        pending.ref = ref;
        pending.of_scopes = of_scopes;
        ++work.awaited;
        call_kube(std::move(pending), std::move(call), turn);
    };
    const kube::Ref resource{kube::kinds::bg_sharded_cluster, key.ns, key.name};
    ask(resource, look_up(resource));
    const auto called = step ? manifests::group_called(step->group) : std::nullopt;
    if (!called) {
        return;
    }
    const kube::Ref child{kube::kinds::bg_cluster, key.ns, step->group};
    ask(child, look_up(child));
    ask({kube::kinds::pod, key.ns, step->group},
        kube::List{kube::kinds::pod, key.ns, manifests::pod_selector_text(step->group), ""});
    const api::CitusSpec citus{.scope = key.name, .group = called->group, .database = ""};
    ask({kube::kinds::config_map, key.ns, step->group},
        kube::List{kube::kinds::config_map, key.ns, manifests::scope_selector_text(citus), ""},
        true);
}

void OperatorCore::on_sharded_look(const Pending& pending, const kube::Answer& answer, Turn& turn) {
    ShardedWork& work = sharded_works_[pending.key];
    if (work.stage != ShardedStage::looking) {
        return;
    }
    if (answer.outcome.ok()) {
        if (const auto* listing = std::get_if<kube::Listing>(&*answer.outcome)) {
            const ClusterKey owner{pending.key.ns, pending.ref.name};
            wake(store_.replace({.kind = pending.ref.kind,
                                 .ns = pending.key.ns,
                                 .cluster = &owner,
                                 .of_scopes = pending.of_scopes},
                                {.items = listing->items, .version = listing->resource_version},
                                turn.now),
                 turn);
        }
    } else {
        work.look_failed = true;
        work.failure = "fresh look: " + answer.outcome.error().message;
    }
    if (--work.awaited > 0) {
        return;
    }
    if (work.look_failed) {
        sharded_failed(pending.key, {.message = work.failure}, turn);
        return;
    }
    if (!work.step || store_.find({kube::kinds::bg_sharded_cluster, pending.key.ns,
                                   pending.key.name}) == nullptr) {
        settle_sharded(pending.key, turn.now);
        return;
    }
    if (const std::optional<PlannedSharded> planned = plan_of_sharded(pending.key, turn)) {
        ask_citus(pending.key, *planned, turn);
    }
}

// Every group with a primary says what its own copy of the metadata says.
void OperatorCore::ask_citus(const ClusterKey& key, const PlannedSharded& planned, Turn& turn) {
    ShardedWork& work = sharded_works_[key];
    work.stage = ShardedStage::asking;
    work.awaited = 0;
    work.arriving.clear();
    work.silence.clear();
    work.asked_as = planned.view.ground;
    // A rebalance that is about to begin rests on what it would move, too.
    const bool begins = work.step && work.step->rule == plan::ShardedRule::rebalance;
    work.asked_for_moves =
        (planned.plan.ask_for_moves || begins) && turn.now >= work.moves_not_before;
    for (const plan::ShardGroup& group : planned.view.groups) {
        if (!planned.view.spec || !group.leader) {
            continue;
        }
        Pending pending;
        pending.purpose = Purpose::sharded_ask;
        pending.key = key;
        pending.group = group.number;
        pending.pod_uid = group.leader->uid;
        ++work.awaited;
        const plan::CitusQuestion question{.of_coordinator = group.number == 0,
                                           .moves = group.number == 0 && work.asked_for_moves,
                                           .strategy = planned.view.spec->rebalance.strategy};
        postgres::Call call =
            citus_call(planned.view, *group.leader, plan::citus_statements(question));
        call.deadline = citus_answers_within;
        turn.out.sql_calls.push_back({expect(std::move(pending)), std::move(call), "ask citus"});
    }
    if (work.awaited == 0) {
        conclude_citus(key, turn);
    }
}

void OperatorCore::on_citus(const Pending& pending, const postgres::Answer& answer, Turn& turn) {
    ShardedWork& work = sharded_works_[pending.key];
    if (work.stage != ShardedStage::asking) {
        return;
    }
    const bool with_moves = pending.group == 0 && work.asked_for_moves;
    if (answer.outcome.ok()) {
        const plan::CitusQuestion question{.of_coordinator = pending.group == 0,
                                           .moves = with_moves};
        if (std::optional<plan::CitusReading> reading =
                plan::read_citus(question, *answer.outcome)) {
            reading->at = turn.now;
            reading->pod_uid = pending.pod_uid;
            work.arriving[pending.group] = *std::move(reading);
        }
    } else {
        work.moves_not_before = with_moves ? turn.now + moves_pause : work.moves_not_before;
        if (work.silence.empty()) {
            work.silence = first_words(answer.outcome.error().message);
        }
    }
    if (--work.awaited == 0) {
        conclude_citus(pending.key, turn);
    }
}

void OperatorCore::conclude_citus(const ClusterKey& key, Turn& turn) {
    ShardedWork& work = sharded_works_[key];
    work.readings = std::move(work.arriving);
    work.arriving.clear();
    work.read_as = work.asked_as;
    work.ask_not_before = turn.now + pause_between_questions;
    if (!work.step) {
        settle_sharded(key, turn.now);
        return;
    }
    const plan::ShardedStep wanted = *work.step;
    const std::optional<PlannedSharded> planned = plan_of_sharded(key, turn);
    if (!planned) {
        return;
    }
    const std::vector<plan::ShardedStep>& steps = planned->plan.steps;
    // What the status says of a removal has to stand before the next thing is done about it.
    const bool told = planned->plan.status.removal == planned->view.previous.removal;
    if (told && !steps.empty() && steps.front().rule == wanted.rule &&
        plan::same_intent(steps.front().effect, wanted.effect)) {
        work.step = steps.front();
        perform_sharded(key, *planned, turn);
        return;
    }
    work.not_before = turn.now + reconsider_after;
    settle_sharded(key, turn.now);
}

void OperatorCore::perform_sharded(const ClusterKey& key, const PlannedSharded& planned,
                                   Turn& turn) {
    ShardedWork& work = sharded_works_[key];
    if (shutting_down_ || !leader_.may_act(turn.now)) {
        settle_sharded(key, turn.now);
        return;
    }
    work.stage = ShardedStage::acting;
    work.spread = planned.view.spread;
    Pending pending;
    pending.purpose = Purpose::sharded_act;
    pending.key = key;
    Request request = sharded_request(work.step->effect, planned.view);
    pending.writes = std::holds_alternative<kube::Call>(request);
    const std::uint64_t id = expect(std::move(pending));
    const std::string_view site = to_string(work.step->rule);
    turn.out.begun.push_back(
        {to_string(key), site, plan::describe(work.step->effect), work.step->because});
    if (auto* const call = std::get_if<kube::Call>(&request)) {
        turn.out.kube_calls.push_back({id, std::move(*call), site});
    } else {
        turn.out.sql_calls.push_back({id, std::get<postgres::Call>(std::move(request)), site});
    }
}

// Who waits for the object hears of it here: the watch brings nothing that is not known then.
void OperatorCore::on_sharded_act(const Pending& pending, const kube::Answer& answer, Turn& turn) {
    const ClusterKey& key = pending.key;
    ShardedWork& work = sharded_works_[key];
    if (work.stage != ShardedStage::acting || !work.step) {
        return;
    }
    if (!answer.outcome.ok()) {
        const kube::Error& error = answer.outcome.error();
        sharded_failed(key,
                       {.message = error.message,
                        .unknown = error.applied == kube::Applied::unknown,
                        .harmless = error.applied == kube::Applied::no &&
                                    (error.code == kube::ErrorCode::conflict ||
                                     error.code == kube::ErrorCode::not_found),
                        .retry_after = error.retry_after},
                       turn);
        return;
    }
    if (const auto* const object = std::get_if<kube::Object>(&*answer.outcome)) {
        if (const std::optional<kube::Ref> ref = plan::ref_of(*object)) {
            store_.put(*ref, *object, turn.now);
            wake(store_.concerned_by_existence(*ref, *object), turn);
        }
    } else if (const auto* remove = std::get_if<plan::DeleteObject>(&work.step->effect)) {
        if (const Store::Entry* const entry = store_.find(remove->ref)) {
            const std::set<ClusterKey> concerned =
                store_.concerned_by_existence(remove->ref, entry->object);
            store_.bury(remove->ref, remove->uid);
            wake(concerned, turn);
        }
    }
    sharded_succeeded(key, turn);
}

void OperatorCore::on_citus_command(const ClusterKey& key, const postgres::Answer& answer,
                                    Turn& turn) {
    ShardedWork& work = sharded_works_[key];
    if (work.stage != ShardedStage::acting || !work.step) {
        return;
    }
    work.read_as = 0;  // what was read before it says nothing any more
    if (!answer.outcome.ok()) {
        const postgres::Failure& failure = answer.outcome.error();
        sharded_failed(key, {.message = first_words(failure.message), .unknown = failure.unknown},
                       turn);
        return;
    }
    if (began_nothing(*work.step, *answer.outcome)) {
        work.balanced_as = work.spread;
    }
    sharded_succeeded(key, turn);
}

void OperatorCore::sharded_succeeded(const ClusterKey& key, Turn& turn) {
    ShardedWork& work = sharded_works_[key];
    const plan::ShardedStep step = *work.step;
    const std::string effect = plan::describe(step.effect);
    ++metrics_.steps[std::string(plan::name_of(step.effect))];
    turn.out.records.push_back({Severity::info,
                                "step performed",
                                {{"sharded", to_string(key)},
                                 {"rule", std::string(to_string(step.rule))},
                                 {"effect", effect},
                                 {"because", step.because}}});
    work.failure.clear();
    work.failures = 0;
    const bool is_journal = std::holds_alternative<plan::JournalShardedOperation>(step.effect);
    work.repetitions =
        !is_journal && effect == work.last_command ? std::min(work.repetitions + 1, 8U) : 0;
    work.last_command = effect;
    const bool is_citus = std::holds_alternative<plan::RunCitus>(step.effect);
    const Duration pause = first_repetition * (std::int64_t{1} << work.repetitions);
    work.not_before = is_citus || work.repetitions > 0
                          ? turn.now + std::min(pause, longest_repetition)
                          : turn.now;
    // What an operation writes down it says itself.
    if (!is_journal) {
        record_sharded_decision(work, turn.now, "");
        announce_sharded(key,
                         {.warning = false,
                          .reason = std::string(plan::name_of(step.effect)),
                          .message = effect + ": " + step.because},
                         turn);
    }
    settle_sharded(key, turn.now);
}

void OperatorCore::sharded_failed(const ClusterKey& key, const StepFailure& failure, Turn& turn) {
    ShardedWork& work = sharded_works_[key];
    work.failures = std::min(work.failures + 1, 20U);
    const Duration pause =
        std::min(first_pause * (std::int64_t{1} << std::min(work.failures - 1, 8U)), longest_pause);
    work.not_before = turn.now + std::max(failure.retry_after.value_or(Duration::zero()), pause);
    if (failure.unknown && work.step) {
        record_sharded_decision(work, turn.now, plan::outcome_unknown);
    }
    const std::string effect = work.step ? plan::describe(work.step->effect) : "plan";
    if (!failure.harmless) {
        ++metrics_.failures[work.step ? std::string(plan::name_of(work.step->effect)) : effect];
        turn.out.records.push_back(
            {Severity::warning,
             "step failed",
             {{"sharded", to_string(key)}, {"effect", effect}, {"error", failure.message}}});
        const std::string message = effect + ": " + failure.message;
        if (work.failure != message) {
            announce_sharded(key, {.warning = true, .reason = "StepFailed", .message = message},
                             turn);
        }
        work.failure = message;
    }
    settle_sharded(key, work.not_before);
}

}  // namespace bestgres::core
