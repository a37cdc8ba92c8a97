// One step: proof of absence where something is made, the call, and what its answer means. Every
// outcome is done, not done or unknown; unknown always means: read before anything else.
#include <algorithm>

#include "lib/base/hash.hpp"
#include "lib/base/overloaded.hpp"
#include "operator/core/operator_core.hpp"
#include "operator/core/request.hpp"
#include "operator/manifests/labels.hpp"
#include "operator/plan/bootstrap_sql.hpp"
#include "operator/plan/decisions.hpp"
#include "operator/plan/rules.hpp"
#include "operator/plan/wanted.hpp"

namespace bestgres::core {
namespace {

using Stage = ClusterWork::Stage;

// What people should find in the status and as an Event: not every applied object.
bool is_notable(const plan::Effect& effect) {
    return std::visit(
        Overloaded{[](const plan::ApplyObject&) { return false; },
                   [](const plan::AddFinalizer&) { return false; },
                   [](const plan::JournalOperation&) { return false; },
                   [](const plan::HoldOperation&) { return false; },
                   [](const plan::ReleaseOperation&) { return false; },
                   [](const plan::Announce&) { return false; }, [](const auto&) { return true; }},
        effect);
}

bool speaks_to_patroni(const plan::Effect& effect) {
    return std::holds_alternative<plan::Switchover>(effect) ||
           std::holds_alternative<plan::RestartPostgres>(effect) ||
           std::holds_alternative<plan::ReinitMember>(effect) ||
           std::holds_alternative<plan::PatchPatroniConfig>(effect);
}

// An object of the cluster, or, as the Secret of a scope, of what it belongs to. Without either
// label it is somebody else's.
bool is_of_the_same_cluster(const kube::Object& found, const plan::Effect& effect) {
    const kube::Object& written = *written_object(effect);
    const bool is_labelled = !found.label(manifests::cluster_label).empty() ||
                             !found.label(manifests::scope_label).empty();
    return is_labelled &&
           found.label(manifests::cluster_label) == written.label(manifests::cluster_label) &&
           found.label(manifests::scope_label) == written.label(manifests::scope_label);
}

// Ours by its annotation, and unknown to the caches only because somebody took its label away.
// Applying it brings that back.
bool lost_its_label(const kube::Object& found, const plan::Effect& effect) {
    const auto* const apply = std::get_if<plan::ApplyObject>(&effect);
    const std::string_view owner = found.annotation(manifests::owner_uid_key);
    return apply != nullptr && !owner.empty() &&
           owner == apply->object.annotation(manifests::owner_uid_key);
}

void record_decision(ClusterWork& work, const plan::Step& step,
                     std::pair<Instant, std::string_view> when_and_how) {
    const auto& [now, how] = when_and_how;
    plan::remember(work.decisions, {.time = Instant{now.ns - now.ns % 1'000'000'000},
                                    .rule = std::string(to_string(step.rule)),
                                    .effect = plan::describe(step.effect) + std::string(how),
                                    .because = step.because});
}

std::string first_line(std::string_view text) {
    return std::string(text.substr(0, std::min(text.find('\n'), std::size_t{300})));
}

}  // namespace

void OperatorCore::start(const ClusterKey& key, const plan::Step& step, const Planned& planned,
                         Turn& turn) {
    ClusterWork& work = works_[key];
    if (plan::is_disruptive(step.effect)) {
        begin_look(key, step, turn);
        return;
    }
    work.step = step;
    const bool makes = written_object(step.effect) != nullptr &&
                       planned.view.object(written_ref(step.effect)) == nullptr;
    if (!makes) {
        perform(key, planned.view, turn);
        return;
    }
    work.stage = Stage::proving;
    Pending pending;
    pending.purpose = Purpose::prove;
    pending.key = key;
    pending.ref = written_ref(step.effect);
    const kube::Ref ref = pending.ref;
    call_kube(std::move(pending), look_up(ref), turn);
}

void OperatorCore::perform(const ClusterKey& key, const plan::ClusterView& view, Turn& turn) {
    ClusterWork& work = works_[key];
    if (shutting_down_ || !leader_.may_act(turn.now)) {
        settle(key, turn.now);
        return;
    }
    work.stage = Stage::acting;
    work.acting_since = turn.now;
    if (speaks_to_patroni(work.step->effect)) {
        queue_.add(key, turn.now + overtaken_after);
    }
    Pending pending;
    pending.purpose = Purpose::act;
    pending.key = key;
    Request request = request_for(work.step->effect, view);
    pending.writes = std::holds_alternative<kube::Call>(request);
    const std::uint64_t id = expect(std::move(pending));
    const std::string_view site = to_string(work.step->rule);
    turn.out.begun.push_back(
        {to_string(key), site, plan::describe(work.step->effect), work.step->because});
    std::visit(Overloaded{[&](kube::Call& call) {
                              turn.out.kube_calls.push_back({id, std::move(call), site});
                          },
                          [&](patroni::Call& call) {
                              turn.out.patroni_calls.push_back({id, std::move(call), site});
                          },
                          [&](postgres::Call& call) {
                              turn.out.sql_calls.push_back({id, std::move(call), site});
                          }},
               request);
}

// A member that went away with its answer must not keep its cluster waiting for the deadline:
// meanwhile another one leads, and clients are still sent to the former leader.
void OperatorCore::give_up_if_overtaken(const ClusterKey& key, Turn& turn) {
    const ClusterWork& work = works_[key];
    if (work.stage != Stage::acting || !work.step || !speaks_to_patroni(work.step->effect)) {
        return;
    }
    if (turn.now < work.acting_since + overtaken_after) {
        queue_.add(key, work.acting_since + overtaken_after);
        return;
    }
    const std::optional<Planned> planned = make_plan(key, false, turn);
    if (!planned || !planned->view.spec) {
        return;
    }
    // Whatever else comes before it, as a new spec does.
    const plan::Opinion overtaken = plan::fence_stale_leader(planned->view);
    if (overtaken.steps.empty()) {
        return;
    }
    std::erase_if(pending_, [&key](const auto& entry) {
        return entry.second.purpose == Purpose::act && entry.second.key == key;
    });
    failed(key,
           {.message = plan::describe(work.step->effect) + ": no answer yet, and " +
                       overtaken.steps.front().because,
            .unknown = true},
           turn);
}

void OperatorCore::on_proof(const ClusterKey& key, const kube::Answer& answer, Turn& turn) {
    ClusterWork& work = works_[key];
    if (work.stage != Stage::proving || !work.step) {
        return;
    }
    const kube::Ref ref = written_ref(work.step->effect);
    if (!answer.outcome.ok()) {
        const kube::Error& error = answer.outcome.error();
        failed(key, {.message = error.message, .retry_after = error.retry_after}, turn);
        return;
    }
    const auto* const listing = std::get_if<kube::Listing>(&*answer.outcome);
    const kube::Object* const found =
        listing == nullptr || listing->items.empty() ? nullptr : &listing->items.front();
    if (found != nullptr && is_of_the_same_cluster(*found, work.step->effect)) {
        store_.put(ref, *found, turn.now);
        settle(key, turn.now);
        return;
    }
    if (found == nullptr || lost_its_label(*found, work.step->effect)) {
        const plan::Step step = *work.step;
        if (const std::optional<Planned> planned = make_plan(key, false, turn)) {
            work.step = step;
            perform(key, planned->view, turn);
        }
        return;
    }
    Stranger& stranger = work.foreign[ref];
    if (stranger.uid != found->uid()) {
        announce(key,
                 {.warning = true,
                  .reason = "NameTaken",
                  .message = to_string(ref) + " exists and does not belong to this cluster"},
                 turn);
    }
    stranger = {.uid = std::string(found->uid()), .proven = turn.now};
    polls_.add(key, turn.now + proof_of_a_stranger_holds);
    settle(key, turn.now);
}

void OperatorCore::on_act(const ClusterKey& key, const kube::Answer& answer, Turn& turn) {
    ClusterWork& work = works_[key];
    if (work.stage != Stage::acting || !work.step) {
        return;
    }
    if (answer.outcome.ok()) {
        keep_answer(key, answer, turn);
        wake_sharded(key, turn);  // the watch tells nothing new
        succeeded(key, turn);
        return;
    }
    const kube::Error& error = answer.outcome.error();
    StepFailure failure;
    failure.message = error.message;
    failure.unknown = error.applied == kube::Applied::unknown;
    failure.retry_after = error.retry_after;
    // The world moved under the step: nothing was done, and a new look decides.
    failure.harmless =
        error.applied == kube::Applied::no &&
        (error.code == kube::ErrorCode::conflict || error.code == kube::ErrorCode::not_found ||
         error.code == kube::ErrorCode::already_exists);
    failed(key, std::move(failure), turn);
}

// The caches must not fall behind our own writes: the next plan would repeat them.
void OperatorCore::keep_answer(const ClusterKey& key, const kube::Answer& answer, Turn& turn) {
    ClusterWork& work = works_[key];
    const plan::Effect& effect = work.step->effect;
    if (const auto* remove = std::get_if<plan::DeleteObject>(&effect)) {
        if (std::holds_alternative<Done>(*answer.outcome)) {
            store_.bury(remove->ref, remove->uid);
        }
    } else if (const auto* pod = std::get_if<plan::DeletePod>(&effect)) {
        if (std::holds_alternative<Done>(*answer.outcome)) {
            store_.bury({kube::kinds::pod, key.ns, pod->pod}, pod->uid);
        }
    }
    const auto* const object = std::get_if<kube::Object>(&*answer.outcome);
    const std::optional<kube::Ref> ref = object == nullptr ? std::nullopt : plan::ref_of(*object);
    if (!ref || ref->kind == kube::kinds::event) {
        return;
    }
    store_.put(*ref, *object, turn.now);
    if (const kube::Object* const written = written_object(effect)) {
        work.settled[*ref] = {.desired_hash = written->hash(),
                              .content_hash = plan::content_hash(*object)};
        work.foreign.erase(*ref);
    }
}

void OperatorCore::on_patroni(const patroni::Answer& answer, Turn& turn) {
    const std::optional<Pending> pending = take_pending(answer.id);
    if (!pending) {
        return;
    }
    if (pending->purpose == Purpose::ask) {
        on_asked(*pending, answer, turn);
        return;
    }
    const ClusterWork& work = works_[pending->key];
    if (work.stage != Stage::acting || !work.step) {
        return;
    }
    const std::string what = plan::describe(work.step->effect);
    if (!answer.outcome.ok()) {
        failed(pending->key,
               {.message = what + ": " + answer.outcome.error().message,
                .unknown = answer.outcome.error().sent},
               turn);
        return;
    }
    const patroni::Reply& reply = *answer.outcome;
    if (reply.status >= 200 && reply.status < 300) {
        succeeded(pending->key, turn);
        return;
    }
    failed(pending->key,
           {.message = what + ": Patroni answers " + std::to_string(reply.status) + " " +
                       first_line(reply.body),
            .unknown = true},
           turn);
}

void OperatorCore::on_sql(const postgres::Answer& answer, Turn& turn) {
    const std::optional<Pending> pending = take_pending(answer.id);
    if (pending && pending->purpose == Purpose::sharded_ask) {
        on_citus(*pending, answer, turn);
        return;
    }
    if (pending && pending->purpose == Purpose::sharded_act) {
        on_citus_command(pending->key, answer, turn);
        return;
    }
    if (!pending || works_[pending->key].stage != Stage::acting) {
        return;
    }
    ClusterWork& work = works_[pending->key];
    if (!answer.outcome.ok()) {
        const postgres::Failure& failure = answer.outcome.error();
        work.ledger.reset();
        work.sqlstate = failure.sqlstate;
        failed(pending->key,
               {.message = "bootstrap SQL: " + first_line(failure.message), .unknown = false},
               turn);
        return;
    }
    // Reading the ledger says nothing about the statement that failed before.
    const auto* const run = work.step ? std::get_if<plan::RunSql>(&work.step->effect) : nullptr;
    if (run == nullptr || run->statements.front().id != plan::ledger_make_id) {
        work.sqlstate.clear();
    }
    plan::Ledger ledger;
    if (!answer.outcome->of_statement.empty()) {
        for (const postgres::Row& row : answer.outcome->of_statement.back()) {
            if (row.size() == 2 && row[0]) {
                ledger[std::strtoll(row[0]->c_str(), nullptr, 10)] = row[1] == "t";
            }
        }
    }
    work.ledger = std::move(ledger);
    succeeded(pending->key, turn);
}

void OperatorCore::succeeded(const ClusterKey& key, Turn& turn) {
    ClusterWork& work = works_[key];
    const plan::Step step = *std::move(work.step);
    const std::string effect = plan::describe(step.effect);
    ++metrics_.steps[std::string(plan::name_of(step.effect))];
    turn.out.records.push_back({Severity::info,
                                "step performed",
                                {{"cluster", to_string(key)},
                                 {"rule", std::string(to_string(step.rule))},
                                 {"effect", effect},
                                 {"because", step.because}}});
    if (plan::is_of_operations(step.rule)) {
        operation_succeeded(key, step, turn);
    } else {
        work.failure.clear();
        work.failures = 0;
    }
    // The answer says nothing of the pod, which the cache takes for healthy still.
    work.must_look = work.must_look || std::holds_alternative<plan::EvictPod>(step.effect);
    work.not_before = speaks_to_patroni(step.effect) ? turn.now + after_a_command : turn.now;
    if (is_notable(step.effect)) {
        record_decision(work, step, {turn.now, ""});
        announce(key,
                 {.warning = false,
                  .reason = std::string(plan::name_of(step.effect)),
                  .message = effect + ": " + step.because},
                 turn);
    }
    settle(key, work.not_before);
}

void OperatorCore::failed(const ClusterKey& key, StepFailure failure, Turn& turn) {
    ClusterWork& work = works_[key];
    if (work.step && plan::is_of_operations(work.step->rule)) {
        operation_failed(key, failure, turn);
        return;
    }
    work.must_look = work.must_look || failure.unknown;
    work.failures = std::min(work.failures + 1, 20U);
    const Duration pause =
        std::min(first_pause * (std::int64_t{1} << std::min(work.failures - 1, 8U)), longest_pause);
    // Up to a quarter more, different for every cluster: no herd after an outage.
    const std::uint64_t jitter =
        mix(settings_.jitter_seed ^ hash_text(to_string(key)) ^ work.failures) % 256;
    work.not_before = turn.now + std::max(failure.retry_after.value_or(Duration::zero()),
                                          pause + pause * static_cast<std::int64_t>(jitter) / 1024);
    const std::string effect = work.step ? std::string(plan::name_of(work.step->effect)) : "plan";
    // Once, however often it is tried.
    const bool is_known = work.step && !work.decisions.empty() &&
                          work.decisions.back().effect == plan::describe(work.step->effect) +
                                                              std::string(plan::outcome_unknown);
    if (failure.unknown && !is_known && work.step && is_notable(work.step->effect)) {
        record_decision(work, *work.step, {turn.now, plan::outcome_unknown});
    }
    if (!failure.harmless) {
        ++metrics_.failures[effect];
        turn.out.records.push_back({Severity::warning,
                                    "step failed",
                                    {{"cluster", to_string(key)},
                                     {"effect", work.step ? plan::describe(work.step->effect) : ""},
                                     {"because", work.step ? work.step->because : ""},
                                     {"error", failure.message}}});
        if (work.failure != failure.message) {
            announce(key, {.warning = true, .reason = "StepFailed", .message = failure.message},
                     turn);
        }
        work.failure = std::move(failure.message);
    }
    settle(key, failure.harmless && work.failures == 1 ? turn.now + first_pause : work.not_before);
}

}  // namespace bestgres::core
