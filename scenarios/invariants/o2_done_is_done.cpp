#include "scenarios/invariants/o2_done_is_done.hpp"

#include <algorithm>

#include "fakepatroni/postgres.hpp"
#include "operator/manifests/names.hpp"

namespace bestgres::scenarios {
namespace {

using api::OperationPhase;
using api::StepResult;

bool since(const std::map<std::pair<ClusterId, std::string>, Instant>& when,
           const std::pair<ClusterId, std::string>& member, Instant begin) {
    const auto found = when.find(member);
    return found != when.end() && found->second >= begin;
}

}  // namespace

void O2DoneIsDone::note_process(const std::string& pod_uid, const Truth& truth) {
    const auto member = member_by_uid(truth, pod_uid);
    if (!member || member->postgres == nullptr || !member->postgres->started_at()) {
        return;
    }
    const Instant said = *member->postgres->started_at();
    const auto [known, is_first] = processes_.emplace(pod_uid, said);
    if (is_first || known->second != said) {
        known->second = said;
        started_[{{truth.scenario().topology.ns, member->cluster}, member->pod}] = truth.now();
    }
}

void O2DoneIsDone::note_leader(const kube::Object& leader_object, const Truth& truth) {
    const kube::Ref ref{kube::kinds::config_map, std::string(leader_object.ns()),
                        std::string(leader_object.name())};
    const std::optional<ClusterId> id = owner_of_dcs_object(truth, ref);
    if (!id || ref.name != manifests::dcs_leader_name(id->name)) {
        return;
    }
    std::string& leader = leaders_[*id];
    const std::string now(leader_object.annotation("leader"));
    for (const std::string& one : {leader, now}) {
        if (!one.empty()) {
            led_[{*id, one}] = truth.now();
        }
    }
    leader = now;
}

void O2DoneIsDone::begin(const OperationTruth& operation, const Truth& truth) {
    began_.emplace(operation.uid,
                   Began{.at = truth.now(), .leader = lock_of(truth, operation.cluster).holder});
}

// Who leads now leads until now.
bool O2DoneIsDone::has_led(const OperationTruth& operation, const Began& began,
                           const std::string& target) const {
    const auto leads_now = leaders_.find(operation.cluster);
    const auto fits = [&](const std::string& member) {
        return target.empty() ? !member.empty() && member != began.leader : member == target;
    };
    if (began.leader == target || (leads_now != leaders_.end() && fits(leads_now->second))) {
        return true;
    }
    return std::any_of(led_.begin(), led_.end(), [&](const auto& entry) {
        return entry.first.first == operation.cluster && fits(entry.first.second) &&
               entry.second >= began.at - before_it_began;
    });
}

std::string O2DoneIsDone::what_jobs_miss(const OperationTruth& operation) const {
    const auto& steps = operation.status.steps;
    const auto done = std::count_if(
        steps.begin(), steps.end(),
        [](const api::OperationStepStatus& step) { return step.result == StepResult::done; });
    const auto found = ended_well_.find(operation.uid);
    const std::int64_t well = found == ended_well_.end() ? 0 : found->second;
    return well >= done
               ? ""
               : std::to_string(well) + " of " + std::to_string(done) + " programs have ended well";
}

std::string O2DoneIsDone::what_is_missing(const OperationTruth& operation,
                                          const Began& began) const {
    const Instant begin = began.at - before_it_began;
    if (operation.spec->op == api::OperationKind::switchover) {
        const std::string target =
            operation.spec->switchover ? operation.spec->switchover->target.value_or("") : "";
        if (has_led(operation, began, target)) {
            return "";
        }
        return target.empty() ? "nobody but " + began.leader + " has led" : target + " has not led";
    }
    if (runs_jobs(operation.spec->op)) {
        return what_jobs_miss(operation);
    }
    const bool copies = operation.spec->op == api::OperationKind::reinit;
    for (const api::OperationStepStatus& step : operation.status.steps) {
        const std::pair member{operation.cluster, step.member};
        const bool restarts = step.name.starts_with("restart ") || step.name.starts_with("copy ");
        if (step.result != StepResult::done || !restarts) {
            continue;
        }
        if (!since(started_, member, begin)) {
            return "PostgreSQL of " + step.member + " was not started";
        }
        if (copies && !since(copied_, member, begin)) {
            return step.member + " was not asked to copy";
        }
    }
    return "";
}

void O2DoneIsDone::judge(const OperationTruth& operation, Findings& findings) const {
    const auto began = began_.find(operation.uid);
    const std::string missing = began == began_.end() || !operation.spec.ok()
                                    ? "it never began"
                                    : what_is_missing(operation, began->second);
    if (!missing.empty()) {
        findings.add(text,
                     "Operation " + operation.name + " on " + to_string(operation.cluster) +
                         " is reported as completed, but " + missing,
                     {dump(api::to_json(operation.status))});
    }
}

void O2DoneIsDone::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    if (const auto* postgres = std::get_if<PostgresChanged>(&occurrence)) {
        note_process(postgres->pod_uid, truth);
    } else if (const auto* asked = std::get_if<PatroniAsked>(&occurrence)) {
        const auto member = member_by_uid(truth, asked->call.pod_uid);
        if (member && asked->call.verb == patroni::Verb::reinitialize) {
            copied_[{{asked->call.ns, member->cluster}, member->pod}] = truth.now();
        }
    } else if (const auto* ended = std::get_if<TaskEnded>(&occurrence)) {
        ended_well_[ended->operation_uid] += ended->well ? 1 : 0;
    } else if (const auto* changed = std::get_if<ObjectChanged>(&occurrence)) {
        if (changed->after.kind() == kube::kinds::config_map.name) {
            note_leader(changed->after, truth);
        } else if (is_operation(changed->after)) {
            const OperationTruth before = read_operation(changed->before);
            const OperationTruth now = read_operation(changed->after);
            // What is done at once begins and ends in one write.
            if (now.status.phase && now.status.phase != OperationPhase::pending) {
                begin(now, truth);
            }
            if (now.status.phase == OperationPhase::completed &&
                before.status.phase != OperationPhase::completed) {
                judge(now, findings);
            }
        } else if (is_operation(changed->before)) {
            began_.erase(std::string(changed->before.uid()));
        }
    }
}

void O2DoneIsDone::hash_into(Hasher& hasher) const {
    for (const auto& [uid, began] : began_) {
        hasher.add(uid);
        hasher.add(static_cast<std::uint64_t>(began.at.ns));
        hasher.add(began.leader);
    }
    for (const auto* const times : {&started_, &copied_, &led_}) {
        for (const auto& [member, at] : *times) {
            hasher.add(to_string(member.first));
            hasher.add(member.second);
            hasher.add(static_cast<std::uint64_t>(at.ns));
        }
    }
    for (const auto& [uid, at] : processes_) {
        hasher.add(uid);
        hasher.add(static_cast<std::uint64_t>(at.ns));
    }
    for (const auto& [uid, count] : ended_well_) {
        hasher.add(uid);
        hasher.add(static_cast<std::uint64_t>(count));
    }
    for (const auto& [id, leader] : leaders_) {
        hasher.add(to_string(id));
        hasher.add(leader);
    }
}

}  // namespace bestgres::scenarios
